"""Following calls: events of a PBX become rows of Call, and the screens of those whose phones ring."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection, transaction

from svyazka.business.calls import fold
from svyazka.business.calls.floor import counting
from svyazka.business.calls.models import Call, PhoneLine
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.calls.recordings.note import hand_over
from svyazka.business.calls.summary import Summary, summarise
from svyazka.business.calls.whose_phone import PhoneKey, staff_at
from svyazka.business.journal.record import News, announce_all
from svyazka.kit import clock, phones, rows

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
    def dials(self) -> frozenset[str]:
        """The extension that dials a number outside, as soon as it is known which."""
        number = self.call.client_number
        is_known = self.now.direction == "out" and number.startswith("+")
        was_known = self.before is not None and bool(self.before.client_number)
        return frozenset({begun_by(self.call)} - {""}) if is_known and not was_known else frozenset()

    @property
    def has_turned(self) -> bool:
        """Begun, answered, held, passed on, or over: what people want to see at once."""
        return self.before is None or bool(self.rung | self.dials) or _turn(self.now) != _turn(self.before)

    @property
    def was_just_answered(self) -> bool:
        return self.now.result == Call.Result.ANSWERED != (self.before.result if self.before else "")

    @property
    def was_just_missed(self) -> bool:
        return self.now.result in Call.NOT_REACHED and (not self.before or self.before.result not in Call.NOT_REACHED)

    @property
    def has_just_spoken(self) -> bool:
        return bool(self.now.answered_at) and not (self.before and self.before.answered_at)

    @property
    def whose_talk_ended(self) -> frozenset[tuple[str, datetime]]:
        """Extensions, each with when it was free again."""
        return frozenset(self.now.freed) - frozenset(self.before.freed if self.before else ())

    @property
    def called(self) -> list[PhoneKey]:
        """The phones whose screens come up with these events."""
        return [PhoneKey(self.call.pbx_code, extension) for extension in self.rung | self.dials]

    @property
    def has_just_ended(self) -> bool:
        return self.now.state == Call.State.ENDED != (self.before.state if self.before else "")


def _turn(summary: Summary) -> tuple[object, ...]:
    return (summary.state, summary.result, summary.is_held, summary.transfers, _pauses(summary), _asked(summary))


def _pauses(summary: Summary) -> tuple[bool, ...]:
    """Which talks are over while the call goes on: a colleague is being asked, or the client was taken back."""
    over = tuple(talk.end is not None for talk in summary.talks)
    return over if any(over) and summary.state != "ended" else ()


def _asked(summary: Summary) -> tuple[str, ...]:
    """Whose phone rings although somebody has answered: it is noticed when he lifts it."""
    return summary.rings if summary.state == "talking" else ()


@transaction.atomic(savepoint=False)
def follow(events: Sequence[CallEvent]) -> list[Followed]:
    """Adds the events to their calls, in a handful of statements however many they are. Events that came before change
    nothing. Tell people of it with `tell`."""
    single = [one for event in events for one in _of_single_calls(event)]
    wait_in_line({(event.pbx_code, key) for event in single for key in (event.call_key, event.part) if key})
    by_call: dict[tuple[str, str], list[CallEvent]] = {}
    for event in single:
        by_call.setdefault((event.pbx_code, event.call_key), []).append(event)
    known = _known(by_call)
    if any(event.part for event in single) or any(call.merged_into_id for call in known.values()):
        # What one of them learns may belong to another one.
        return [_follow_call(key, by_call[key]) for key in sorted(by_call)]
    learnt = [_learn(known.get(key) or _new(key, by_call[key]), by_call[key]) for key in sorted(by_call)]
    _store(learnt)
    return [one.followed for one in learnt]


def summary_of(call: Call) -> Summary:
    return summarise(call.key, [fold.from_json(leg) for leg in call.legs])


def begun_by(call: Call) -> str:
    """The extension of the phone that a call out was begun with."""
    return next((str(leg["extension"]) for leg in call.legs if leg["key"] == call.key), "")


def find(pbx_code: str, key: str, *, about: datetime) -> Call | None:
    """`about`: a time at which it went on, so that two pieces of the table are read and not all of them."""
    return _find_all({(pbx_code, key): about}).get((pbx_code, key))


def _find_all(about: Mapping[tuple[str, str], datetime]) -> dict[tuple[str, str], Call]:
    """By system and key; the last one of that key."""
    if not about:
        return {}
    codes, keys = zip(*about, strict=True)
    near = (min(about.values()) - LONGEST, max(about.values()) + LONGEST)
    found = rows.read_joined(_WITH_KEYS, [list(codes), list(keys), *near], Call)
    return {(call.pbx_code, call.key): call for (call,) in found}


# One by one, in the index of keys: a join may read a whole day of calls, when the statistics are of the hour before.
_WITH_KEYS = f"""
select {rows.columns(Call)} from unnest(%s::text[], %s::text[]) as asked (code, name)
cross join lateral (
    select * from calls_call where pbx_code = code and key = name and started_at between %s and %s
    order by started_at desc limit 1
) as calls_call
"""  # noqa: S608  # names of our own only


def _known(by_call: Mapping[tuple[str, str], Sequence[CallEvent]]) -> dict[tuple[str, str], Call]:
    """Of what is said of a call that nobody knows, and is not its beginning, the call began long ago: the PBX, or we,
    were away since."""
    known = _find_all({key: of_call[0].at for key, of_call in by_call.items()})
    begun = {key for key, of_call in by_call.items() if any(event.kind == Kind.START for event in of_call)}
    older = by_call.keys() - known.keys() - begun
    if older:
        codes, keys = zip(*older, strict=True)
        found = rows.read_joined(_GOING_ON, [list(codes), list(keys)], Call)
        known |= {(call.pbx_code, call.key): call for (call,) in found}
    return known


_GOING_ON = f"""
select {rows.columns(Call)} from unnest(%s::text[], %s::text[]) as asked (code, name)
cross join lateral (
    select * from calls_call where pbx_code = code and key = name and state <> 'ended' order by started_at desc limit 1
) as calls_call
"""  # noqa: S608  # names of our own only


def belong_to(calls: Sequence[Call]) -> None:
    """Whose calls they are, and where they stand in the history: client_id, deal_id, interaction_id as they are set."""
    if not calls:
        return
    given = [[one.pk, one.started_at, one.client_id, one.deal_id, one.interaction_id] for one in calls]
    with connection.cursor() as cursor:
        cursor.execute(_BELONG, [*map(list, zip(*given, strict=True)), *_span(calls)])


_BELONG = """
update calls_call set client_id = given.client_id, deal_id = given.deal_id, interaction_id = given.interaction_id
from unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[])
    as given (id, started_at, client_id, deal_id, interaction_id)
where calls_call.id = given.id and calls_call.started_at = given.started_at and calls_call.started_at between %s and %s
"""


def _span(calls: Iterable[Call]) -> tuple[datetime, datetime]:
    """Said once more, so that only the pieces of the table are looked into that may have them."""
    times = [call.started_at for call in calls]
    return min(times), max(times)


def tell(followed: Iterable[Followed]) -> None:
    """The lists of the office hear of every turn; the call card comes up only where the phone rings."""
    turned = [one for one in followed if one.has_turned]
    staff = staff_at(phone for one in turned for phone in one.called)
    news = []
    for one in turned:
        call = one.call
        ids = {name: number for name, number in (("client", call.client_id), ("deal", call.deal_id)) if number}
        news.append(News("call", call.pk, {**ids, **_how_it_ended(one)}))
        if people := [staff[phone] for phone in one.called if phone in staff]:
            news.append(News("call", call.pk, {**ids, "to_me": 1}, people))
    announce_all(news)


def _how_it_ended(one: Followed) -> dict[str, int]:
    """For whoever is waiting for just that: the calling list."""
    return {"ended": 1, "answered": int(one.call.result == Call.Result.ANSWERED)} if one.has_just_ended else {}


def line_of(call: Call) -> PhoneLine | None:
    """The number of ours that was dialled."""
    return lines_of([call]).get(call.our_number)


def lines_of(calls: Iterable[Call]) -> dict[str, PhoneLine]:
    """By number."""
    numbers = {call.our_number for call in calls}
    return {line.number: line for line in PhoneLine.objects.select_related("source").filter(number__in=numbers)}


def _of_single_calls(event: CallEvent) -> list[CallEvent]:
    if event.kind != Kind.ONLY_THESE:
        return [event]
    known = Call.objects.going_on().filter(pbx_code=event.pbx_code).exclude(key__in=event.going_on)
    gone = [(call.key, _gone_at(call, event.at)) for call in known.only("key", "started_at", "legs")]
    return [replace(event, call_key=key, kind=Kind.VANISHED, going_on=frozenset(), at=at) for key, at in gone if at]


def _gone_at(call: Call, said_at: datetime) -> datetime | None:
    heard = [leg.last_at for leg in map(fold.from_json, call.legs) if leg.last_at]
    return fold.gone_at(call.started_at, max(heard, default=call.started_at), said_at, now=clock.now())


def _follow_call(key: tuple[str, str], events: Sequence[CallEvent]) -> Followed:
    learnt = _learn(_whole(_known({key: events}).get(key)) or _new(key, events), events)
    _store([learnt])
    return learnt.followed


def _new(key: tuple[str, str], events: Sequence[CallEvent]) -> Call:
    """It began at the latest when it was first heard of: of one without legs as yet nothing else is known."""
    return Call(pbx_code=key[0], key=key[1], started_at=events[0].at)


@dataclass(frozen=True)
class _Learnt:
    followed: Followed
    legs: Sequence[fold.Leg]
    parts: Sequence[Call]
    is_changed: bool


def _learn(call: Call, events: Sequence[CallEvent]) -> _Learnt:
    before = [fold.from_json(leg) for leg in call.legs]
    legs = fold.fold(call.key, [event for event in events if event.kind != Kind.MERGE], before)
    parts = _parts(call, events)
    for part in parts:
        legs = fold.unite(legs, [fold.from_json(leg) for leg in part.legs])
    followed = Followed(call, summarise(call.key, legs), summarise(call.key, before) if before else None)
    return _Learnt(followed, legs, parts, is_changed=legs != before)


def _store(learnt: Sequence[_Learnt]) -> None:
    """One statement for the new ones, one for those that have changed."""
    staff = staff_at(answered_on(one.followed.call, one.followed.now) for one in learnt)
    new: list[Call] = []
    changed: list[tuple[datetime, Call]] = []
    counted = []
    for one in learnt:
        call = one.followed.call
        was, before = call.started_at, counting.counts_as(call) if call.pk else None
        if call.pk is None or one.is_changed:
            by = staff.get(answered_on(call, one.followed.now))
            for name, value in columns(one.followed.now, one.legs, answered_by_id=by).items():
                if value != fold.NEVER:
                    setattr(call, name, value)
            if call.pk is None:
                new.append(call)
            else:
                changed.append((was, call))
            counted.append((before, counting.counts_as(call)))
    Call.objects.bulk_create(new)
    _update_all(changed)
    counting.note(counted)
    for one in learnt:
        for part in one.parts:
            put_together(part, one.followed.call)


def _update_all(changed: Sequence[tuple[datetime, Call]]) -> None:
    """By when they began as far as was known until now: an earlier event than all before moves that."""
    if not changed:
        return
    given = [{"id": call.pk, "was": was, **{name: getattr(call, name) for name in _FOLDED}} for was, call in changed]
    times = [was for was, _call in changed]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE_ALL, [json.dumps(given, default=datetime.isoformat), min(times), max(times)])


_TYPES = {
    "started_at": "timestamptz", "direction": "text", "client_number": "text", "our_number": "text", "state": "text",
    "result": "text", "answered_at": "timestamptz", "ended_at": "timestamptz", "answered_by_id": "bigint",
    "waiting_seconds": "integer", "talk_seconds": "integer", "recording": "text", "queue": "text", "legs": "jsonb",
}  # fmt: skip
_FOLDED = tuple(_TYPES)
_UPDATE_ALL = f"""
update calls_call set {", ".join(f"{name} = given.{name}" for name in _FOLDED)}
from jsonb_to_recordset(%s)
    as given (id bigint, was timestamptz, {", ".join(f"{name} {kind}" for name, kind in _TYPES.items())})
where calls_call.id = given.id and calls_call.started_at = given.was and calls_call.started_at between %s and %s
"""  # noqa: S608  # names of our own only


def _whole(call: Call | None) -> Call | None:
    """What is heard late of a call that is a part of another one belongs to that one, which may be a part itself."""
    while call is not None and call.merged_into_id:
        whole = Call.objects.get(pk=call.merged_into_id)
        wait_in_line({(whole.pbx_code, whole.key)})
        call = Call.objects.get(pk=whole.pk)
    return call


def put_together(part: Call, whole: Call) -> None:
    if part.pk == whole.pk:
        return  # nothing is a part of itself, whatever the PBX says
    update(part, {"merged_into_id": whole.pk, "state": Call.State.ENDED, "legs": []})
    hand_over(part, whole)


def _parts(call: Call, events: Iterable[CallEvent]) -> list[Call]:
    """What turns out to belong to this call, each once: what belongs to it already is none any more."""
    said = [event for event in events if event.kind == Kind.MERGE and event.part != call.key]
    parts = {part.pk: part for part in map(_part, said)}
    return [part for part in parts.values() if part.pk != call.pk]


def _part(event: CallEvent) -> Call:
    """Also one of which nothing was heard yet; of one that belongs to another one already, that one."""
    found = _whole(find(event.pbx_code, event.part, about=event.at))
    return found or Call.objects.create(pbx_code=event.pbx_code, key=event.part, started_at=event.at)


def answered_on(call: Call, now: Summary) -> PhoneKey:
    return PhoneKey(call.pbx_code, now.answered_by)


def columns(summary: Summary, legs: Sequence[fold.Leg], *, answered_by_id: int | None) -> dict[str, object]:
    return {
        "started_at": summary.started_at,
        "direction": summary.direction or "in",
        "client_number": _spelt(summary.client_number),
        "our_number": _spelt(summary.our_number),
        "state": summary.state,
        "result": summary.result,
        "answered_at": summary.answered_at,
        "ended_at": summary.ended_at,
        "answered_by_id": answered_by_id,
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
    """Whether anything changes."""
    row = Call.objects.filter(pk=call.pk, started_at=call.started_at)
    changed = {name: value for name, value in given.items() if getattr(call, name) != value}
    before = counting.counts_as(call)
    for name, value in changed.items():
        setattr(call, name, value)
    counting.note([(before, counting.counts_as(call))])
    return bool(changed) and bool(row.update(**changed))


def wait_in_line(calls: Iterable[tuple[str, str]]) -> None:
    """A list of what goes on may be worked off beside an event of one of its calls: one after the other."""
    names = sorted(f"{pbx_code}/{key}" for pbx_code, key in calls)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(name, 2)) from unnest(%s::text[]) name", [names])
