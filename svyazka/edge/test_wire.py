from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator

import pytest

from svyazka.edge import wire
from svyazka.edge.conftest import House, open_house

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def house(db, settings) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL) as house:
        yield house


def talk(house: House, *pieces: bytes) -> bytes:
    """All that is answered until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=10) as connection:
        heard = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            while more := connection.recv(65536):
                heard += more
        except ConnectionError:
            pass
        return heard


@pytest.mark.parametrize("piece", [b"a" * 10_000, b"a\r\nX: " * 2_000])
def test_headers_without_end_are_refused(house, piece):
    heard = talk(house, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", *[piece] * 20)
    assert heard[:12] in (b"HTTP/1.1 431", b"")  # our word is lost when more is on its way


def test_an_address_without_end_is_refused(house):
    assert b"200" not in talk(house, b"GET /" + b"a" * 100_000)


def test_whoever_does_not_finish_his_headers_is_hung_up_on(house, monkeypatch):
    monkeypatch.setattr(wire, "MOST_SECONDS", 0.3)
    for beginning in (b"", b"GET /healthz HTTP/1.1\r\nHost:"):
        began = time.monotonic()
        assert talk(house, beginning) == b""
        assert 0.2 < time.monotonic() - began < 5


def test_a_kept_connection_is_hung_up_on_in_the_middle_of_its_second_request(house, monkeypatch):
    monkeypatch.setattr(wire, "MOST_SECONDS", 0.3)
    began = time.monotonic()
    heard = talk(house, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /healthz HTTP/1.1\r\n")
    assert heard.count(b"200 OK") == 1
    assert time.monotonic() - began < 5


def test_large_bodies_and_long_answers_are_not_headers(house, monkeypatch):
    monkeypatch.setattr(wire, "MOST_SECONDS", 0.3)
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    for _ in range(3):
        connection.request("POST", "/healthz", b"x" * 200_000)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"ok")
        time.sleep(0.5)
    connection.close()


def test_requests_sent_in_one_piece_are_all_answered(house):
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 4_000 + b"\r\n"
    heard = talk(house, (one + b"\r\n") * 30 + one + b"Connection: close\r\n\r\n")
    assert heard.count(b"200 OK") == 31
