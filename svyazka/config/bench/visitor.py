"""A browser as far as a bench needs one: one connection, cookies, and what a first visit would load."""

from __future__ import annotations

import gzip
import http.client
import re
import time
from collections.abc import Callable
from urllib.parse import urlencode, urljoin, urlsplit

import brotli

_IN_HTML = re.compile(r"""<(?:link|script|img|use)\b[^>]*?\b(?:href|src)=["']?(/static/[^"'#\s>]+)""")
_IN_CSS = re.compile(r"""(?:url\(|@import\s+)["']?([^"')\s]+)""")
_IN_JS = re.compile(r"""\b(?:from|import)\s*\(?\s*["']([./][^"']+)["']""")
_IN_IMPORT_MAP = re.compile(r"""["'](/static/[^"']+\.js)["']""")


_UNPACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.decompress, "br": brotli.decompress}

QUIET = 20  # seconds; after 30 the door ends a connection


class Visitor:
    def __init__(self, port: int) -> None:
        self.asked_at = time.monotonic()
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}

    def log_in(self, login: str, password: str) -> None:
        self.get("/login/")
        token = self.cookies["svyazka_csrf"]
        self._ask("POST", "/login/", urlencode({"csrfmiddlewaretoken": token, "login": login, "password": password}))
        if "svyazka_session" not in self.cookies:
            raise RuntimeError("The bench could not log in.")

    def get(self, path: str) -> bytes:
        """As it came over the wire: packed, where the server packs."""
        return self._ask("GET", path)[1]

    def text(self, path: str) -> str:
        packing, body = self._ask("GET", path)
        return (gzip.decompress(body) if packing == "gzip" else body).decode()

    def post(self, path: str, **fields: str) -> None:
        self._ask("POST", path, urlencode(fields))

    def first_load(self, *pages: str, packings: str = "gzip") -> int:
        """Bytes of pages and of everything that they need, none of it kept from before. `packings`: what the browser
        says that it can unpack."""
        waiting, seen, size = list(pages), set(pages), 0
        while waiting:
            path = waiting.pop()
            packing, body = self._ask("GET", path, packings=packings)
            size += len(body)
            text = _UNPACK.get(packing, bytes)(body).decode("utf-8", "replace")
            for found in _needed(path, text) - seen:
                seen.add(found)
                waiting.append(found)
        return size

    def _ask(self, method: str, path: str, body: str | None = None, packings: str = "gzip") -> tuple[str, bytes]:
        headers = {"Accept-Encoding": packings, "Accept": "text/html", "Host": f"127.0.0.1:{self.connection.port}"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self.asked_at > QUIET:
            self.connection.close()  # opened again by itself
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        read = answer.read()
        self.asked_at = time.monotonic()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path.partition('?')[0]} answered {answer.status}")
        return answer.headers.get("Content-Encoding", ""), read


def _needed(path: str, text: str) -> set[str]:
    if path.endswith(".css"):
        found = _IN_CSS.findall(text)
    elif path.endswith(".js"):
        found = _IN_JS.findall(text)
    elif path.startswith("/static/"):
        found = []
    else:
        found = [*_IN_HTML.findall(text), *_IN_IMPORT_MAP.findall(text)]
    addresses = {urlsplit(urljoin(path, each)).path for each in found if not each.startswith("data:")}
    return {address for address in addresses if address.startswith("/static/")}
