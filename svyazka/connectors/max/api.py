"""Questions to MAX, and its refusals in our words. Source: the official schema of its Bot API, and its documentation of
2026 (address, header, limits)."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from svyazka.business.conversations.channel import Gone, Unsure
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.kit.outside import Answer, Line, NotGiven, Part, Silent

BASE = "https://platform-api2.max.ru"
# Its certificate is signed by the Ministry's root, which no system brings. It is believed for this address alone.
ROOT = Path(__file__).with_name("russian_trusted_root_ca.pem")
FOR_FILES = 120.0  # seconds for one file
LARGEST = 100 * 1024 * 1024
NOT_READY = "attachment.not.ready"


class NotReady(Exception):
    """A file that was uploaded is not worked off there yet."""


class Api:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._line = Line(base_of(access), proxy=access.proxy, headers=headers_of(access), trust=trust())

    def ask(
        self,
        method: str,
        path: str,
        given: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        says: bool = False,
    ) -> Mapping[str, Any]:
        """`says`: it must not be said twice, so no answer is no leave to ask again."""
        try:
            answer = self._line.ask(method, path, given, query=query)
        except Silent as silence:
            raise (Unsure if says and silence.is_asked else Unreached)(str(silence)) from None
        if answer.status == 200 and answer.said:
            return answer.said
        raise refusal_of(answer, says=says)

    def upload(self, url: str, part: Part) -> Mapping[str, Any]:
        line = self._to_files(LARGEST)
        try:
            answer = line.ask("POST", url, files={"data": part})
        except Silent as silence:
            raise Unreached(str(silence)) from None
        finally:
            line.close()
        if answer.status == 413:
            raise Undeliverable("too large")
        if not 200 <= answer.status < 300:
            raise Unreached(f"answered {answer.status}", after=answer.after)
        return answer.said

    def pieces(self, url: str) -> Iterator[bytes]:
        """Raises Gone or Unreached."""
        line = self._to_files(LARGEST)
        try:
            yield from line.pieces(url)
        except NotGiven as refusal:
            if refusal.status in (400, 401, 403, 404, 410):
                raise Gone(str(refusal)) from None
            raise Unreached(str(refusal)) from None
        except Silent as silence:
            raise Unreached(str(silence)) from None
        finally:
            line.close()

    def close(self) -> None:
        self._line.close()

    def _to_files(self, most: int) -> Line:
        """Other servers of theirs: the token is not for them, and no link of theirs leads into our own network."""
        known = {httpx.URL(base_of(self._access)).host}
        return Line("", proxy=self._access.proxy, trust=trust(), patience=FOR_FILES, most=most, known=known)


def base_of(access: Access) -> str:
    return access.base or BASE


def headers_of(access: Access) -> dict[str, str]:
    return {"Authorization": access.token}


def refusal_of(answer: Answer, *, says: bool = False) -> Exception:
    code, words = answer.said.get("code"), str(answer.said.get("message", ""))
    if says and answer.status in (500, 502, 504):  # whoever stood in between, or broke down, may have passed it on
        return Unsure(f"answered {answer.status}")
    if code is None:  # some page that stands in the way, of a provider or a proxy
        return Unreached(f"answered {answer.status}", after=answer.after)
    if answer.status == 401 or code == "verify.token":
        return Denied()
    if code == NOT_READY or words.endswith("not.processed"):
        return NotReady()
    if answer.status in (403, 404):  # chat.denied: error.dialog.suspended; nobody there
        return Closed()
    if answer.status == 400:
        return Undeliverable(str(code)[:100])
    return Unreached(f"answered {answer.status}", after=answer.after)


@cache
def trust() -> ssl.SSLContext:
    made = ssl.create_default_context()
    made.load_verify_locations(cafile=ROOT)
    return made
