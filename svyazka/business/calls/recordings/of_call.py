"""All that is recorded of one call, laid on its line of time, with who spoke when: what a player needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from svyazka.business.calls import fold
from svyazka.business.calls.fold import NEVER, Leg
from svyazka.business.calls.models import Call, Recording
from svyazka.business.calls.recordings import store
from svyazka.business.calls.recordings.line_of_time import Span, Stretch, Taken, line, place, wave
from svyazka.business.calls.recordings.note import NEAR
from svyazka.business.calls.summary import Summary, summarise
from svyazka.business.staff.models import Person

# What is told of a file as late as this has been told when it was finished, not when it was begun.
LATE = timedelta(seconds=1)
# From one bridge into the next.
NO_BREAK = timedelta(milliseconds=200)


@dataclass(frozen=True)
class Spoken:
    """Who had the client from when to when, in milliseconds of the line."""

    begin: int
    end: int
    who: str


@dataclass(frozen=True)
class Recorded:
    """`waves`: the loudness of the whole line, for each channel one."""

    length: int
    stretches: list[Stretch]
    files: dict[int, Recording]
    spoken: list[Spoken]
    held: list[Span]
    passed_on: list[int]
    waves: list[bytes]


def list_recordings(call: Call) -> list[Recording]:
    """In the order in which they were told of."""
    near = (call.started_at - NEAR, call.started_at + NEAR)
    return list(Recording.objects.filter(call_id=call.pk, call_started_at__range=near).order_by("pk"))


def recorded(call: Call, recordings: Sequence[Recording]) -> Recorded:
    """Of those that are here."""
    legs = [fold.from_json(leg) for leg in call.legs]
    now = summarise(call.key, legs)
    clock = _Clock(now.started_at, now.ended_at)
    files = {one.pk: one for one in recordings if one.state == Recording.State.FETCHED}
    taken = sorted((_taken(one, legs, clock) for one in files.values()), key=lambda file: (file.since or 0, file.of))
    answered = clock.ms(now.answered_at or now.started_at)
    stretches = line(clock.length, place(taken, answered=answered))
    names = names_at(recordings, (talk.extension for talk in now.talks))
    return Recorded(
        length=stretches[-1].end if stretches else 0,
        stretches=stretches,
        files=files,
        spoken=_spoken(now, names, clock),
        held=[(clock.ms(begin), clock.ms(end)) for begin, end in now.holds],
        passed_on=[clock.ms(transfer.at) for transfer in now.transfers],
        waves=_waves(stretches, files),
    )


def names_at(recordings: Iterable[Recording], extensions: Iterable[str]) -> dict[str, str]:
    """Extension → whose phone it was when the call ended; by now it may stand before somebody else."""
    people = {extension: pk for one in recordings for extension, pk in one.people.items()}
    names = dict(Person.objects.filter(pk__in=set(people.values())).values_list("pk", "full_name")) if people else {}
    return {extension: names.get(people.get(extension, 0), extension) for extension in set(extensions) if extension}


class _Clock:
    """Moments as milliseconds of the line. A call that goes on has no end yet: its line ends where it began."""

    def __init__(self, begin: datetime, end: datetime | None) -> None:
        self._begin = begin
        self.end = end or begin
        self.length = self._of(self.end)

    def ms(self, moment: datetime) -> int:
        return min(max(self._of(moment), 0), self.length)

    def _of(self, moment: datetime) -> int:
        return round((moment - self._begin) / timedelta(milliseconds=1))


def _taken(recording: Recording, legs: Sequence[Leg], clock: _Clock) -> Taken:
    told = [(at, leg) for leg in legs for at, place in leg.recordings if place[:500] == recording.place]
    if not told:
        return Taken(recording.pk, recording.milliseconds, None, clock.length)
    at, leg = min(told, key=lambda one: (one[0], one[1].key))
    until = leg.ended_at or clock.end
    if at >= until - LATE:
        return Taken(recording.pk, recording.milliseconds, None, clock.length)
    bridged = tuple((clock.ms(begin), clock.ms(end)) for begin, end in in_bridges(leg, until))
    return Taken(recording.pk, recording.milliseconds, clock.ms(at), clock.ms(until), bridged)


def in_bridges(leg: Leg, until: datetime) -> list[tuple[datetime, datetime]]:
    """When this phone was in any bridge; going from one into the next is no break."""
    spans: list[tuple[datetime, datetime]] = []
    for name, entry in sorted(leg.joined, key=lambda one: one[1]):
        exit_ = min((at for bridge, at in leg.parted if bridge == name and at >= entry), default=until)
        if spans and entry <= spans[-1][1] + NO_BREAK:
            spans[-1] = (spans[-1][0], max(spans[-1][1], exit_))
        else:
            spans.append((entry, exit_))
    return spans


def _spoken(now: Summary, names: dict[str, str], clock: _Clock) -> list[Spoken]:
    return [
        Spoken(clock.ms(talk.begin), clock.ms(talk.end or NEVER), names.get(talk.extension, talk.extension))
        for talk in now.talks
    ]


def _waves(stretches: Sequence[Stretch], files: dict[int, Recording]) -> list[bytes]:
    """Two, if the client and we were recorded apart; a file in which we are together counts for both."""
    lengths = {pk: one.milliseconds for pk, one in files.items()}
    drawn = {pk: store.read(store.wave_of(one.file)) for pk, one in files.items()}
    most = max((one.channels for one in files.values()), default=1)
    return [
        wave(stretches, {pk: _of_channel(drawn[pk], files[pk].channels, number) for pk in files}, lengths)
        for number in range(most)
    ]


def _of_channel(drawn: bytes, channels: int, number: int) -> bytes:
    steps = len(drawn) // channels
    channel = min(number, channels - 1)
    return drawn[channel * steps : (channel + 1) * steps]
