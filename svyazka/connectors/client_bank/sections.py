"""One section of the file: the balance of an account, or a document."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NoReturn

from svyazka.business.money.statement_file import Balance, Document, Party, Trouble, Why
from svyazka.connectors.client_bank import words

Lines = list[tuple[int, str]]
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,2}0*)?")
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_TAX_AND_NAME = re.compile(rf"{words.TAX_BEFORE_NAME}\s*([0-9]{{10,12}})\s*(.*)", re.DOTALL)
_SAID = 120


class _Wrong(Exception):
    def __init__(self, why: Why, said: str, line: int) -> None:
        super().__init__(why)
        self.trouble = Trouble(line, why, said[:_SAID])


def balance(section: Lines) -> Balance | Trouble:
    fields = _Fields([(number, line) for number, line in section if line != words.ACCOUNT_ENDS])
    account = fields.text(words.ACCOUNT)
    if not account:
        return Trouble(section[0][0], Why.NO_ACCOUNT)
    try:
        return Balance(
            account,
            fields.day(words.FIRST_DAY),
            fields.day(words.LAST_DAY),
            opening=fields.amount(words.OPENING, Why.BAD_BALANCE),
            came_in=fields.amount(words.CAME_IN, Why.BAD_BALANCE),
            went_out=fields.amount(words.WENT_OUT, Why.BAD_BALANCE),
            closing=fields.amount(words.CLOSING, Why.BAD_BALANCE),
        )
    except _Wrong as wrong:
        return wrong.trouble


def document(section: Lines) -> Document | Trouble:
    first, begins = section[0]
    if section[-1][1] != words.DOCUMENT_ENDS:
        return Trouble(first, Why.NOT_ENDED, _number_of(section))
    fields = _Fields(section[:-1])
    try:
        dated, amount = fields.day(words.DAY), fields.amount(words.AMOUNT, Why.NO_AMOUNT)
        came_on, left_on = fields.day(words.CAME_ON), fields.day(words.LEFT_ON)
    except _Wrong as wrong:
        return wrong.trouble
    if amount is None or amount <= 0:
        return Trouble(fields.line(words.AMOUNT), Why.NO_AMOUNT, fields.text(words.AMOUNT))
    if dated is None:
        return Trouble(fields.line(words.DAY), Why.NO_DAY, fields.text(words.DAY))
    payer, payee = fields.party(words.PAYER), fields.party(words.PAYEE)
    if not (payer.account or payee.account):
        return Trouble(first, Why.NO_ACCOUNT, fields.text(words.NUMBER))
    kind, number = begins.partition("=")[2].strip(), fields.text(words.NUMBER)
    return Document(first, kind, number, dated, amount, payer, payee, fields.purpose(), came_on, left_on)


def _number_of(section: Lines) -> str:
    return next((line for _number, line in section if line.startswith(f"{words.NUMBER}=")), "")[:_SAID]


class _Fields:
    """The lines of a section by what stands before the sign. A line that is no field goes on with the one before."""

    def __init__(self, section: Lines) -> None:
        self.first = section[0][0]
        self.values: dict[str, str] = {}
        self.lines: dict[str, int] = {}
        last = ""
        for number, line in section[1:]:
            key, equals, value = line.partition("=")
            key = key.strip()
            if not equals or (last in words.PURPOSES and key not in words.DOCUMENT_KEYS):
                self._go_on(last, line)
                continue
            # Said twice, the first that says something counts.
            if not self.values.get(key):
                self.values[key], self.lines[key] = value.strip(), number
            last = key

    def _go_on(self, last: str, line: str) -> None:
        if last and line:
            self.values[last] = f"{self.values[last]} {line}".strip()

    def text(self, key: str) -> str:
        return self.values.get(key, "")

    def line(self, key: str) -> int:
        return self.lines.get(key, self.first)

    def day(self, key: str) -> date | None:
        said = self.text(key)
        if not said:
            return None
        found = _DAY.match(said)
        try:
            return date(*(int(part) for part in reversed(found.groups()))) if found else self._no_day(key)
        except ValueError:
            return self._no_day(key)

    def _no_day(self, key: str) -> NoReturn:
        raise self._wrong(key, Why.NO_DAY)

    def amount(self, key: str, why: Why) -> Decimal | None:
        compact = re.sub(r"[\s\u00a0\u202f']", "", self.text(key))
        if not compact:
            return None
        if not _AMOUNT.fullmatch(compact):
            raise self._wrong(key, why)
        return Decimal(compact.replace(",", "."))

    def _wrong(self, key: str, why: Why) -> _Wrong:
        return _Wrong(why, self.text(key), self.line(key))

    def party(self, who: str) -> Party:
        """Before version 1.03 the tax number stood before the name. “1” is the name alone, where banks fill it in."""
        whole = self.text(who)
        found = _TAX_AND_NAME.match(whole)
        tax_before, name = (found[1], found[2].strip()) if found else ("", whole)
        account = self.text(who + words.PARTY_ACCOUNT) or self.text(who + words.PARTY_OTHER_ACCOUNT)
        return Party(
            name or self.text(who + "1"),
            _digits(self.text(who + words.PARTY_TAX)) or tax_before,
            self.text(who + words.PARTY_KPP)[:9],
            account.replace(" ", ""),
        )

    def purpose(self) -> str:
        """In one line, or in up to six: where it says both, the one line is the whole of it."""
        whole = self.text(words.PURPOSE)
        parts = " ".join(self.text(key) for key in words.PURPOSES[1:] if self.text(key))
        both = whole if len(whole) >= len(parts) else parts
        return " ".join(both.split())


def _digits(said: str) -> str:
    return said if said.isdecimal() and said.strip("0") else ""
