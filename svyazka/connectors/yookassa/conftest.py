"""YooKassa over a real socket, from its documentation: payments with a memory of keys, their errors, the shop."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

SHOP, SECRET = "100500", "test_secret-of-the-shop"
_AMOUNT = re.compile(r"[0-9]{1,12}\.[0-9]{2}")


class Error(Exception):
    def __init__(self, status: int, code: str, description: str = "", parameter: str = ""):
        super().__init__(code)
        self.status = status
        self.answer = {"type": "error", "id": str(uuid4()), "code": code, "description": description}
        if parameter:
            self.answer["parameter"] = parameter


@dataclass
class YooKassaPeer:
    url: str = ""
    refuses: int = 0
    loses: int = 0  # so many answers get lost on the way, after it has done what it was asked for
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    by_key: dict[str, tuple[str, str]] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    hangs: bool = False  # refunds stay pending
    asked: list[str] = field(default_factory=list)

    def take(self, way: str, headers: Any, given: Any) -> tuple[int, Any]:
        self.asked.append(way)
        try:
            answer = self._answer(way, headers, given)
        except Error as error:
            return error.status, error.answer
        if self.loses:
            self.loses -= 1
            return 502, b"<html>Bad Gateway</html>"
        return 200, answer

    def _answer(self, way: str, headers: Any, given: Any) -> dict[str, Any]:
        pair = base64.b64encode(f"{SHOP}:{SECRET}".encode()).decode()
        if headers.get("Authorization") != f"Basic {pair}":
            raise Error(401, "invalid_credentials", "Error in shopId or secret key")
        if self.refuses:
            raise Error(self.refuses, {429: "too_many_requests", 403: "forbidden"}.get(self.refuses, "internal"))
        method, path = way.split(" ", 1)
        if (method, path) == ("GET", "/v3/me"):
            return {"account_id": SHOP, "status": "enabled", "test": True, "fiscalization_enabled": True}
        key = headers.get("Idempotence-Key", "")
        if (method, path) == ("POST", "/v3/payments"):
            return self._once(key, given, self._create)
        if (method, path) == ("POST", "/v3/refunds"):
            return self._once(key, given, self._give_back)
        number = path.rpartition("/")[2]
        found = self.refunds.get(number) if path.startswith("/v3/refunds/") else self.payments.get(number)
        if method != "GET" or found is None:
            raise Error(404, "not_found", "Payment doesn't exist or access denied")
        return found

    def _once(self, key: str, given: Any, make: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        if not key or len(key) > 64:
            raise Error(400, "invalid_request", "Idempotence key is missing", "Idempotence-Key")
        said = json.dumps(given, sort_keys=True)
        if key in self.by_key:
            number, before = self.by_key[key]
            if before != said:
                raise Error(400, "invalid_request", "Idempotence key duplicated", "Idempotence-Key")
            return {**self.payments, **self.refunds}[number]
        made = make(given)
        self.by_key[key] = (made["id"], said)
        if receipt := given.get("receipt"):
            self.receipts.append(receipt)
        return made

    def _create(self, given: Any) -> dict[str, Any]:
        self._check(given)
        number = str(uuid4())
        page = f"https://yoomoney.example/checkout/payments/v2/contract?orderId={number}"
        self.payments[number] = {
            "id": number,
            "status": "pending",
            "paid": False,
            "amount": given["amount"],
            "description": given.get("description"),
            "confirmation": {"type": "redirect", "confirmation_url": page},
            "created_at": _now(),
            "metadata": given.get("metadata", {}),
            "recipient": {"account_id": SHOP, "gateway_id": "1"},
            "refundable": False,
            "test": True,
        }
        return self.payments[number]

    def _give_back(self, given: Any) -> dict[str, Any]:
        payment = self.payments.get(given.get("payment_id", ""))
        if payment is None or payment["status"] != "succeeded":
            raise Error(400, "invalid_request", "Incorrect payment_id", "payment_id")
        value = given.get("amount", {}).get("value")
        if not isinstance(value, str) or not _AMOUNT.fullmatch(value) or Decimal(value) > self._left(payment):
            raise Error(400, "invalid_request", "Refund amount is more than the rest of the payment", "amount.value")
        if len(given.get("description") or "") > 250:
            raise Error(400, "invalid_request", "Too long", "description")
        if receipt := given.get("receipt"):
            self._check_receipt(receipt, value)
        number = str(uuid4())
        self.refunds[number] = {
            "id": number,
            "payment_id": payment["id"],
            "status": "pending" if self.hangs else "succeeded",
            "amount": given["amount"],
            "description": given.get("description"),
            "created_at": _now(),
        }
        return self.refunds[number]

    def _left(self, payment: dict[str, Any]) -> Decimal:
        gone = [one for one in self.refunds.values() if one["payment_id"] == payment["id"]]
        rest = [Decimal(one["amount"]["value"]) for one in gone if one["status"] != "canceled"]
        return Decimal(payment["amount"]["value"]) - sum(rest, Decimal(0))

    def _check(self, given: Any) -> None:
        amount = given.get("amount", {})
        if not isinstance(amount.get("value"), str) or not _AMOUNT.fullmatch(amount["value"]):
            raise Error(400, "invalid_request", "Invalid amount", "amount.value")
        if given.get("confirmation", {}).get("type") == "redirect" and not given["confirmation"].get("return_url"):
            raise Error(400, "invalid_request", "No return_url", "confirmation.return_url")
        if len(given.get("description") or "") > 128:
            raise Error(400, "invalid_request", "Too long", "description")
        if receipt := given.get("receipt"):
            self._check_receipt(receipt, amount["value"])

    def _check_receipt(self, receipt: Any, whole: str) -> None:
        if not (receipt.get("customer", {}).get("email") or receipt.get("customer", {}).get("phone")):
            raise Error(400, "invalid_request", "No contact", "receipt.customer")
        sums = [Decimal(one["amount"]["value"]) * Decimal(one["quantity"]) for one in receipt["items"]]
        if sum(sums) != Decimal(whole):
            raise Error(400, "invalid_request", "Receipt amount doesn't match payment amount", "receipt.items")
        if any(one["vat_code"] not in range(1, 13) or len(one["description"]) > 128 for one in receipt["items"]):
            raise Error(400, "invalid_request", "Invalid item", "receipt.items")

    @property
    def only(self) -> dict[str, Any]:
        (payment,) = self.payments.values()
        return payment

    def notification(self, of: dict[str, Any] | None = None) -> dict[str, Any]:
        """As they say that something has happened to it."""
        about = of or self.only
        kind = "refund" if "payment_id" in about else "payment"
        return {"type": "notification", "event": f"{kind}.{about['status']}", "object": about}

    def refunded_there(self, value: str) -> dict[str, Any]:
        """By hand, in their account."""
        amount = {"value": value, "currency": "RUB"}
        return self._give_back({"payment_id": self.only["id"], "amount": amount})

    def is_paid(self) -> None:
        self.only.update(status="succeeded", paid=True, captured_at=_now(), refundable=True)
        self.only.pop("confirmation", None)

    def lapses(self) -> None:
        details = {"party": "yoo_money", "reason": "expired_on_confirmation"}
        self.only.update(status="canceled", cancellation_details=details)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@pytest.fixture
def yookassa_peer(answering, monkeypatch) -> YooKassaPeer:
    from svyazka.connectors.yookassa import service

    peer = YooKassaPeer()
    peer.url = answering(peer.take)
    monkeypatch.setattr(service, "BASE", peer.url)
    return peer
