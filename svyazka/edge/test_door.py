from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from svyazka.edge import door
from svyazka.edge.conftest import House, open_house
from svyazka.kit import proxies

pytestmark = pytest.mark.django_db(transaction=True)


class Web(BaseHTTPRequestHandler):
    """Stands where the web process does, and speaks HTTP like it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        answers = {
            "/echo": (200, [("Content-Type", "application/json")], None),
            "/cookies": (200, [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2; HttpOnly")], b"two"),
            "/moved": (302, [("Location", "/elsewhere/?a=1")], b""),
            "/same": (304, [("ETag", '"x"'), ("Content-Length", "2000")], b""),
            "/nothing": (204, [], b""),
            "/packed": (200, [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")], gzip.compress(b"packed")),
            "/refused": (422, [("HX-Retarget", "#toasts")], "нельзя".encode()),
        }
        if path == "/slowly":
            return self._slowly()
        status, headers, body = answers.get(path, (404, [], b"no"))
        body = self._told() if body is None else body
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status not in (204, 304):
            self.wfile.write(body)
        return None

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _told(self) -> bytes:
        size = 0
        if self.headers.get("Transfer-Encoding") == "chunked":
            while length := int(self.rfile.readline(), 16):
                size += len(self.rfile.read(length))
                self.rfile.readline()
            self.rfile.readline()
            body = b""
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            size = len(body)
        return json.dumps(
            {
                "connection": self.client_address[1],
                "method": self.command,
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "size": size,
                "body": body[:100].decode(),
            }
        ).encode()

    def _slowly(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in (b"first", b"second"):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
            time.sleep(0.5)
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_said: object) -> None: ...


@pytest.fixture
def web() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Web)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(db, settings, web) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL, web=f"http://127.0.0.1:{web.server_port}") as house:
        yield house


def test_a_request_is_passed_on_as_it_is(house):
    path = "/echo?q=%D0%BE%D0%BA%D0%BD%D0%B0&a=%2F&b=1+2"
    told = house.ask("POST", path, b'{"a": 1}', host="crm.example.ru", cookie="svyazka_session=1", hx_request="true")
    said = told.json()
    assert (told.status, said["method"], said["path"], said["body"]) == (200, "POST", path, '{"a": 1}')
    assert said["headers"]["host"] == "crm.example.ru"
    assert said["headers"]["cookie"] == "svyazka_session=1"
    assert said["headers"]["hx-request"] == "true"
    assert said["headers"]["content-length"] == "8"


def test_who_asks_is_told_to_the_web_process(house):
    said = house.ask("GET", "/echo", host="crm.example.ru").json()["headers"]
    assert {name: said[name] for name in said if name.startswith("x-forwarded")} == {
        "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", "x-forwarded-host": "crm.example.ru",
    }  # fmt: skip


def test_a_proxy_on_this_machine_is_believed(house):
    said = house.ask("GET", "/echo", X_Forwarded_For="203.0.113.5", X_Forwarded_Proto="https").json()["headers"]
    assert (said["x-forwarded-for"], said["x-forwarded-proto"]) == ("203.0.113.5, 127.0.0.1", "https")


def test_a_stranger_is_not_believed():
    scope = {
        "headers": [(b"x-forwarded-for", b"10.0.0.1"), (b"x-forwarded-proto", b"https"), (b"host", b"crm")],
        "client": ("203.0.113.5", 1), "scheme": "http",
    }  # fmt: skip
    assert dict(door._outward(scope, proxies.OF_THIS_MACHINE)) == {
        "host": "crm", "X-Forwarded-For": "203.0.113.5", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "crm",
    }  # fmt: skip


def test_a_proxy_on_a_named_machine_is_believed():
    scope = {
        "headers": [(b"x-forwarded-for", b"203.0.113.5"), (b"x-forwarded-proto", b"https"), (b"host", b"crm")],
        "client": ("10.0.0.5", 1), "scheme": "http",
    }  # fmt: skip
    assert dict(door._outward(scope, proxies.named("10.0.0.0/24"))) == {
        "host": "crm", "X-Forwarded-For": "203.0.113.5, 10.0.0.5", "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "crm",
    }  # fmt: skip


def test_what_concerns_one_connection_stays_there(house):
    said = house.ask("GET", "/echo", connection="keep-alive, X-Mine", x_mine="1", te="trailers").json()["headers"]
    assert "x-mine" not in said
    assert "te" not in said


def test_cookies_come_back_each_for_itself(house):
    assert house.ask("GET", "/cookies").cookies == ["a=1; Path=/", "b=2; HttpOnly"]


def test_redirects_are_for_the_browser(house):
    answer = house.ask("GET", "/moved")
    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere/?a=1")


@pytest.mark.parametrize(("path", "status"), [("/same", 304), ("/nothing", 204)])
def test_answers_without_a_body(house, path, status):
    answer = house.ask("GET", path)
    assert (answer.status, answer.body) == (status, b"")


def test_head(house):
    answer = house.ask("HEAD", "/cookies")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "3", b"")


def test_what_is_packed_stays_packed(house):
    answer = house.ask("GET", "/packed", accept_encoding="gzip")
    assert (answer.headers["content-encoding"], gzip.decompress(answer.body)) == ("gzip", b"packed")


def test_refusals_keep_their_status(house):
    answer = house.ask("POST", "/refused", b"")
    assert (answer.status, answer.headers["hx-retarget"], answer.body.decode()) == (422, "#toasts", "нельзя")


def test_an_answer_comes_as_it_is_made(house):
    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as connection:
        started = time.monotonic()
        connection.sendall(b"GET /slowly HTTP/1.1\r\nHost: x\r\n\r\n")
        said = b""
        while b"first" not in said:
            said += connection.recv(4096)
        assert time.monotonic() - started < 0.4
        while not said.endswith(b"0\r\n\r\n"):
            said += connection.recv(4096)
        assert b"second" in said


def test_a_large_body_has_a_connection_of_its_own(house):
    """The web process hangs up on one that it refuses unread; the next request would be told that it broke off."""
    large = house.ask("POST", "/echo", b"x" * 100_000)
    assert large.json()["headers"]["connection"] == "close"
    small = house.ask("POST", "/echo", b"x" * 100)
    assert "connection" not in small.json()["headers"]
    assert small.json()["connection"] != large.json()["connection"]


@pytest.mark.parametrize("pieces", [1, 200], ids=["with its length", "in pieces"])
def test_a_large_photo_is_passed_on_and_a_larger_one_is_not(house, pieces):
    def sized(size: int):
        return b"x" * size if pieces == 1 else (b"x" * (size // pieces) for _ in range(pieces))

    assert house.ask("POST", "/echo", sized(11_000_000)).json()["size"] == 11_000_000
    assert house.ask("POST", "/echo", sized(13_000_000)).status == 413
    assert house.ask("GET", "/echo").status == 200


def test_connections_are_kept(house):
    assert len({house.ask("GET", "/echo").json()["connection"] for _ in range(10)}) == 1


@pytest.mark.parametrize(
    "asked",
    [
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http://elsewhere.example/echo HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET //elsewhere.example/echo?%ff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /@elsewhere.example:80/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nX-Strange: \xff\xfe\r\nReferer: \xd0\xbe\r\n\r\n",
        b"GET /echo HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
        b"GET /echo HTTP/1.1\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
def test_strange_requests_break_nothing(house, asked):
    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as connection:
        connection.sendall(asked)
        status = int(connection.recv(4096).split()[1])
    assert status in (200, 400, 404)
    assert house.ask("GET", "/echo").status == 200


def test_an_answer_that_breaks_off(house, web):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        threading.Thread(target=lambda: deaf.accept()[0].close(), daemon=True).start()
        house.server.edge.door._address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        assert house.ask("POST", "/echo", b"a=1").status == 502


def test_while_the_web_process_starts_a_page_waits(db, settings):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    with open_house(settings.DATABASE_DIRECT_URL, web=f"http://127.0.0.1:{port}") as house:
        assert house.ask("GET", "/healthz").body == b"ok"
        refused = house.ask("POST", "/echo", b"a=1", accept_language="en")
        assert (refused.status, refused.headers["retry-after"]) == (503, "2")
        assert "Svyazka is starting" in refused.body.decode()
        assert "refresh" not in refused.body.decode()
        answers = []
        waiting = threading.Thread(target=lambda: answers.append(house.ask("GET", "/echo")))
        waiting.start()
        time.sleep(0.5)
        server = ThreadingHTTPServer(("127.0.0.1", port), Web)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        waiting.join(10)
        server.shutdown()
        server.server_close()
    assert [answer.status for answer in answers] == [200]


def test_a_web_process_that_does_not_come_is_said_in_our_words(db, settings, monkeypatch):
    monkeypatch.setattr(door, "WAIT_FOR_START", 0.3)
    with open_house(settings.DATABASE_DIRECT_URL) as house:
        answer = house.ask("GET", "/")
    assert (answer.status, "Связка запускается" in answer.body.decode()) == (503, True)
    assert 'http-equiv="refresh"' in answer.body.decode()


def test_the_edges_own_figures_are_for_this_machine_only(house):
    assert "svyazka_edge_live_connections" in house.ask("GET", "/metrics/edge").body.decode()
    assert house.ask("GET", "/metrics/edge", x_forwarded_for="203.0.113.5").status == 404
