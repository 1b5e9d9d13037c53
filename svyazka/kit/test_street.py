"""Before a server that listens on this machine, which is never of the street."""

from __future__ import annotations

import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from svyazka.kit import street
from svyazka.kit.outside import Line, Silent
from svyazka.kit.street import is_public


def test_our_own_network_is_not_asked_unless_it_is_known(answering):
    asked = []
    base = answering(lambda way, _headers, _given: asked.append(way) or (200, {"ok": True}))
    for address in (base, base.replace("127.0.0.1", "localhost")):
        with pytest.raises(Silent, match="OwnNetwork"):
            Line(address, known=()).ask("GET", "/x")
    assert asked == []
    assert Line(base, known=("127.0.0.1",)).ask("GET", "/x").said == {"ok": True}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.5", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1", "64:ff9b::a00:1",
     "2002:a00:1::1", "224.0.0.1", "0.0.0.0"],
)  # fmt: skip
def test_what_is_not_of_the_street(address):
    assert not is_public(address)


def test_what_is_of_the_street():
    assert is_public("8.8.8.8")
    assert is_public("2a02:6b8::feed:ff")


@pytest.fixture
def secure(tmp_path):
    """A server with a certificate for portal.example: its port, whom it was asked as, and who trusts it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"ok": true}')

        def log_message(self, *_words: object) -> None:
            pass

    certificate, key = _certificate(tmp_path, "portal.example")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield server.server_port, asked, ssl.create_default_context(cafile=str(certificate))
    server.shutdown()
    server.server_close()


def test_the_address_that_was_checked_is_asked_by_its_name(secure, monkeypatch):
    """Its certificate is that of the name, not of the address."""
    port, asked, trust = secure
    monkeypatch.setattr(street, "_public_address", lambda _host, _port: "127.0.0.1")
    assert Line(f"https://portal.example:{port}", known=(), trust=trust).ask("GET", "/x").said == {"ok": True}
    assert asked == [f"portal.example:{port}"]
    with pytest.raises(Silent, match="ConnectError"):
        Line(f"https://another.example:{port}", known=(), trust=trust).ask("GET", "/x")
    assert len(asked) == 1


@pytest.mark.parametrize("found", [["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"], ["10.0.0.1"], []])
def test_a_name_of_which_one_address_is_ours_is_not_asked(found, monkeypatch):
    entries = [(2, 1, 6, "", (address, 443)) for address in found]
    monkeypatch.setattr(street.socket, "getaddrinfo", lambda *_asked, **_more: entries)
    with pytest.raises(Silent, match="OwnNetwork"):
        Line("https://portal.example", known=()).ask("GET", "/x")


def _certificate(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    whose = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now, day = datetime.now(UTC), timedelta(days=1)
    made = (
        x509.CertificateBuilder().subject_name(whose).issuer_name(whose).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - day).not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    shape = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*shape))
    return folder / "cert.pem", folder / "key.pem"
