from __future__ import annotations

import os
import time
import wave
from datetime import timedelta
from math import pi, sin
from pathlib import Path
from struct import pack

import pytest

from svyazka.business.calls.follow import follow
from svyazka.business.calls.models import Call, Pbx, Recording
from svyazka.business.calls.phone_system import CallEvent, Kind, Way
from svyazka.business.calls.recordings import fetch
from svyazka.business.calls.recordings.note import note
from svyazka.business.staff.models import Person
from svyazka.kit import clock

CODE = "asterisk/lab1"
MONITOR = "/var/spool/asterisk/monitor"


def tone(path: Path, seconds: float, *, height: int = 12_000, channels: int = 1) -> Path:
    """A WAV as telephone systems write it; at rest for a minute."""
    frames = (pack(f"<{channels}h", *[int(height * sin(2 * pi * 440 * at / 8000))] * channels) for at in range(8000))
    second = b"".join(frames)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes((second * (int(seconds) + 1))[: int(seconds * 8000) * 2 * channels])
    os.utime(path, (time.time() - 60, time.time() - 60))
    return path


@pytest.fixture
def monitor(tmp_path) -> Path:
    """The folder that the PBX writes into, mounted on this machine."""
    folder = tmp_path / "monitor"
    folder.mkdir()
    return folder


@pytest.fixture
def pbx(db, monitor) -> Pbx:
    options = {"recordings": "folder", "recordings_folder": str(monitor)}
    return Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038, options=options)


def passed_on(*, ago: timedelta = timedelta(minutes=5), first: str = "a.wav", second: str = "b.wav") -> Call:
    """20 seconds with 101, who passes the client on to 201: 15 more. Each of the two is recorded in a file of its
    own; a second of ringing lies between them."""
    begun = clock.now() - ago

    def event(after: float, kind: Kind, leg: str = "c", extension: str = "", **facts: object) -> CallEvent:
        return CallEvent(CODE, "c", kind, begun + timedelta(seconds=after), leg, extension, **facts)  # type: ignore[arg-type]

    events = [
        event(0, Kind.START, client_number="79161234567", our_number="74951000101"),
        event(1, Kind.RING, "l1", "101"),
        event(4, Kind.JOIN, "l1", "101", bridge="x"),
        event(4, Kind.JOIN, bridge="x"),
        event(4, Kind.RECORDING, "l1", "101", recording=f"{MONITOR}/{first}"),
        event(24, Kind.TRANSFER, "l1", "101", to="201", way=Way.BLIND),
        event(24, Kind.PART, "l1", "101", bridge="x"),
        event(24, Kind.PART, bridge="x"),
        event(24, Kind.HANGUP, "l1", "101"),
        event(24, Kind.RING, "l2", "201"),
        event(25, Kind.JOIN, "l2", "201", bridge="y"),
        event(25, Kind.JOIN, bridge="y"),
        event(25, Kind.RECORDING, "l2", "201", recording=f"{MONITOR}/{second}"),
        event(40, Kind.PART, bridge="y"),
        event(40, Kind.HANGUP),
        event(40, Kind.HANGUP, "l2", "201"),
    ]
    followed = follow(events)[0]
    note([(followed.call, followed.now, followed.before)])
    return followed.call


def make_due() -> None:
    Recording.objects.exclude(try_at=None).update(try_at=clock.now())


def fetched(people: dict[str, Person], monitor: Path) -> Call:
    """Olga spoke and passed the client on to Mikhail; each is recorded in a file of its own, and both are here."""
    people["olga"].extension, people["mikhail"].extension = "101", "201"
    people["olga"].save(), people["mikhail"].save()
    tone(monitor / "a.wav", 20)
    tone(monitor / "b.wav", 15)
    made = passed_on()
    make_due()
    fetch.fetch_due()
    return made
