"""Before servers that refuse, lead elsewhere, promise too much or break off."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from svyazka.kit import download as downloads
from svyazka.kit.download import Failed, Wish, download

SOUND = b"RIFF" + bytes(range(256)) * 400


class Server(BaseHTTPRequestHandler):
    asked: list[tuple[str, dict[str, str]]]
    posted: list[bytes]

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))  # type: ignore[attr-defined]
        name = urlsplit(self.path).path
        known = {
            "/missing": 404,
            "/gone": 410,
            "/secret": 401,
            "/forbidden": 403,
            "/broken": 500,
            "/later": 204,
            "/often": 429,
        }
        if name == "/moved":
            return self._answer(302, b"", Location="/a.wav")
        if name == "/round":
            return self._answer(302, b"", Location="/round")
        if name == "/inside":
            return self._answer(302, b"", Location="http://127.0.0.2:1/a.wav")
        if name == "/file":
            return self._answer(302, b"", Location="file:///etc/passwd")
        if name == "/huge":
            return self._answer(200, b"RIFF", length=2 * 1024**3)
        if name == "/cut":
            return self._answer(200, SOUND, length=len(SOUND) + 10)
        if name == "/endless":
            return self._answer(200, SOUND * 20, length=0)
        if name == "/drops":
            return self._drop()
        if name == "/drips":
            return self._drip()
        if name == "/goes-on":
            return self._answer(302, b"", Location="/a.wav")
        return self._answer(known.get(name, 200), SOUND)

    def _drop(self) -> None:
        """A byte now and then."""
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            for _byte in range(100):
                self.wfile.write(b"R")
                time.sleep(0.05)

    def _drip(self) -> None:
        """Headers without end, each within the time that one may take."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\n")
        with suppress(OSError):
            for number in range(100):
                self.wfile.write(f"X-{number}: a\r\n".encode())
                time.sleep(0.05)

    def do_POST(self) -> None:
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))  # type: ignore[attr-defined]
        self.do_GET()

    def _answer(self, status: int, body: bytes, *, length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        if length != 0:
            self.send_header("Content-Length", str(length or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    made.asked, made.posted = [], []  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def url_of(server, path, scheme="http"):
    return f"{scheme}://127.0.0.1:{server.server_port}{path}"


def fails(wish, tmp_path) -> str:
    with pytest.raises(Failed) as failure:
        download(wish, tmp_path / "came")
    return failure.value.why


@pytest.mark.parametrize("path", ["/a.wav", "/moved"])
def test_a_file_comes_whole(server, tmp_path, path):
    download(Wish(url_of(server, path), 10**6, anywhere=True), tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == SOUND


def test_the_password_goes_to_the_server_that_was_named(server, tmp_path):
    download(Wish(url_of(server, "/a.wav"), 10**6, login=("crm", "hush"), anywhere=True), tmp_path / "came")
    ((_path, headers),) = server.asked
    assert headers["Authorization"] == "Basic " + base64.b64encode(b"crm:hush").decode()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/missing", "missing"),
        ("/gone", "missing"),
        ("/secret", "refused"),
        ("/forbidden", "refused"),
        ("/broken", "unreachable"),
        ("/later", "not_ready"),
        ("/often", "too_often"),
        ("/round", "unreachable"),
        ("/file", "forbidden"),
        ("/huge", "too_large"),
        ("/endless", "too_large"),
        ("/cut", "cut"),
    ],
)
def test_what_goes_wrong_is_named(server, tmp_path, path, why):
    assert fails(Wish(url_of(server, path), 10**6, anywhere=True), tmp_path) == why


@pytest.mark.parametrize("path", ["/drops", "/drips"])
def test_a_server_that_sends_a_byte_now_and_then_holds_nobody_up(server, tmp_path, monkeypatch, path):
    monkeypatch.setattr(downloads, "DEADLINE", 0.3)
    begun = time.monotonic()
    assert fails(Wish(url_of(server, path), 10**6, anywhere=True), tmp_path) == "cut"
    assert time.monotonic() - begun < 2


def test_a_form_is_posted_once_and_the_file_asked_for_where_that_leads(server, tmp_path):
    wish = Wish(url_of(server, "/goes-on"), 10**6, form={"key": "a b"}, headers={"X-Key": "k"}, anywhere=True)
    download(wish, tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == SOUND
    assert server.posted == [b"key=a+b"]
    assert [path for path, _headers in server.asked] == ["/goes-on", "/a.wav"]


@pytest.mark.parametrize(
    "address",
    ["::ffff:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "224.0.0.1", "0.0.0.0", "fe80::1"],
)
def test_no_spelling_of_an_address_leads_inside(address, monkeypatch):
    monkeypatch.setattr(downloads.socket, "getaddrinfo", lambda *_asked, **_more: [(2, 1, 6, "", (address, 80))])
    with pytest.raises(Failed, match="forbidden"):
        asyncio.run(downloads._public_address("records.example", 80))


def test_nobody_there(tmp_path):
    assert fails(Wish("http://127.0.0.1:1/a.wav", 10**6, anywhere=True), tmp_path) == "unreachable"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/a.wav", "http://localhost:{port}/a.wav", "http://[::1]:{port}/a.wav",
        "http://169.254.169.254/latest", "http://10.0.0.1/a.wav", "http://2130706433:{port}/a.wav",
        "file:///etc/passwd", "ftp://example.ru/a.wav", "//example.ru/a.wav", "http://", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_a_link_from_outside_never_leads_into_our_own_network(server, tmp_path, url):
    assert fails(Wish(url.format(port=server.server_port), 10**6), tmp_path) == "forbidden"
    assert server.asked == []


def test_nor_by_a_detour(server, tmp_path):
    assert fails(Wish(url_of(server, "/inside"), 10**6, known=("127.0.0.1",)), tmp_path) == "forbidden"


def test_a_pbx_in_the_own_network_may_link_to_itself(server, tmp_path):
    download(Wish(url_of(server, "/a.wav"), 10**6, known=("127.0.0.1",)), tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == SOUND


def test_the_address_that_was_checked_is_the_one_that_is_asked(server, tmp_path, monkeypatch):
    async def here(_host: str, _port: int) -> str:
        return "127.0.0.1"

    monkeypatch.setattr(downloads, "_public_address", here)
    download(Wish(f"http://records.example:{server.server_port}/a.wav?key=1", 10**6), tmp_path / "came")
    ((path, headers),) = server.asked
    assert (path, headers["Host"]) == ("/a.wav?key=1", f"records.example:{server.server_port}")


def test_a_certificate_that_nobody_has_signed(server, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    wish = Wish(url_of(server, "/a.wav", "https"), 10**6, anywhere=True)
    assert fails(wish, tmp_path) == "certificate"
    download(replace(wish, any_certificate=True), tmp_path / "came")
    assert (tmp_path / "came").read_bytes() == SOUND


def _certificate(folder):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    return folder / "cert.pem", folder / "key.pem"
