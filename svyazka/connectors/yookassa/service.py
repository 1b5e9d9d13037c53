"""YooKassa, API v3: a payment with a page of theirs on which the client pays.

Written from its documentation and its own client for Python (`yookassa`); never tried against the living service.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar
from urllib.parse import quote

from svyazka.business.money.payment_service import Access, Item, Return, State, Told, Trouble, Wanted
from svyazka.kit.outside import Answer, Line, Silent
from svyazka.kit.payload import object_in, text_in

BASE = "https://api.yookassa.ru"
BACK = "https://yookassa.ru/"  # whoever has no address of his own: a client has to come back to somewhere
LONGEST = 128
LONGEST_OF_REFUND = 250
STATES: dict[str, State] = {
    "pending": "pending",
    "waiting_for_capture": "pending",
    "succeeded": "succeeded",
    "canceled": "canceled",
}
TROUBLES = {400: "refused", 401: "wrong_key", 403: "forbidden", 404: "unknown", 405: "refused", 415: "refused"}
# Their number of a rate of VAT, in percent; 1: without.
VAT_CODES = {0: 2, 10: 3, 20: 4, 5: 7, 7: 8, 22: 11}
NO_VAT = 1


class YooKassa:
    title: ClassVar[str] = "YooKassa"

    def __init__(self, access: Access) -> None:
        pair = base64.b64encode(f"{access.shop}:{access.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"}

    def create(self, wanted: Wanted) -> Told:
        """A day long the same key is the same payment; afterwards it would be another one."""
        given: dict[str, Any] = {
            "amount": _amount(wanted.amount),
            "capture": True,
            "confirmation": {"type": "redirect", "return_url": wanted.return_to or BACK},
            "description": wanted.description[:LONGEST],
            "metadata": {"link": wanted.key},
        }
        if wanted.contact:
            given["receipt"] = _receipt(wanted.contact, wanted.items)
        return _told(self._ask("POST", "/v3/payments", given, key=wanted.key))

    def look(self, outside_id: str) -> Told:
        return _told(self._ask("GET", f"/v3/payments/{quote(outside_id, safe='')}"))

    def give_back(self, wanted: Return) -> Told:
        given: dict[str, Any] = {
            "payment_id": wanted.payment,
            "amount": _amount(wanted.amount),
            "description": wanted.description[:LONGEST_OF_REFUND],
        }
        if wanted.contact:
            given["receipt"] = _receipt(wanted.contact, wanted.items)
        return _told(self._ask("POST", "/v3/refunds", given, key=wanted.key), moment="created_at")

    def look_at_refund(self, outside_id: str) -> Told:
        return _told(self._ask("GET", f"/v3/refunds/{quote(outside_id, safe='')}"), moment="created_at")

    def check(self) -> None:
        if self._ask("GET", "/v3/me").get("status") == "disabled":
            raise Trouble("forbidden")

    def _ask(self, method: str, path: str, given: object = None, *, key: str = "") -> dict[str, Any]:
        headers = {**self._headers, **({"Idempotence-Key": key} if key else {})}
        try:
            with closing(Line(BASE, headers=headers)) as line:
                answer = line.ask(method, path, given)
        except Silent:
            raise Trouble("unreachable", again=True) from None
        if answer.status == 200:
            return dict(answer.said)
        raise _trouble(answer)


def _trouble(answer: Answer) -> Trouble:
    """202: they have begun, and do not know yet what becomes of it."""
    if answer.status == 429:
        return Trouble("too_often", again=True, after=answer.after)
    if answer.status == 202:
        return Trouble("unreachable", again=True, after=_pause(answer.said))
    if answer.status in TROUBLES:
        return Trouble(TROUBLES[answer.status])
    return Trouble("unreachable", again=True, after=answer.after)


def _pause(said: Mapping[str, Any]) -> float:
    after = said.get("retry_after")
    return after / 1000 if isinstance(after, int) else 0.0


def _receipt(contact: str, items: Sequence[Item]) -> dict[str, Any]:
    kind = "email" if "@" in contact else "phone"
    whom = contact if kind == "email" else contact.removeprefix("+")
    return {"customer": {kind: whom}, "items": [_item(one) for one in items]}


def _item(one: Item) -> dict[str, Any]:
    """One piece of each, for all of its sum: a price for each piece need not come out even."""
    return {
        "description": one.name[:LONGEST],
        "quantity": "1.00",
        "amount": _amount(one.amount),
        "vat_code": NO_VAT if one.vat_rate is None else VAT_CODES.get(int(one.vat_rate), NO_VAT),
        "payment_mode": "full_prepayment",
        "payment_subject": "service",
    }


def _amount(amount: Decimal) -> dict[str, str]:
    return {"value": f"{amount:.2f}", "currency": "RUB"}


def _told(said: dict[str, Any], *, moment: str = "captured_at") -> Told:
    state, number, paid = STATES.get(text_in(said, "status")), text_in(said, "id"), object_in(said, "amount")
    try:
        amount = Decimal(text_in(paid, "value"))
    except InvalidOperation:
        raise Trouble("refused") from None
    if state is None or not number or not amount.is_finite():
        raise Trouble("refused")
    return Told(
        outside_id=number[:60],
        state=state,
        amount=amount,
        currency=text_in(paid, "currency"),
        url=text_in(object_in(said, "confirmation"), "confirmation_url")[:500],
        paid_at=_moment(text_in(said, moment)),
        why=text_in(object_in(said, "cancellation_details"), "reason"),
        of=text_in(said, "payment_id"),
    )


def _moment(said: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
