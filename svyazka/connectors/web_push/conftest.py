from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from svyazka.business.notices.devices import Address


def read_64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def write_64(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


@dataclass
class PushService:
    """What a browser's maker runs: believes only what is signed, and passes on what only the browser can read."""

    url: str = ""
    answers: int = 201
    retry_after: str = ""
    letters: list[dict[str, Any]] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    keys: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = field(default_factory=dict)

    def browser(self, name: str = "a") -> Address:
        private, auth = ec.generate_private_key(ec.SECP256R1()), name.encode().ljust(16, b"-")
        self.keys[f"/{name}"] = private, auth
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Address(f"{self.url}/{name}", write_64(point), write_64(auth))

    def take(self, path: str, headers: dict[str, str], body: bytes) -> int:
        self.headers.append(headers)
        if self.answers != 201:
            return self.answers
        self.claims.append(_believed(headers["authorization"]))
        private, auth = self.keys[path]
        self.letters.append(json.loads(http_ece.decrypt(body, private_key=private, auth_secret=auth)))
        return 201


def _believed(header: str) -> dict[str, Any]:
    """RFC 8292: the token is signed with the key that stands beside it."""
    scheme, _space, given = header.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in given.split(","))
    head, claims, signature = parts["t"].split(".")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), read_64(parts["k"]))
    raw = read_64(signature)
    wrapped = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.verify(wrapped, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
    return {**json.loads(read_64(claims)), "key": parts["k"]}


@contextmanager
def running() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.send_response(service.take(self.path, headers, body))
            self.send_header("Location", f"{service.url}/elsewhere")
            if service.retry_after:
                self.send_header("Retry-After", service.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield service
    server.shutdown()
    server.server_close()


@pytest.fixture
def push_service(settings) -> Iterator[PushService]:
    with running() as service:
        settings.PUSH_SERVICES = [service.url]
        yield service
