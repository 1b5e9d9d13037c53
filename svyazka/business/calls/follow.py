"""Following calls: events of a PBX become rows of Call, and the screens of those whose phones ring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from svyazka.business.calls import fold
from svyazka.business.calls.models import Call, PhoneLine
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.calls.summary import Summary, summarise
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.staff.models import Person
from svyazka.kit import phones

LONGEST = timedelta(days=1)  # no call lasts longer


@dataclass(frozen=True)
class Followed:
    """A call after events were added to it, and what they changed."""

    call: Call
    now: Summary
    before: Summary | None

    @property
    def is_new(self) -> bool:
        return self.before is None

    @property
    def rung(self) -> frozenset[str]:
        """Extensions that began to ring with these events."""
        return frozenset(self.now.rings) - frozenset(self.before.rings if self.before else ())

    @property
    def has_turned(self) -> bool:
        """Begun, answered, held, passed on, or over: what people want to see at once."""
        return self.before is None or bool(self.rung) or _turn(self.now) != _turn(self.before)

    @property
    def was_just_answered(self) -> bool:
        return self.now.result == Call.Result.ANSWERED != (self.before.result if self.before else "")

    @property
    def has_just_ended(self) -> bool:
        return self.now.state == Call.State.ENDED != (self.before.state if self.before else "")


def _turn(summary: Summary) -> tuple[object, ...]:
    return (summary.state, summary.result, summary.is_held, summary.transfers)


@transaction.atomic
def follow(events: Sequence[CallEvent]) -> list[Followed]:
    """Adds the events to their calls. Events that came before change nothing. Tell people of it with `tell`."""
    single = [one for event in events for one in _of_single_calls(event)]
    wait_in_line({(event.pbx_code, key) for event in single for key in (event.call_key, event.part) if key})
    by_call: dict[tuple[str, str], list[CallEvent]] = {}
    for event in single:
        by_call.setdefault((event.pbx_code, event.call_key), []).append(event)
    return [_follow_call(pbx_code, key, by_call[pbx_code, key]) for pbx_code, key in sorted(by_call)]


def summary_of(call: Call) -> Summary:
    return summarise(call.key, [fold.from_json(leg) for leg in call.legs])


def find(pbx_code: str, key: str, *, about: datetime) -> Call | None:
    """`about`: a time at which it went on, so that two pieces of the table are read and not all of them."""
    near = (about - LONGEST, about + LONGEST)
    return Call.objects.filter(pbx_code=pbx_code, key=key, started_at__range=near).order_by("-started_at").first()


def belongs_to(call: Call, *, client_id: int, deal_id: int | None, interaction_id: int | None) -> None:
    """Whose call it is, and where it stands in the history."""
    call.client_id, call.deal_id, call.interaction_id = client_id, deal_id, interaction_id
    Call.objects.filter(pk=call.pk).update(client_id=client_id, deal_id=deal_id, interaction_id=interaction_id)


def tell(followed: Followed, *, by: Actor) -> None:
    """The lists of the office hear of every turn; the call card comes up only where the phone rings."""
    call = followed.call
    if not followed.has_turned:
        return
    ids = {"client": call.client_id} if call.client_id else {}
    if followed.has_just_ended:
        about = About("call", call.pk, client_id=call.client_id, deal_id=call.deal_id)
        record("calls.ended", about, by=by, changes={"result": (None, call.result)}, data=ids)
        return
    ids |= {"deal": call.deal_id} if call.deal_id else {}
    announce("call", call.pk, data=ids)
    if people := people_at(followed.rung):
        announce("call", call.pk, people=people, data={**ids, "to_me": 1})


def people_at(extensions: Iterable[str]) -> list[int]:
    wanted = [extension for extension in extensions if extension]
    return list(Person.objects.working().filter(extension__in=wanted).values_list("pk", flat=True)) if wanted else []


def colleagues_at(extensions: Iterable[str]) -> dict[str, str]:
    """Extension → name."""
    return dict(Person.objects.working().filter(extension__in=set(extensions)).values_list("extension", "full_name"))


def line_of(call: Call) -> PhoneLine | None:
    """The number of ours that was dialled."""
    return PhoneLine.objects.select_related("source").filter(number=call.our_number).first()


def _of_single_calls(event: CallEvent) -> list[CallEvent]:
    if event.kind != Kind.ONLY_THESE:
        return [event]
    rows = Call.objects.going_on().filter(pbx_code=event.pbx_code, started_at__lt=event.at)
    gone = rows.exclude(key__in=event.going_on).values_list("key", flat=True)
    return [replace(event, call_key=key, kind=Kind.VANISHED, going_on=frozenset()) for key in gone]


def _follow_call(pbx_code: str, key: str, events: Sequence[CallEvent]) -> Followed:
    call = _whole(find(pbx_code, key, about=events[0].at)) or Call(pbx_code=pbx_code, key=key)
    before = [fold.from_json(leg) for leg in call.legs]
    legs = fold.fold(call.key, [event for event in events if event.kind != Kind.MERGE], before)
    parts = [_part(event) for event in events if event.kind == Kind.MERGE]
    for part in parts:
        legs = fold.unite(legs, [fold.from_json(leg) for leg in part.legs])
    now = summarise(call.key, legs)
    if call.pk is None:
        call = Call.objects.create(pbx_code=pbx_code, key=key, **columns(now, legs))
    elif legs != before:
        update(call, columns(now, legs))
    for part in parts:
        put_together(part, call)
    return Followed(call=call, now=now, before=summarise(call.key, before) if before else None)


def _whole(call: Call | None) -> Call | None:
    """What is heard late of a call that is a part of another one belongs to that one."""
    if call is None or not call.merged_into_id:
        return call
    whole = Call.objects.get(pk=call.merged_into_id)
    wait_in_line({(whole.pbx_code, whole.key)})
    return Call.objects.get(pk=whole.pk)


def put_together(part: Call, whole: Call) -> None:
    update(part, {"merged_into_id": whole.pk, "state": Call.State.ENDED, "legs": []})


def _part(event: CallEvent) -> Call:
    """Also one of which nothing was heard yet."""
    found = find(event.pbx_code, event.part, about=event.at)
    return found or Call.objects.create(pbx_code=event.pbx_code, key=event.part, started_at=event.at)


def columns(summary: Summary, legs: Sequence[fold.Leg]) -> dict[str, object]:
    answered_by = people_at([summary.answered_by])
    return {
        "started_at": summary.started_at,
        "direction": summary.direction or "in",
        "client_number": _spelt(summary.client_number),
        "our_number": _spelt(summary.our_number),
        "state": summary.state,
        "result": summary.result,
        "answered_at": summary.answered_at,
        "ended_at": summary.ended_at,
        "answered_by_id": answered_by[0] if answered_by else None,
        "waiting_seconds": summary.waiting_seconds,
        "talk_seconds": summary.talk_seconds,
        "recording": summary.recordings[0][:300] if summary.recordings else "",
        "queue": summary.queue[:60],
        "legs": [fold.to_json(leg) for leg in legs],
    }


def _spelt(number: str) -> str:
    """E.164 where it is a number; otherwise as the PBX gave it: a short number, a name."""
    try:
        return phones.normalise(number) if number else ""
    except phones.NotAPhone:
        return number[:40]


def update(call: Call, given: dict[str, object]) -> bool:
    """Whether anything changes. By id alone: an earlier event than all before moves started_at, which the table is cut
    by."""
    changed = {name: value for name, value in given.items() if getattr(call, name) != value}
    for name, value in changed.items():
        setattr(call, name, value)
    return bool(changed) and bool(Call.objects.filter(pk=call.pk).update(**changed))


def wait_in_line(calls: Iterable[tuple[str, str]]) -> None:
    """A list of what goes on may be worked off beside an event of one of its calls: one after the other."""
    with connection.cursor() as cursor:
        for pbx_code, key in sorted(calls):
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 2))", [f"{pbx_code}/{key}"])
