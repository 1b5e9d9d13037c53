"""Questions to one portal of Bitrix24 through an incoming webhook, within its limits, and what its refusals mean.

Source: the documentation of its REST API that its maker publishes. Never tried on the live service. The address of a
webhook is its key: it stands in no log and in no message.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from svyazka.business.moving_in.system import TryLater
from svyazka.kit.outside import Answer, Line, Silent
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused

PATIENCE = 60.0  # it gives every question sixty seconds
MOST_BYTES = 32 * 1024 * 1024
AT_ONCE = 50  # commands of a batch
LONGEST = 50  # rows of a page
_LONGEST_BREAK = 900.0

Said = Mapping[str, Any]


def allowed() -> Pace:
    """Two in a second, and fifty without a pause. Others of the company's programs may ask from the same address."""
    return Pace(0.5, at_once=40)


@dataclass(frozen=True)
class Command:
    method: str
    given: Mapping[str, Any]


@dataclass(frozen=True)
class Outcome:
    rows: list[Any]
    error: str = ""  # its code


class Portal:
    def __init__(self, webhook: str, pace: Pace) -> None:
        self._line = Line(webhook, patience=PATIENCE, most=MOST_BYTES, known=settings.MOVING_SERVERS)
        self._pace = pace

    def __repr__(self) -> str:
        return "Portal()"

    def ask(self, method: str, given: Mapping[str, Any] | None = None) -> Said:
        """The whole answer, with its `result`. Raises Refused, TryLater."""
        self._pace.wait()
        try:
            answer = self._line.ask("POST", f"/{method}", dict(given or {}))
        except Silent as silence:
            raise no_portal() if str(silence) == "OwnNetwork" else TryLater(15, "silent") from None
        if answer.status != 200 or "error" in answer.said:
            raise refusal(answer, method)
        if "result" not in answer.said:  # half a page, or a page of somebody who stands in the way
            raise TryLater(15, "cut")
        return answer.said

    def rows(self, method: str, given: Mapping[str, Any]) -> list[Any]:
        return rows_in(self.ask(method, given)["result"])

    def many(self, commands: Mapping[str, Command]) -> dict[str, Outcome]:
        """Each command with all of its pages, fifty commands in one question."""
        outcomes: dict[str, Outcome] = {}
        waiting = [(name, 0) for name in commands]
        while waiting:
            now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            said = self.ask("batch", {"halt": 0, "cmd": {name: _written(commands[name], at) for name, at in now}})
            for name, found, following in self._answered(said["result"], [name for name, _start in now]):
                before = outcomes[name].rows if name in outcomes else []
                outcomes[name] = Outcome(before + found.rows, found.error)
                if following:
                    waiting.append((name, following))
        return outcomes

    def first(self, commands: Mapping[str, Command]) -> dict[str, Outcome]:
        """Only the first page of each; what is refused for one of them is said, not raised."""
        said = self.ask("batch", {"halt": 0, "cmd": {name: _written(one, 0) for name, one in commands.items()}})
        return {name: outcome for name, outcome, _next in self._answered(said["result"], list(commands))}

    def totals(self, commands: Mapping[str, Command]) -> dict[str, int]:
        """How many rows each would bring, in all."""
        said = self.ask("batch", {"halt": 0, "cmd": {name: _written(one, 0) for name, one in commands.items()}})
        found, _errors = (_by_name(said["result"].get(key)) for key in ("result_total", "result_error"))
        return {name: int(found.get(name) or 0) for name in commands}

    def close(self) -> None:
        self._line.close()

    def _answered(self, result: Said, names: list[str]) -> Iterator[tuple[str, Outcome, int]]:
        found, errors, following = (_by_name(result.get(key)) for key in ("result", "result_error", "result_next"))
        for name in names:
            if error := _by_name(errors.get(name)):
                code = str(error.get("error") or "")
                if trouble := _passing(code, error):
                    raise trouble
                yield name, Outcome([], code or "?"), 0
            elif name not in found:
                raise TryLater(15, "cut")
            else:
                yield name, Outcome(rows_in(found[name])), int(following.get(name) or 0)


def rows_in(result: object) -> list[Any]:
    """Of a list, or of an object around one: `items`, `categories`."""
    if isinstance(result, dict):
        result = next((found for found in result.values() if isinstance(found, list)), None)
    if not isinstance(result, list):
        raise TryLater(15, "cut")
    return result


def refusal(answer: Answer, method: str) -> Exception:
    code = str(answer.said.get("error") or "").upper()
    if trouble := _passing(code, answer.said):
        return trouble
    if answer.status == 429 or answer.status >= 500:
        return TryLater(max(answer.after, 30), "busy")
    if answer.status == 401 or code in ("INVALID_CREDENTIALS", "NO_AUTH_FOUND", "EXPIRED_TOKEN"):
        return Refused(_WRONG_KEY, fields={"webhook": _WRONG_KEY})
    if answer.status == 402 or code == "PAYMENT_REQUIRED":
        return Refused(_UNPAID)
    if code == "INSUFFICIENT_SCOPE":
        return Refused(_NO_SCOPE % {"method": method})
    if answer.status == 403 or code == "ACCESS_DENIED":
        return Refused(_NO_RIGHT % {"method": method})
    if not code and (answer.status < 400 or answer.status == 404):
        return no_portal()
    return Refused(_NOT_UNDERSTOOD % {"method": method})


def no_portal() -> Refused:
    return Refused(NO_PORTAL, fields={"webhook": NO_PORTAL})


def _passing(code: str, said: Said) -> TryLater | None:
    """What goes away by itself."""
    if code == "QUERY_LIMIT_EXCEEDED":
        return TryLater(5, "limit")
    if code == "OPERATION_TIME_LIMIT":
        times = _by_name(said.get("time"))
        reset = times.get("operating_reset_at")
        pause = float(reset) - time.time() if isinstance(reset, int | float) else 60.0
        return TryLater(min(max(pause, 5.0), _LONGEST_BREAK), "limit")
    if code in ("OVERLOAD_LIMIT", "INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"):
        return TryLater(60, "busy")
    return None


def _written(command: Command, start: int) -> str:
    given = {**command.given, "start": start} if start else command.given
    return f"{command.method}?{'&'.join(_pairs('', given))}"


def _pairs(name: str, given: object) -> Iterator[str]:
    """As PHP reads it: `filter[@id][0]=5`."""
    if isinstance(given, Mapping):
        for key, value in given.items():
            yield from _pairs(f"{name}[{key}]" if name else str(key), value)
    elif isinstance(given, list | tuple):
        for place, value in enumerate(given):
            yield from _pairs(f"{name}[{place}]", value)
    else:
        yield f"{quote(name)}={quote(str(given))}"


def _by_name(found: object) -> Said:
    """PHP writes an object without anything in it as a list."""
    return found if isinstance(found, dict) else {}


NO_PORTAL = _(
    "There is no Bitrix24 at this address. The address of an incoming webhook looks like"
    " https://example.bitrix24.ru/rest/1/abcdef123456/."
)
_WRONG_KEY = _(
    "Bitrix24 does not accept the webhook. It was deleted, or its owner was dismissed: make a new one there, and enter"
    " it here."
)
_UNPAID = _("Bitrix24 answers programs only on a paid plan. Pay there, and go on here.")
_NO_SCOPE = _(
    "The webhook may not ask “%(method)s”. Give it the rights CRM (crm), Users (user) and Telephony (telephony) there."
)
_NO_RIGHT = _(
    "Bitrix24 does not let us ask “%(method)s”. The webhook must belong to an administrator, and the plan must allow"
    " REST."
)
_NOT_UNDERSTOOD = _("Bitrix24 does not understand the question “%(method)s”.")
