"""A client is erased: somebody asks for it, the worker does it piece by piece, and goes on after a crash where it was.

What becomes of which table, each room says itself (`steps.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, Automaton, announce, record
from svyazka.business.personal_data import papers, remembered, steps
from svyazka.business.personal_data.models import Erasure
from svyazka.business.personal_data.tables import family
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, Waiting
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

MOST_TRIES = 5
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_109
HOUSE = Automaton("erasure")

State = Erasure.State


@dataclass(frozen=True)
class Wanted:
    """`typed`: the client's number, typed once more. `word`: why it is done although a deal is open."""

    typed: str
    ground: str
    word: str = ""


@transaction.atomic
def ask(client: Client, wanted: Wanted, *, by: Person) -> Erasure:
    """A second click asks for nothing new."""
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    numbers = family(client.pk)
    known = Erasure.objects.filter(client=client).exclude(state=State.DONE).first()
    if known:
        return known
    word = storable(wanted.word).strip()
    _insist_meant(client, wanted)
    _insist_nobody_goes_there(numbers)
    _insist_on_a_word(numbers, word)
    made = Erasure.objects.create(
        client=client, numbers=numbers, asked_by=by, asked_at=clock.now(), ground=wanted.ground, word=word
    )
    changes = {"ground": (None, wanted.ground), "word": (None, word)} if word else {"ground": (None, wanted.ground)}
    record("personal_data.erasure_asked", _about(made), by=by, changes=changes)
    return made


def of_client(client_id: int) -> Erasure | None:
    """The latest."""
    found = Erasure.objects.filter(client_id=client_id).select_related("asked_by")
    return found.order_by("-asked_at", "-id").first()


def open_deals(numbers: list[int]) -> list[Deal]:
    found = Deal.objects.filter(client__in=numbers, closed_at=None)
    return list(found.select_related("stage").order_by("pk"))


def are_ahead(numbers: list[int]) -> int:
    """Visits to him that are to come, and windows that he waits for."""
    still = (*Visit.MOVABLE, Visit.Status.STARTED)
    visits = Visit.objects.filter(client__in=numbers, status__in=still, ends_at__gt=clock.now())
    return visits.count() + Waiting.objects.filter(client__in=numbers, state=Waiting.State.OPEN).count()


@transaction.atomic
def try_again(erasure: Erasure, *, by: Person) -> None:
    again = Erasure.objects.filter(pk=erasure.pk, state=State.FAILED)
    state = State.ERASED if erasure.ended_at else State.WAITING
    if again.update(state=state, tries=0):
        record("personal_data.erasure_asked", _about(erasure), by=by)


def go_on() -> bool:
    """A piece of the oldest that somebody waits for; False: there is nothing to do."""
    if not _due().exists():
        return False
    with alone(LOCK) as nobody_else:
        erasure = _due().first() if nobody_else else None
        if erasure is None:
            return False
        go_on_with(erasure)
    return True


def go_on_with(erasure: Erasure) -> None:
    erasure.tries += 1
    if erasure.tries > MOST_TRIES:
        erasure.state = State.FAILED
        return _end(erasure, "personal_data.erasure_failed")
    erasure.save(update_fields=["tries"])
    if erasure.state == State.WAITING:
        return _do_piece(erasure)
    return _make_papers(erasure)


def _due() -> QuerySet[Erasure]:
    waiting = Erasure.objects.filter(state__in=[State.WAITING, State.ERASED])
    return waiting.select_related("asked_by").order_by("asked_at")


@transaction.atomic
def _do_piece(erasure: Erasure) -> None:
    step = steps.ALL[erasure.step]
    piece = step.piece(erasure.numbers, erasure.after)
    erasure.counts = dict(Counter(erasure.counts) + Counter({step.name: piece.rows}))
    erasure.after = piece.after or ""
    erasure.step += 0 if piece.after else 1
    erasure.tries = 0
    if erasure.step == len(steps.ALL):
        _seal(erasure)
    erasure.save()
    announce("client", erasure.client_id)


def _seal(erasure: Erasure) -> None:
    """Where no restore reaches it, it is written down first: twice rather than never."""
    erasure.ended_at, erasure.state = clock.now(), State.ERASED
    remembered.note_down(erasure)
    changes = {"rows": (None, erasure.rows)}
    record("personal_data.erased", _about(erasure), by=erasure.asked_by, changes=changes)


def _make_papers(erasure: Erasure) -> None:
    try:
        papers.make(erasure)
    except NoPaper as trouble:
        if trouble.again:
            return None
        erasure.state = State.FAILED
        return _end(erasure, "personal_data.erasure_failed")
    erasure.state = State.DONE
    return _end(erasure, "personal_data.act_made")


@transaction.atomic
def _end(erasure: Erasure, verb: str) -> None:
    erasure.save()
    record(verb, _about(erasure), by=HOUSE)


def _about(erasure: Erasure) -> About:
    return About("client", erasure.client_id, client_id=erasure.client_id)


def _insist_meant(client: Client, wanted: Wanted) -> None:
    if wanted.ground not in Erasure.Ground.values:
        said = _("Choose for which reason he is erased.")
        raise Refused(said, fields={"ground": said})
    if wanted.typed.strip() != str(client.pk):
        said = _("Type the number of the client: nothing has been erased.")
        raise Refused(said, fields={"typed": said})


def _insist_nobody_goes_there(numbers: list[int]) -> None:
    if are_ahead(numbers):
        raise Refused(_("Somebody is still to go to this client, or he waits for a window: call that off first."))


def _insist_on_a_word(numbers: list[int], word: str) -> None:
    """It stays: so it must not say who he was."""
    if open_deals(numbers) and not word:
        said = _("A deal of this client is open. Close it first, or write why he is erased all the same.")
        raise Refused(said, fields={"word": said})
    if len(word) > 300:
        too_long = _("This is too long.")
        raise Refused(too_long, fields={"word": too_long})
    if _names_him(numbers, word):
        said = _("These words stay: leave out his name and how he can be reached.")
        raise Refused(said, fields={"word": said})


def _names_him(numbers: list[int], word: str) -> bool:
    known = " ".join(Client.objects.filter(pk__in=numbers).values_list("name", flat=True)).lower()
    said = set(re.findall(r"\w{3,}", word.lower()))
    points = ContactPoint.objects.filter(client__in=numbers).values_list("value", flat=True)
    digits = re.sub(r"\D", "", word)
    return bool(said & set(re.findall(r"\w{3,}", known))) or any(
        one.lower() in word.lower() or (len(one) > 10 and one[-10:] in digits) for one in points
    )
