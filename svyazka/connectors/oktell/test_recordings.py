"""What the stand-in has recorded, for a password of a moment, beside a listener that goes on listening."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.recordings.source import NotFetched, source
from svyazka.connectors.oktell import recordings
from svyazka.connectors.oktell.conftest import CODE, OLGA, listening, up
from svyazka.connectors.oktell.peer import OktellPeer
from svyazka.connectors.oktell.peer_calls import User
from svyazka.connectors.oktell.recordings import Passes

RECORDS = User("records", "900")
SOUND = b"RIFF" + bytes(range(256)) * 40
LINK = "/download/rec/1"
OPTIONS = {"recordings": "web", "recordings_login": "records", "recordings_password": "пароль"}


@pytest.fixture(autouse=True)
def _no_passes(monkeypatch):
    monkeypatch.setattr(recordings, "_PASSES", Passes())


def an_oktell(**more) -> OktellPeer:
    peer = OktellPeer(OLGA, RECORDS, passwords={"records": "пароль"}, **more)
    peer.records = {LINK: SOUND, "/download/rec/2": SOUND}
    return peer


async def fetch(port: int, to: Path, place: str = LINK, *, login: str = "", secret: str = "", **options: str) -> str:
    """The trouble, or nothing."""
    access = Access(CODE, "127.0.0.1", port, login, secret, tuple(sorted({**OPTIONS, **options}.items())))
    try:
        await asyncio.to_thread(source("oktell", access).fetch, place, to)
    except NotFetched as refusal:
        return refusal.trouble
    assert to.read_bytes() == SOUND
    return ""


def fetched(peer: OktellPeer, to: Path, *places: str, **given: str) -> list[str]:
    async def story() -> list[str]:
        async with peer.serving() as port:
            return [await fetch(port, to / "came", place, **given) for place in places or (LINK,)]

    return asyncio.run(story())


def asked_for_passes(peer: OktellPeer) -> int:
    return [name for name, _body in peer.heard].count("gettemphttppass")


def test_recordings_come_for_one_password_of_a_moment(tmp_path):
    peer = an_oktell()
    assert fetched(peer, tmp_path, LINK, "/download/rec/2") == ["", ""]
    assert (asked_for_passes(peer), peer.sessions) == (1, [])


def test_a_password_that_is_over_is_asked_for_anew(tmp_path):
    peer = an_oktell()

    async def story() -> list[str]:
        async with peer.serving() as port:
            first = await fetch(port, tmp_path / "came")
            peer.passes.clear()
            return [first, await fetch(port, tmp_path / "came")]

    assert asyncio.run(story()) == ["", ""]
    assert asked_for_passes(peer) == 2


def test_the_web_server_may_ask_for_a_login_of_ours_too(tmp_path):
    peer = an_oktell(credentials=("basic", "crm", "тайна"))
    assert fetched(peer, tmp_path, login="crm", secret="тайна") == [""]
    assert fetched(peer, tmp_path, login="crm", secret="other") == ["wrong_secret"]


@pytest.mark.parametrize(
    ("fault", "trouble"), [("already in", "occupied"), ("licence", "occupied"), ("wrong", "wrong_secret")]
)
def test_who_is_not_let_in_is_told_why(tmp_path, fault, trouble):
    peer = an_oktell()
    peer.faults.log_in = fault
    assert fetched(peer, tmp_path) == [trouble]


def test_a_user_without_the_right_gets_no_password(tmp_path):
    peer = an_oktell()
    peer.faults.refuses["gettemphttppass"] = {"error": 5, "errormsg": "No right"}
    assert fetched(peer, tmp_path) == ["no_right"]


@pytest.mark.parametrize(
    ("place", "trouble"),
    [("/download/rec/9", "not_there"), ("//evil.example/x", "not_allowed"), ("rec/1", "not_allowed")],
)
def test_what_is_not_there_or_not_of_this_server_does_not_come(tmp_path, place, trouble):
    assert fetched(an_oktell(), tmp_path, place) == [trouble]


def test_without_a_user_of_their_own_they_stay_there(tmp_path):
    assert fetched(an_oktell(), tmp_path, recordings="") == ["no_way"]
    assert fetched(an_oktell(), tmp_path, recordings_login="") == ["no_way"]


def test_nobody_there(tmp_path):
    assert asyncio.run(fetch(1, tmp_path / "came")) == "unreachable"


def test_the_listener_keeps_its_connection(transactional_db, windows, tmp_path):
    peer = an_oktell()

    async def story() -> tuple[str, int]:
        async with peer.serving() as port, listening(port) as driver:
            await up(driver)
            came = await fetch(port, tmp_path / "came")
            await asyncio.sleep(0.3)
            return came, len(driver.links)

    assert asyncio.run(story()) == ("", 1)
