"""Who takes money online: the contract of `settings.PAYMENT_SERVICES`, and what goes wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal, Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

State = Literal["pending", "succeeded", "canceled"]


@dataclass(frozen=True)
class Item:
    """A line of the receipt. `vat_rate` in percent; None: without VAT."""

    name: str
    amount: Decimal
    vat_rate: Decimal | None = None


@dataclass(frozen=True)
class Wanted:
    """`key`: asked again with it, it is the same payment. `contact`: phone (E.164) or e-mail; with it goes a receipt
    with these items."""

    key: str
    amount: Decimal
    description: str
    return_to: str = ""
    contact: str = ""
    items: Sequence[Item] = ()


@dataclass(frozen=True)
class Told:
    outside_id: str
    state: State
    amount: Decimal
    currency: str
    url: str = ""
    paid_at: datetime | None = None
    why: str = ""  # it was cancelled, in their words
    of: str = ""  # of a refund: the payment


@dataclass(frozen=True)
class Access:
    shop: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Return:
    """Of a payment so much goes back. `key` as in Wanted; `contact`: with it goes a receipt of the return."""

    key: str
    payment: str
    amount: Decimal
    description: str
    contact: str = ""
    items: Sequence[Item] = ()


@dataclass(frozen=True)
class Moved:
    """Something has happened to a payment there, or to a refund of it; what, they are asked. `link`: our key of it."""

    payment: str
    link: str = ""
    refund: str = ""


class Trouble(Exception):
    """`why`: a key of online.TROUBLES. `again`: it may go well later, with the same key."""

    def __init__(self, why: str, *, again: bool = False, after: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.again, self.after = why, again, after


class PaymentService(Protocol):
    """Each of them raises Trouble."""

    title: ClassVar[str]

    def __init__(self, access: Access) -> None: ...

    def create(self, wanted: Wanted) -> Told: ...

    def look(self, outside_id: str) -> Told: ...

    def give_back(self, wanted: Return) -> Told: ...

    def look_at_refund(self, outside_id: str) -> Told: ...

    def check(self) -> None: ...


def of_kind(kind: str) -> type[PaymentService]:
    return cast("type[PaymentService]", import_string(settings.PAYMENT_SERVICES[kind]))
