"""Settings: a file, the environment over it, secrets from files of their own; what is wrong is named without them."""

import os
from pathlib import Path

import pytest

from newsletter import settings
from newsletter.errors import Misconfigured
from newsletter.settings import Settings, load

KEY, OTHER, SUPPRESSION = "k" * 32, "o" * 40, "s" * 32
ENOUGH = {"NEWSLETTER_SECRET_KEYS": KEY, "NEWSLETTER_SUPPRESSION_KEY": SUPPRESSION}
DKIM = {"NEWSLETTER_DKIM_DOMAIN": "example.org", "NEWSLETTER_DKIM_SELECTOR": "news"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written(folder: Path, text: str) -> Path:
    path = folder / "newsletter.toml"
    path.write_text(text, encoding="utf-8")
    return path


def wrong(environment: dict[str, str], config: Path | None = None) -> str:
    with pytest.raises(Misconfigured) as caught:
        load(config, environment)
    return str(caught.value)


def test_the_environment_alone_is_enough(tmp_path: Path) -> None:
    found = load(None, ENOUGH)
    assert found.secret_keys == (KEY,)
    assert found.folder == tmp_path
    assert found.database_url == f"sqlite:///{tmp_path}/newsletter.db"
    assert (found.base_url, found.timezone, found.fetch_allow_private) == ("http://127.0.0.1:8000", "UTC", False)


def test_the_environment_is_over_the_file(tmp_path: Path) -> None:
    config = written(tmp_path, f'secret_keys = "{KEY}"\nsuppression_key = "{SUPPRESSION}"\ntimezone = "Asia/Tokyo"\n')
    assert load(config, {}).timezone == "Asia/Tokyo"
    assert load(config, {"NEWSLETTER_TIMEZONE": "Europe/Brussels"}).timezone == "Europe/Brussels"


def test_the_file_is_found_by_option_by_variable_or_in_this_folder(tmp_path: Path) -> None:
    text = f'secret_keys = ["{KEY}", "{OTHER}"]\nSUPPRESSION_KEY = "{SUPPRESSION}"\n'
    (tmp_path / "there").mkdir()
    there = written(tmp_path / "there", text + 'timezone = "Asia/Tokyo"\n')
    assert load(there, {}).timezone == "Asia/Tokyo"
    assert load(None, {"NEWSLETTER_CONFIG": str(there)}).timezone == "Asia/Tokyo"
    written(tmp_path, text)
    assert load(None, {}).secret_keys == (KEY, OTHER)
    assert load(None, {"NEWSLETTER_CONFIG": ""}).secret_keys == (KEY, OTHER), "an empty variable is none"


def test_a_relative_database_lies_where_the_file_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = written(tmp_path, 'database_url = "sqlite:///data/news.db"\n')
    monkeypatch.chdir("/")
    assert load(config, ENOUGH).database_url == f"sqlite:///{tmp_path}/data/news.db"
    absolute = {"NEWSLETTER_DATABASE_URL": "sqlite:////srv/news.db"}
    assert load(config, ENOUGH | absolute).database_url == "sqlite:////srv/news.db"


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(f"{KEY},{OTHER}\n", encoding="utf-8")
    (tmp_path / "suppression").write_text(f"{SUPPRESSION}\n", encoding="utf-8")
    (tmp_path / "transport").write_text("smtp://user:secret@mail.example.org:587\n", encoding="utf-8")
    found = load(
        None,
        {
            "NEWSLETTER_SECRET_KEYS_FILE": str(tmp_path / "keys"),
            "NEWSLETTER_SUPPRESSION_KEY_FILE": str(tmp_path / "suppression"),
            "NEWSLETTER_TRANSPORT_URL_FILE": str(tmp_path / "transport"),
        },
    )
    assert found.secret_keys == (KEY, OTHER)
    assert found.suppression_key == SUPPRESSION
    assert found.transport("default") == "smtp://user:secret@mail.example.org:587"


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    told = wrong(ENOUGH | {"NEWSLETTER_SECRET_KEYS_FILE": str(tmp_path / "nowhere")})
    assert "NEWSLETTER_SECRET_KEYS_FILE" in told
    assert str(tmp_path / "nowhere") in told


def test_the_file_may_name_files_too_from_where_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "dkim.pem").write_text("-----BEGIN\nhunter2\n", encoding="utf-8")
    config = written(
        tmp_path, 'dkim_domain = "example.org"\ndkim_selector = "news"\nDKIM_private_key_file = "keys/dkim.pem"\n'
    )
    monkeypatch.chdir("/")
    assert load(config, ENOUGH).dkim_private_key == "-----BEGIN\nhunter2"
    assert load(config, ENOUGH | {"NEWSLETTER_DKIM_PRIVATE_KEY": "other"}).dkim_private_key == "other"
    absolute = {"NEWSLETTER_DKIM_PRIVATE_KEY_FILE": str(tmp_path / "keys" / "dkim.pem")}
    assert load(None, ENOUGH | absolute | DKIM).dkim_private_key == "-----BEGIN\nhunter2"


@pytest.mark.parametrize("named", ['"nowhere.pem"', "5", '"."'])
def test_a_file_that_the_file_names_and_that_is_not_there_is_named(tmp_path: Path, named: str) -> None:
    told = wrong(ENOUGH | DKIM, written(tmp_path, f"dkim_private_key_file = {named}\n"))
    assert "dkim_private_key_file names" in told
    assert str(tmp_path) in told
    assert "TRANSPORTS_FILE" in wrong(ENOUGH, written(tmp_path, 'transports_file = "x"\n'))


def test_the_key_to_sign_with_is_not_shown() -> None:
    found = load(None, ENOUGH | DKIM | {"NEWSLETTER_DKIM_PRIVATE_KEY": "hunter2"})
    assert (found.dkim_domain, found.dkim_selector, found.dkim_private_key) == ("example.org", "news", "hunter2")
    assert "hunter2" not in repr(found) + str(found)
    told = wrong(ENOUGH | {"NEWSLETTER_DKIM_PRIVATE_KEY": "hunter2", "NEWSLETTER_DKIM_SELECTOR": "news"})
    assert "hunter2" not in told


def test_nothing_is_signed_unless_it_is_set() -> None:
    found = load(None, ENOUGH)
    assert (found.dkim_domain, found.dkim_selector, found.dkim_private_key) == ("", "", "")


def test_other_variables_are_not_ours() -> None:
    assert load(None, ENOUGH | {"NEWSLETTER_COLOUR": "red", "PATH": "/bin"}).timezone == "UTC"


WRONG = {
    "no keys at all": ({"NEWSLETTER_SUPPRESSION_KEY": SUPPRESSION}, "SECRET_KEYS: is missing."),
    "no suppression key": ({"NEWSLETTER_SECRET_KEYS": KEY}, "SUPPRESSION_KEY: is missing."),
    "a short key": ({"NEWSLETTER_SECRET_KEYS": "hunter2"}, "SECRET_KEYS: each key needs at least 32 characters."),
    "a short key among them": ({"NEWSLETTER_SECRET_KEYS": f"{KEY},hunter2"}, "at least 32 characters"),
    "an empty key": ({"NEWSLETTER_SECRET_KEYS": ""}, "at least 32 characters"),
    "a short suppression key": ({"NEWSLETTER_SUPPRESSION_KEY": "hunter2"}, "SUPPRESSION_KEY: needs at least 32"),
    "one key for both": ({"NEWSLETTER_SUPPRESSION_KEY": KEY}, "must differ from secret_keys"),
    "no address": ({"NEWSLETTER_BASE_URL": "news.example.org"}, "BASE_URL: must be an absolute http(s) address"),
    "another scheme": ({"NEWSLETTER_BASE_URL": "ftp://news.example.org"}, "BASE_URL"),
    "an address with a question": ({"NEWSLETTER_BASE_URL": "https://news.example.org/?a=1"}, "BASE_URL"),
    "half an address": ({"NEWSLETTER_BASE_URL": "http://[::1"}, "BASE_URL"),
    "no such second zone": ({"NEWSLETTER_SECOND_TIMEZONE": "Ghent"}, "SECOND_TIMEZONE: is no time zone; use a name"),
    "no such zone": ({"NEWSLETTER_TIMEZONE": "Brussels"}, "TIMEZONE: is no time zone; use a name like Europe"),
    "a zone with a path": ({"NEWSLETTER_TIMEZONE": "../../etc/passwd"}, "TIMEZONE"),
    "a domain to sign for alone": ({"NEWSLETTER_DKIM_DOMAIN": "example.org"}, "all three or none"),
    "a key to sign with alone": (
        {"NEWSLETTER_DKIM_PRIVATE_KEY": "hunter2"},
        "signing needs dkim_domain, dkim_selector and dkim_private_key",
    ),
    "no selector": (
        {"NEWSLETTER_DKIM_DOMAIN": "example.org", "NEWSLETTER_DKIM_PRIVATE_KEY": "hunter2"},
        "all three or none",
    ),
    "neither yes nor no": ({"NEWSLETTER_FETCH_ALLOW_PRIVATE": "perhaps"}, "FETCH_ALLOW_PRIVATE"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_setting_is_named_and_no_secret_is_shown(what: str) -> None:
    given, told = WRONG[what]
    environment = given if "is missing" in told else ENOUGH | given
    sentence = wrong(environment)
    assert told in sentence
    assert "hunter2" not in sentence
    assert KEY not in sentence
    assert SUPPRESSION not in sentence


def test_everything_that_is_wrong_is_told_at_once() -> None:
    sentence = wrong({"NEWSLETTER_TIMEZONE": "Brussels", "NEWSLETTER_BASE_URL": "x"})
    assert all(name in sentence for name in ("SECRET_KEYS", "SUPPRESSION_KEY", "TIMEZONE", "BASE_URL"))


def test_a_setting_that_does_not_exist_is_refused_in_the_file(tmp_path: Path) -> None:
    assert "TRANSPORTURL" in wrong(ENOUGH, written(tmp_path, 'transporturl = "smtp://user:hunter2@mail.example.org"\n'))
    assert "hunter2" not in wrong(ENOUGH, written(tmp_path, 'transporturl = "smtp://user:hunter2@mail.example.org"\n'))


def test_a_file_that_is_no_toml_or_not_there_is_refused(tmp_path: Path) -> None:
    assert "is not TOML" in wrong(ENOUGH, written(tmp_path, "secret_keys = hunter2"))
    (tmp_path / "newsletter.toml").write_bytes(b"\xff\xfe")
    assert "is not TOML" in wrong(ENOUGH, tmp_path / "newsletter.toml")
    assert "Cannot read" in wrong(ENOUGH, tmp_path / "nowhere.toml")
    assert "Cannot read" in wrong(ENOUGH | {"NEWSLETTER_CONFIG": str(tmp_path / "nowhere.toml")})


def test_transports_have_names(tmp_path: Path) -> None:
    config = written(tmp_path, '[transports.relay]\nurl = "smtp://relay.example.org"\n')
    found = load(config, ENOUGH)
    assert found.transport("relay") == "smtp://relay.example.org"
    with pytest.raises(Misconfigured, match="give TRANSPORT_URL"):
        found.transport("default")
    with pytest.raises(Misconfigured, match=r"\[transports.other\] url"):
        found.transport("other")


def test_the_default_transport_may_stand_in_the_table_too(tmp_path: Path) -> None:
    config = written(tmp_path, '[transports.default]\nurl = "smtp://relay.example.org"\n')
    assert load(config, ENOUGH).transport("default") == "smtp://relay.example.org"


@pytest.mark.parametrize(
    ("base", "loopback"),
    [("http://127.0.0.1:8000", True), ("http://localhost", True), ("http://[::1]:8000", True),
     ("https://news.example.org", False), ("http://127.0.0.1.example.org", False)],
)  # fmt: skip
def test_base_url_is_this_machine_or_not(base: str, loopback: bool) -> None:
    assert load(None, ENOUGH | {"NEWSLETTER_BASE_URL": f"{base}/"}).base_is_loopback is loopback


def test_a_slash_at_the_end_of_base_url_makes_no_difference() -> None:
    assert load(None, ENOUGH | {"NEWSLETTER_BASE_URL": "https://news.example.org/"}).base_url == (
        "https://news.example.org"
    )


def test_no_setting_has_a_secret_by_default() -> None:
    for name in ("secret_keys", "suppression_key"):
        assert Settings.model_fields[name].is_required()
    assert Settings.model_fields["transport_url"].default == ""


def test_settings_are_read_from_the_process_when_nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)
    for name, value in ENOUGH.items():
        monkeypatch.setenv(name, value)
    assert load().suppression_key == SUPPRESSION
