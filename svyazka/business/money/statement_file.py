"""What a bank says of an account, in the words of the house: the contract of whatever reads such a file.

A reader stands in `settings.STATEMENT_FORMATS`, takes the bytes of a file, and returns a `StatementFile`; it raises
`Unreadable` for what is no such file at all. One line that is broken costs one document, never the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Why(StrEnum):
    """Why a document was set aside."""

    NO_AMOUNT = "no_amount"
    NO_DAY = "no_day"
    NO_ACCOUNT = "no_account"
    NOT_ENDED = "not_ended"
    BAD_BALANCE = "bad_balance"
    NO_PLACE = "no_place"  # a line that belongs to nothing
    CUT_OFF = "cut_off"  # the end of the file is missing


class Unreadable(Exception):
    """No such file. `why`: `empty`, `other_format`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Party:
    name: str = ""
    tax_number: str = ""
    kpp: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """`came_on`, `left_on`: when the bank booked it, as far as it says so."""

    line: int
    kind: str
    number: str
    dated: date
    amount: Decimal
    payer: Party
    payee: Party
    purpose: str = ""
    came_on: date | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one account in some days. None: the bank does not say."""

    account: str
    begins_on: date | None = None
    ends_on: date | None = None
    opening: Decimal | None = None
    came_in: Decimal | None = None
    went_out: Decimal | None = None
    closing: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    line: int
    why: Why
    said: str = ""  # what stands there


@dataclass(frozen=True, slots=True)
class StatementFile:
    accounts: tuple[str, ...] = ()  # ours
    balances: tuple[Balance, ...] = ()
    documents: tuple[Document, ...] = ()
    troubles: tuple[Trouble, ...] = ()


Reader = Callable[[bytes], StatementFile]
