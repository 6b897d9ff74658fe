"""`newsletter sources`, `collect`, `publications paste`: what people read when they set sources up."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from newsletter.cli.main import app
from tests.route import SECRET_KEYS, SUPPRESSION_KEY
from tests.served import Reply, Served

Run = Callable[..., str]


@pytest.fixture
def site() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture
def run(tmp_path: Path) -> Run:
    config = tmp_path / "newsletter.toml"
    config.write_text(
        f'secret_keys = "{SECRET_KEYS}"\nsuppression_key = "{SUPPRESSION_KEY}"\nfetch_allow_private = true\n',
        encoding="utf-8",
    )

    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["--config", str(config), *arguments])
        assert done.exit_code == code, done.output
        return done.output

    run("migrate")
    return run


def feed(*titles: str) -> bytes:
    items = [
        {"id": one, "url": f"https://mayors.example.org/{n}", "title": one, "date_published": "2024-05-12"}
        for n, one in enumerate(titles)
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()


def test_a_website_is_enough(run: Run, site: Served) -> None:
    """Its own feed is found, tried, kept, and read again."""
    site.page("/", '<html><head><link rel="alternate" type="application/feed+json" href="/feed"></head></html>')
    site.page("/feed", feed("Readout: a visit", "Call for pilots"), content_type="application/feed+json", etag='"1"')
    assert "There is no source yet" in run("sources", "list")
    assert "There is no source yet" in run("collect")
    tried = run("sources", "try", site.url("/"))
    assert "2 items, 2 with a date." in tried
    assert re.search(r"2024-05-12  readout +en +Readout: a visit\n +because: ", tried)
    added = run("sources", "add", site.url("/"), "--slug", "network", "--rule", "title=Call* -> kind=opportunity")
    assert "rule  title=call* -> kind=opportunity: 1 items" in added.lower()
    assert "Kept as network." in added
    assert "network: 2 new, 0 changed, 0 unchanged." in run("collect", "--dry-run")
    assert "Nothing was kept." in run("collect", "--dry-run", "network")
    done = run("collect")
    assert "network: 2 new, 0 changed, 0 unchanged." in done
    assert re.search(r"new +2024-05-12  opportunity +en +Call for pilots", done)
    assert "network: nothing has changed." in run("collect")
    assert "read 20" in run("sources", "list")
    assert json.loads(run("sources", "show", "network", "--json"))["rules"] == ["title=Call* -> kind=opportunity"]
    assert json.loads(run("collect", "--json"))["sources"][0]["not_modified"]


def test_a_feed_that_lies_with_a_service_tells_our_own_publications(run: Run, site: Served) -> None:
    site.page("/feed", feed("A report on cities", "A brief", "A visit"), content_type="application/feed+json")
    assert "media_feature" not in run("sources", "try", site.url("/feed"))


def test_what_fails_is_said_and_ends_with_1(run: Run, site: Served) -> None:
    site.page("/feed", feed("A"), content_type="application/feed+json")
    run("sources", "add", site.url("/feed"), "--slug", "network")
    site.remove("/feed")
    assert "answers 404" in run("collect", code=1)
    assert "fails since" in run("sources", "list")
    assert "There is no source nowhere" in run("collect", "nowhere", code=1)


def test_a_page_needs_to_be_told_what_one_publication_is(run: Run, site: Served) -> None:
    site.page("/list", "<html lang=en><li class=p><a href='/a'>A report</a> <time>12 May 2024</time></li></html>")
    said = run("sources", "add", site.url("/list"), code=1)
    assert "neither a feed nor a WordPress API" in said
    assert "--option item=" in said
    added = run("sources", "add", site.url("/list"), "--option", "item=li.p", "--option", "follow=no")
    assert re.search(r"2024-05-12  report +en +A report", added)


def test_a_source_can_be_paused_and_forgotten(run: Run, site: Served) -> None:
    site.page("/feed", feed("A"), content_type="application/feed+json")
    run("sources", "add", site.url("/feed"), "--slug", "network")
    run("collect")
    run("sources", "pause", "network")
    assert "paused" in run("sources", "list")
    assert "There is no source yet" in run("collect")
    run("sources", "resume", "network")
    run("sources", "rules", "network", "title=A -> kind=brief")
    assert "1 changed" in run("collect")
    run("sources", "remove", "network")
    assert "There is no source yet" in run("sources", "list")
    assert "brief" in run("publications", "list")


def test_what_the_website_changed_is_shown(run: Run, site: Served) -> None:
    site.page("/feed", feed("A report"), content_type="application/feed+json")
    run("sources", "add", site.url("/feed"), "--slug", "network")
    run("collect")
    assert "Nothing has changed" in run("publications", "changes")
    site.page("/feed", feed("A report").replace(b"2024-05-12", b"2024-05-13"), content_type="application/feed+json")
    run("collect")
    assert 'day: "2024-05-12" -> "2024-05-13"' in run("publications", "changes")
    assert json.loads(run("publications", "changes", "1", "--json"))[0]["what"] == "changed"


def test_a_pasted_link_is_filled_in(run: Run, site: Served) -> None:
    site.page(
        "/a",
        '<html lang="en"><head><meta property="og:title" content="Cities welcome"><meta property="og:site_name"'
        ' content="The Times"><meta property="article:content_tier" content="locked"></head></html>',
    )
    looked = run("publications", "paste", site.url("/a"), "--dry-run")
    assert "Cities welcome" in looked
    assert "Nothing was added." in looked
    added = run("publications", "paste", site.url("/a"))
    assert re.search(r"outlet +The Times", added)
    assert re.search(r"kind +media_feature", added)
    assert "It needs a subscription" in added
    assert "publications date 1 DAY" in added
    assert "published on 2024-05-12" in run("publications", "date", "1", "2024-05-12")
    assert "needs a subscription" in run("publications", "list")
    assert "is here already" in run("publications", "paste", site.url("/a"), code=1)
    assert "give a day like" in run("publications", "date", "1", "soon", code=1)
    assert "type it in" in run("publications", "paste", site.url("/gone"), code=1)


def test_a_file_on_the_web_is_imported(run: Run, site: Served) -> None:
    site.page("/p.csv", "kind,title,url\nreport,A,https://example.org/a\n", content_type="text/csv")
    assert "1 new, 0 changed, 0 unchanged" in run("publications", "import", site.url("/p.csv"))
    site.handler("/bad.csv", lambda _: Reply(b"kind,title\n", content_type="text/csv"))
    assert "url: the column is missing" in run("publications", "import", site.url("/bad.csv"), code=1)


def test_what_a_website_tells_is_proposed(run: Run, site: Served) -> None:
    site.page(
        "/",
        '<html lang="en"><head><meta property="og:site_name" content="Network of Mayors">'
        '<link rel="alternate" type="application/feed+json" href="/feed"></head><body></body></html>',
    )
    site.page("/feed", feed("Readout: a visit", "Call for pilots"), content_type="application/feed+json")
    found = run("sources", "discover", site.url("/"))
    assert re.search(r"name +Network of Mayors", found)
    command = re.search(r"newsletter (sources add .*)", found)
    assert command
    assert "2 items, 2 with a date." in run(*command[1].split())
    nothing = run("sources", "discover", site.url("/nowhere"))
    assert "No place was found" in nothing
    assert json.loads(run("sources", "discover", site.url("/"), "--json"))["name"] == "Network of Mayors"


def test_this_machine_is_no_website(run: Run, site: Served, tmp_path: Path) -> None:
    config = tmp_path / "newsletter.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("true", "false"), encoding="utf-8")
    for arguments in (("sources", "add"), ("publications", "paste"), ("publications", "import"), ("sources", "try")):
        run(*arguments, site.url("/"), code=1)
    assert site.requests == []
