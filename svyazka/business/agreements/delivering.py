"""An agreement becomes a PDF and goes to the client: by the worker, never in a request, as often as needed, once.

It is claimed with the time of its next attempt already written down, so that a worker that dies with it in its hands
leaves it to the next one. What cannot be made or sent stands among the problems until somebody has seen to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from svyazka.business.agreements import links, papers
from svyazka.business.agreements.models import Agreement
from svyazka.business.agreements.telling import about, tell
from svyazka.business.conversations.client_channel import (
    Attached,
    Letter,
    Undeliverable,
    Unreached,
    Way,
    of_kind,
    ways_to,
)
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor, Automaton, record
from svyazka.kit import clock
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused

HOUSE = Automaton("Agreements")
AT_ONCE = 5
MOST_TRIES = 12  # the last ones half an hour apart: three hours
FALLS_BACK_AFTER = 4  # attempts, seven minutes: then the next channel is tried, too
RUNG_WITHIN = timedelta(hours=4)
Paper, State = Agreement.Paper, Agreement.Letter

_SIGNED = gettext_noop(
    "Good day!\n\n{title} is signed; it is attached to this letter.\n\nTo read it again: {link}\n\n{company}"
)
# Where no file can be sent.
_SIGNED_TO_READ = gettext_noop("Good day!\n\n{title} is signed. The PDF, and all of it to read: {link}\n\n{company}")
_OFFERED = gettext_noop("Good day!\n\n{title} is ready. Please read it and sign it on your phone: {link}\n\n{company}")

log = structlog.get_logger(__name__)


def go_on() -> int:
    """One batch; how many it was. What fails for a reason that nobody has thought of stops none of the others."""
    claimed = _claim()
    for agreement in claimed:
        try:
            _go_on(agreement)
        except Exception as fault:
            # A file that is gone, a full disk, a mistake of ours. Its words may name the client.
            log.warning("agreement_stuck", agreement=agreement.pk, fault=type(fault).__name__)
            if agreement.tries >= MOST_TRIES:
                of_paper = agreement.paper == Paper.WAITING
                _failed(agreement, **({"paper": Paper.FAILED} if of_paper else {"letter": State.FAILED}))
    return len(claimed)


@transaction.atomic
def send_again(agreement: Agreement, *, by: Actor) -> None:
    """After a failure, or to a client who has given another address meanwhile. A second click changes nothing."""
    current = links.held_agreement(agreement)
    if current.outcome == Agreement.Outcome.THINKS:
        raise Refused(gettext("There is nothing to send."))
    if current.link_revoked_at and not current.is_signed:
        raise Refused(gettext("The link is revoked: give the client a new one first."))
    if current.try_at is not None:
        return
    if current.is_signed and not _has_paper(current):
        current.paper = Paper.WAITING
    current.letter, current.try_at, current.tries, current.failed_at = State.WAITING, clock.now(), 0, None
    current.save()
    record("agreements.send_again", about(current), by=by, changes={"agreement": (None, current.title)})


def _has_paper(agreement: Agreement) -> bool:
    """A disk may have lost it since."""
    name = agreement.file.name or ""
    return agreement.paper == Paper.MADE and name != "" and agreement.file.storage.exists(name)


def _claim() -> list[Agreement]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"now": clock.now(), "most": AT_ONCE})
        ids = [pk for (pk,) in cursor.fetchall()]
    related = ("form", "written", "client", "deal", "visit__kind", "visit__resource")
    return list(Agreement.objects.filter(pk__in=ids).select_related(*related).order_by("pk")) if ids else []


# The pause grows: a minute, two, four … and half an hour at most.
_CLAIM = """
with due as (
    select id from agreements_agreement where try_at <= %(now)s order by try_at limit %(most)s for update skip locked
)
update agreements_agreement a set tries = least(a.tries + 1, 1000),
       try_at = %(now)s::timestamptz + least(interval '1 minute' * power(2, least(a.tries, 9)), interval '30 minutes')
from due where a.id = due.id
returning a.id
"""


def _go_on(agreement: Agreement) -> None:
    agreement.refresh_from_db()  # those before it in the batch have taken their time
    if agreement.paper == Paper.WAITING and not _made(agreement):
        return
    if agreement.letter == State.WAITING:
        _send(agreement)
    else:
        as_it_was = {"outcome": agreement.outcome, "letter": agreement.letter}
        Agreement.objects.filter(pk=agreement.pk, **as_it_was).update(try_at=None)


def _made(agreement: Agreement) -> bool:
    """Nothing is locked while it is made."""
    try:
        content = papers.pdf(agreement)
    except NoPaper as fault:
        log.warning("agreement_without_paper", agreement=agreement.pk, said=str(fault))
        if not fault.again or agreement.tries >= MOST_TRIES:
            _failed(agreement, paper=Paper.FAILED)
        return False
    name = f"{agreement.request_id.hex}.pdf"
    agreement.file.save(name, ContentFile(content), save=False)
    agreement.paper = Paper.MADE
    agreement.save(update_fields=["file", "paper"])
    return True


def _send(agreement: Agreement) -> None:
    """To where he is reached now; where nothing leads to him, somebody gives him the link."""
    ways = list(ways_for(agreement))
    if not ways:
        return _by_hand(agreement)
    refused = 0
    for way in ways:
        try:
            of_kind(way.channel).send(_letter(agreement, way), to=way.address)
        except Undeliverable as refusal:
            log.info("agreement_refused", agreement=agreement.pk, by=way.channel, said=str(refusal))
            refused += 1
        except Unreached as trouble:
            log.info("agreement_not_sent", agreement=agreement.pk, by=way.channel, trouble=str(trouble))
            if agreement.tries < FALLS_BACK_AFTER:
                return None
        else:
            return _sent(agreement, *way)
    if refused == len(ways) or agreement.tries >= MOST_TRIES:
        _failed(agreement, letter=State.FAILED)
    return None


def ways_for(agreement: Agreement) -> Iterator[Way]:
    """The ways that lead to this client, and can bring what he is to get: the PDF, or the link to it."""
    has_link = bool(settings.ADDRESS) and agreement.link_revoked_at is None
    for way in ways_to(agreement.client_id):
        if has_link or (agreement.is_signed and of_kind(way.channel).takes_files):
            yield way


@transaction.atomic
def _sent(agreement: Agreement, channel: str, address: str) -> None:
    current = links.held_agreement(agreement)
    if _is_otherwise(current, agreement):
        return
    current.letter, current.sent_at, current.try_at, current.failed_at = State.SENT, clock.now(), None, None
    current.channel, current.address = channel, address
    current.save()
    tell(current, "sent", by=HOUSE)


@transaction.atomic
def _by_hand(agreement: Agreement) -> None:
    current = links.held_agreement(agreement)
    if _is_otherwise(current, agreement):
        return
    current.letter, current.try_at = State.BY_HAND, None
    if current.deal.is_open and current.task is None:
        with translation.override(settings.LANGUAGE_CODE):
            what = gettext("Give the client the agreement № {number}: no channel leads to him").format(
                number=current.title
            )
        due_at = clock.now() + RUNG_WITHIN
        current.task = tasks.plan(current.deal, what, due_at=due_at, kind=Task.Kind.CALL, by=HOUSE)
    current.save()


@transaction.atomic
def _failed(agreement: Agreement, **states: str) -> None:
    current = links.held_agreement(agreement)
    if current.outcome != agreement.outcome or ("letter" in states and _is_otherwise(current, agreement)):
        return
    for name, state in states.items():
        setattr(current, name, state)
    current.try_at, current.failed_at = None, clock.now()
    current.save()
    tell(current, "not_sent", by=HOUSE)


def _is_otherwise(current: Agreement, agreement: Agreement) -> bool:
    """The client has signed while the letter was under way: his paper and its letter are still to come. Or its link was
    revoked."""
    as_it_was = (agreement.outcome, State.WAITING, agreement.link_number)
    return (current.outcome, current.letter, current.link_number) != as_it_was


def _letter(agreement: Agreement, way: Way) -> Letter:
    """In the client's language, with the paper itself once it is signed, where the channel takes it."""
    link = links.link_of(agreement) if settings.ADDRESS and not agreement.link_revoked_at else ""
    files = _files(agreement) if of_kind(way.channel).takes_files else ()
    with translation.override(agreement.language):
        title = gettext("Agreement № {number}").format(number=agreement.title)
        said = gettext(_OFFERED if not agreement.is_signed else _SIGNED if files else _SIGNED_TO_READ)
        parts = [part for part in said.split("\n\n") if link or "{link}" not in part]
        text = "\n\n".join(parts).format(title=title, link=link, company=agreement.content["company"])
    key = f"{agreement.request_id}-{agreement.outcome}"
    return Letter(key, title, text.strip(), files=files)


def _files(agreement: Agreement) -> tuple[Attached, ...]:
    if not agreement.is_signed:
        return ()
    with agreement.file.open("rb") as file:
        return (Attached(papers.file_name(agreement), "application/pdf", file.read()),)
