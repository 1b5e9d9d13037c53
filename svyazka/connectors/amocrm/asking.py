"""Questions to the API v4 of one account, and a new token where the old one has run out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyazka.business.moving_in.system import Access, TryLater
from svyazka.connectors.amocrm import wire
from svyazka.connectors.amocrm.tokens import Tokens
from svyazka.kit.outside import Answer, Line
from svyazka.kit.pace import Pace

Row = Mapping[str, Any]


class Account:
    def __init__(self, base: str, access: Access, pace: Pace) -> None:
        self._base, self._pace = base, pace
        self._tokens = Tokens(base, access, pace)
        self._line: Line | None = None

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        """Empty where there is nothing. Raises Refused, TryLater."""
        answer = self._ask(path, query)
        if answer.status == 401 and self._tokens.renew():
            self.close()
            answer = self._ask(path, query)
        if answer.status == 204:
            return {}
        if answer.status != 200:
            raise wire.refusal(answer, path)
        if not answer.said:  # half a page, or a page of somebody who stands in the way
            raise TryLater(15, "cut")
        return answer.said

    def close(self) -> None:
        if self._line:
            self._line.close()
        self._line = None

    def _ask(self, path: str, query: Mapping[str, str] | None) -> Answer:
        if self._line is None:
            token = self._tokens.current()
            self._line = wire.line_to(f"{self._base}/api/v4", {"Authorization": f"Bearer {token}"})
        self._pace.wait()
        return wire.asked(self._line, "GET", f"/{path}", query=query)
