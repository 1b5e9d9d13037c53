"""Before servers that answer slowly, at length, or lead elsewhere."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from svyazka.kit import outside
from svyazka.kit.outside import Answer, Line, Silent
from svyazka.kit.texts import within

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """One connection is answered with these pieces, with a pause before each."""
    open_ones: list[socket.socket] = []

    def begin(*pieces: bytes, pause: float = 0.0) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        open_ones.append(listening)

        def answer() -> None:
            with listening.accept()[0] as one:
                asked = b""
                while not asked.endswith(b"}"):
                    asked += one.recv(65536)
                for piece in pieces:
                    time.sleep(pause)
                    try:
                        one.sendall(piece)
                    except OSError:
                        return

        threading.Thread(target=answer, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield begin
    for one in open_ones:
        one.close()


def ask(base: str) -> Answer:
    line = Line(base)
    try:
        return line.ask("POST", "/x", {"text": "ы"})
    finally:
        line.close()


def test_an_object_is_read_and_what_is_none_is_nothing(serve):
    assert ask(serve(HEAD, b'{"ok": true}')) == Answer(200, {"ok": True})
    for body in (b"", b"<html>", b"7", b"[" * 100_000):
        assert ask(serve(HEAD, body)) == Answer(200, {})
    assert ask(serve(HEAD, b'[{"ok": true}]')) == Answer(200, {}, listed=[{"ok": True}])


def test_how_long_to_wait_and_no_step_elsewhere(serve):
    assert ask(serve(b"HTTP/1.1 429 x\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")) == Answer(429, {}, 7.0)
    assert ask(serve(b"HTTP/1.1 429 x\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n")) == Answer(429, {})
    moved = b"HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    assert ask(serve(moved)) == Answer(302, {})


def test_an_answer_without_end_is_none(serve, monkeypatch):
    with pytest.raises(Silent):
        ask(serve(HEAD, *[b"x" * 65536] * 8))
    monkeypatch.setattr(outside, "DEADLINE", 0.4)
    begun = time.monotonic()
    with pytest.raises(Silent):
        ask(serve(HEAD, *[b"x"] * 100, pause=0.1))
    assert time.monotonic() - begun < 2


def test_nonsense_is_silence_too(serve):
    for pieces in ([b"SSH-2.0-OpenSSH\r\n"], []):
        with pytest.raises(Silent) as told:
            ask(serve(*pieces))
        assert "127.0.0.1" not in str(told.value)


def test_a_text_is_cut_between_letters():
    assert within("привет", 6) == "привет"
    assert within("привет", 5) == "прив…"
    assert within("🙂🙂🙂", 5) == "🙂🙂…"
    assert within("🙂🙂🙂", 4) == "🙂…"


@pytest.mark.parametrize(
    "base", ["https://xn--a", "https://\u2603", "https://a\x7fb", f"https://{'a' * 300}", "https://a..b"]
)
def test_an_address_that_only_looks_like_one_is_silent(base):
    for line in (Line(base), Line("https://example.invalid", proxy=base.replace("https", "http"))):
        with pytest.raises(Silent):
            line.ask("GET", "/")
        line.close()
