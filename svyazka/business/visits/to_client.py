"""A client is told something of his visit: in writing where a channel leads to him, and otherwise somebody rings.

Once for each occasion, whoever asks for it and however often: the constraint on `ClientWord` is the promise. What
nobody has to hear of any more, because the visit was moved, called off or confirmed meanwhile, goes by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from svyazka.business.conversations.client_channel import Way, way_to
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor, Automaton
from svyazka.business.visits import client_texts
from svyazka.business.visits.models import ClientWord, Visit, What
from svyazka.kit import clock
from svyazka.kit.texts import within

HOUSE = Automaton("Visits")
RUNG_WITHIN = timedelta(hours=2)
Matter = Literal["booked", "moved", "reminder", "on_the_way", "called_off"]
State = ClientWord.State
_ASK = (What.BOOKED, What.MOVED, What.REMINDER)  # whether a time suits
# What need not be said any more once this has been.
_OVERTAKES: dict[str, tuple[str, ...]] = {
    What.BOOKED: (),
    What.REMINDER: (What.BOOKED, What.MOVED),
    What.ON_THE_WAY: (What.BOOKED, What.MOVED, What.REMINDER),
    What.MOVED: tuple(What),
    What.CALLED_OFF: tuple(What),
}


@transaction.atomic
def tell(visit: Visit, what: Matter, *, by: Actor = HOUSE, knows: bool = False) -> ClientWord | None:
    """`knows`: it was agreed on with the client himself, so he has it in writing, or not at all. None: he was told
    already, it is so no more, or the company says nothing of the kind."""
    way = way_to(visit.client_id)
    if knows and not way:
        _overtake(visit, what, _occasion(visit, what), by=by)
        return None
    current = _current(visit)
    is_over = current.is_off and what != "called_off"
    if is_over or not _is_to_be_said(current, what, way):
        return None
    occasion = _occasion(current, what)
    _overtake(current, what, occasion, by=by)
    if ClientWord.objects.filter(visit=current, what=what, occasion=occasion).exists():
        return None
    return _write(current, what, occasion, way, by=by)


def fall_away(visit: Visit, *, by: Actor) -> None:
    """What the client has not been told so far need not be said any more: he has answered, or somebody is there."""
    _fall_away(ClientWord.objects.filter(visit=visit), by=by)


def take_back_calling_off(visit: Visit, *, by: Actor) -> bool:
    """The visit is to be made after all. Whether the client has been written to that it is not."""
    words = ClientWord.objects.filter(visit=visit, what=What.CALLED_OFF)
    _fall_away(words, by=by)
    last = words.order_by("-pk").first()
    return last is not None and last.state == State.SENT


def leave_out(visit: Visit, what: Matter) -> None:
    """Nobody has to tell him; so it is not asked again."""
    known = {"visit": visit, "what": what, "occasion": _occasion(visit, what)}
    ClientWord.objects.get_or_create(**known, defaults={"at": clock.now(), "state": State.MOOT})


def by_hand_instead(word: ClientWord) -> None:
    """It could not be sent: somebody rings."""
    visit = _current(word.visit)
    word.state, word.try_at, word.task = State.BY_HAND, None, _ring(visit, word.what, word.title, by=HOUSE)
    word.save(update_fields=["state", "try_at", "task"])


def to_say(visit: Visit) -> list[ClientWord]:
    """What somebody has still to tell the client, with the words for it."""
    words = ClientWord.objects.filter(visit=visit, state=State.BY_HAND).select_related("task")
    still = [word for word in words.order_by("at", "pk") if word.task is None or word.task.done_at is None]
    for word in still:
        word.text = client_texts.with_link(word.text, visit)
    return still


def _current(visit: Visit) -> Visit:
    """As it is now; nobody changes it before we have done."""
    deal = held(visit.deal_id)
    current = Visit.objects.select_related("kind", "client", "resource").get(pk=visit.pk)
    current.deal = deal
    return current


def _is_to_be_said(visit: Visit, what: str, way: Way | None) -> bool:
    """Whoever has confirmed his time need not be rung for it."""
    text = client_texts.text_of(what)
    knows = visit.confirmed_at is not None and what in _ASK
    return text.is_on and (way is not None or (text.by_hand and not knows))


def _overtake(visit: Visit, what: str, occasion: str, *, by: Actor) -> None:
    if overtaken := _OVERTAKES[what]:
        words = ClientWord.objects.filter(visit=visit, what__in=overtaken)
        _fall_away(words.exclude(what=what, occasion=occasion), by=by)


def _fall_away(words: QuerySet[ClientWord], *, by: Actor) -> None:
    """Whoever had to ring has done with it."""
    gone = list(words.filter(state__in=(State.WAITING, State.BY_HAND)).select_related("task"))
    if not gone:
        return
    ClientWord.objects.filter(pk__in=[word.pk for word in gone]).update(state=State.MOOT, try_at=None)
    for word in gone:
        if word.task:
            tasks.fall_away(word.task, by=by)


def _write(visit: Visit, what: Matter, occasion: str, way: Way | None, *, by: Actor) -> ClientWord:
    said = client_texts.said(client_texts.text_of(what), visit)
    word = ClientWord(visit=visit, what=what, occasion=occasion, at=clock.now(), title=said.title[:300], text=said.text)
    if way:
        word.state, word.try_at, word.channel, word.address = State.WAITING, clock.now(), *way
    else:
        word.state, word.task = State.BY_HAND, _ring(visit, what, word.title, by=by)
    word.save()
    return word


def _occasion(visit: Visit, what: str) -> str:
    """What makes a matter another one than the last of its kind."""
    if what in (What.MOVED, What.CALLED_OFF) and visit.arranged_at:
        return visit.arranged_at.isoformat()
    if what == What.ON_THE_WAY:
        return visit.status_since.isoformat() if visit.status_since else ""
    if what == What.REMINDER:
        return visit.starts_at.isoformat()
    return ""


def _ring(visit: Visit, what: str, title: str, *, by: Actor) -> Task | None:
    """On the eve the stage itself asks somebody to confirm such a visit: nobody rings twice."""
    if what == What.REMINDER and _is_asked_by_stage(visit):
        return None
    with translation.override(settings.LANGUAGE_CODE):
        words = within(gettext("Tell the client: {title}").format(title=title), 200)
    now = clock.now()
    due_at = now + RUNG_WITHIN if visit.starts_at < now else min(now + RUNG_WITHIN, visit.starts_at)
    return tasks.plan(visit.deal, words, due_at=due_at, kind=Task.Kind.CALL, by=by)


def _is_asked_by_stage(visit: Visit) -> bool:
    asks = visit.confirmed_at is None and visit.deal.stage.code == visit.kind.booked_stage
    return asks and Task.objects.filter(deal=visit.deal, of_stage=True, done_at=None).exists()
