"""Gathers the facts: reads the rendered parts, the database, and what was looked at before. Asks no network."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from newsletter.issues import lists
from newsletter.issues.model import Draft
from newsletter.preflight.facts import asking, stored
from newsletter.preflight.facts.mail_clients import lacks
from newsletter.preflight.facts.model import Awaited, Facts, Here
from newsletter.preflight.facts.parts import part_facts
from newsletter.preflight.facts.texts import texts
from newsletter.preflight.looking import store
from newsletter.rendering.page import Rendered
from newsletter.rendering.theme import Theme


def gather(
    session: Session, draft: Draft, parts: Mapping[str, Rendered], theme: Theme, here: Here, now: datetime,
    zone: tzinfo, asked: tuple[Awaited, ...] = (),
) -> Facts:  # fmt: skip
    """Everything that the checks may look at. `zone`: the organisation's, in which days are counted; `asked`: what is
    awaited from outside.
    """
    read = tuple(part_facts(part) for part in parts.values())
    urls, questions = asking.addresses(read, here), asking.questions(draft.profile, here)
    return Facts(
        draft=draft,
        parts=read,
        here=here,
        send=stored.send_day(session, draft, now, zone),
        texts=texts(draft, tuple(parts)),
        light=theme.light,
        dark=theme.dark,
        weights=stored.weights(session, draft),
        earlier=stored.earlier(session, draft),
        changed=stored.changed(session, draft),
        awaited=(*stored.awaited(session, draft), *asked),
        address_confirmed=lists.has_confirmed_address(session, draft.profile.list_id),
        answers=store.answers(session, urls),
        names=store.names(session, questions),
        lacking={name: who for name, who in lacks().items() if any(name in part.features for part in read)},
        urls=urls,
        questions=questions,
    )
