"""Questions to the Graph API of Meta. Source: its OpenAPI of 21 November 2025 (v23.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from svyazka.business.conversations.channel import Gone, Unsure
from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.connectors.whatsapp.refusals import refusal_of
from svyazka.kit.outside import Line, NotGiven, Part, Silent

BASE = "https://graph.facebook.com"
VERSION = "v23.0"
FOR_FILES = 120.0  # seconds for one file
LARGEST = 100 * 1024 * 1024


class Api:
    def __init__(self, access: Access) -> None:
        self._access = access
        self._base = f"{access.base or BASE}/{access.options.get('version') or VERSION}"
        self._line = self._opened(self._base)

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

    def upload(self, path: str, form: Mapping[str, Part]) -> Mapping[str, Any]:
        line = self._opened(self._base, patience=FOR_FILES)
        try:
            answer = line.ask("POST", path, files=form)
        except Silent as silence:
            raise Unreached(str(silence)) from None
        finally:
            line.close()
        if answer.status == 200 and answer.said:
            return answer.said
        raise refusal_of(answer)

    def pieces(self, url: str) -> Iterator[bytes]:
        """From a server of theirs, which wants the token, too. Raises Gone, Denied or Unreached."""
        known = {httpx.URL(self._base).host}
        line = self._opened("", patience=FOR_FILES, most=LARGEST, known=known)
        try:
            yield from line.pieces(url)
        except NotGiven as refusal:
            if refusal.status in (404, 410):
                raise Gone(str(refusal)) from None
            raise (Denied() if refusal.status == 401 else Unreached(str(refusal))) from None
        except Silent as silence:
            raise Unreached(str(silence)) from None
        finally:
            line.close()

    def close(self) -> None:
        self._line.close()

    def _opened(self, base: str, **more: Any) -> Line:
        headers = {"Authorization": f"Bearer {self._access.token}"}
        return Line(base, proxy=self._access.proxy, headers=headers, **more)
