"""What stands where in letters that are made by a machine: a pattern out of words that somebody marked in one of them.

Pure. A mark knows what stands before its words on their line (a label, the cell beside), or the line above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from svyazka.kit import emails, phones
from svyazka.kit.texts import folded

FIELDS = ("name", "phone", "email", "company", "address", "message", "campaign")
LONGEST = {"message": 4000}
USUAL_LONGEST = 200
_SIGNS = " \t:;–—-=|•*"
_NUMBER = re.compile(r"\+?\d[\d\s()\u00a0.-]{8,20}\d")
_ADDRESS = re.compile(r"[^\s<>,;:()\"']+@[^\s<>,;:()\"']+")


@dataclass(frozen=True)
class Mark:
    """`before`: what begins the line; `above`: the line before it, where nothing does. `after`: what ends the words on
    their line; `until`: the line that ends them, where they are several lines."""

    field: str
    before: str = ""
    above: str = ""
    after: str = ""
    until: str = ""
    is_long: bool = False


@dataclass(frozen=True)
class Reading:
    """`missing`: fields whose place is not there; `wrong`: what stands there is no phone, no address."""

    values: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.missing and not self.wrong and self.is_answerable

    @property
    def is_answerable(self) -> bool:
        return bool(self.values.get("phone") or self.values.get("email"))

    @property
    def sure(self) -> int:
        """Per cent of what was marked that could be read."""
        lost = len(self.missing) + len(self.wrong)
        asked = lost + len(self.values)
        return round(100 * len(self.values) / asked) if asked else 0


def mark(text: str, name: str, words: str) -> Mark | None:
    """None: these words do not stand there."""
    lines, wanted = text.split("\n"), [line for line in words.strip().split("\n") if line.strip()]
    if not wanted:
        return None
    at, begin = _find(lines, wanted[0].strip())
    if at < 0:
        return None
    before = lines[at][:begin].strip(_SIGNS)
    above = "" if before else _line_above(lines, at)
    if len(wanted) > 1:
        return Mark(name, before, above, until=_line_below(lines, at, wanted[-1].strip()), is_long=True)
    after = lines[at][begin + len(wanted[0].strip()) :].strip()
    return Mark(name, before, above, after=after[:60])


def read(text: str, marks: Sequence[Mark]) -> Reading:
    lines = text.split("\n")
    values: dict[str, str] = {}
    missing, wrong = [], []
    for one in marks:
        found = _words(lines, one)
        if found is None:
            missing.append(one.field)
            continue
        value = _READERS.get(one.field, _plain)(found)
        if found and value is None:
            wrong.append(one.field)
        else:
            values[one.field] = (value or "")[: LONGEST.get(one.field, USUAL_LONGEST)]
    return Reading(values, tuple(missing), tuple(wrong))


def words_of(text: str, one: Mark) -> str:
    """As they stand in this letter."""
    return _words(text.split("\n"), one) or ""


def _words(lines: Sequence[str], one: Mark) -> str | None:
    """None: its place is not there. Empty: nothing stands in it."""
    for at, line in enumerate(lines):
        if one.before:
            rest = _rest(line, one.before)
        else:
            rest = line.strip() if at and folded(_line_above(lines, at)) == folded(one.above) and line.strip() else None
        if rest is not None:
            return _long(lines, at, rest, one.until) if one.is_long else _cut(rest, one.after)
    return None


def _rest(line: str, before: str) -> str | None:
    """What stands behind the label: `Phone : 8 916` → `8 916`. A longer word that begins like it is another label."""
    plain = line.strip(_SIGNS)
    if not folded(plain).startswith(folded(before)):
        return None
    rest = plain[_reach(plain, before) :]
    return rest.strip(_SIGNS) if not rest or not rest[0].isalnum() else None


def _reach(line: str, before: str) -> int:
    """How many letters of the line say the same as the label, whatever the spaces between."""
    wanted = len("".join(before.split()))
    seen = 0
    for at, letter in enumerate(line):
        seen += not letter.isspace()
        if seen == wanted:
            return at + 1
    return len(line)


def _cut(rest: str, after: str) -> str:
    at = rest.rfind(after) if after else -1
    return rest[:at].strip() if at > 0 else rest


def _long(lines: Sequence[str], at: int, rest: str, until: str) -> str:
    found = [rest]
    for line in lines[at + 1 :]:
        if until and folded(line).startswith(folded(until)):
            break
        found.append(line.strip())
    return "\n".join(found).strip()


def _find(lines: Sequence[str], words: str) -> tuple[int, int]:
    """Line and letter; the last word of a line is looked for first, for a label may say the same."""
    for at, line in enumerate(lines):
        if (begin := line.rfind(words)) >= 0:
            return at, begin
    return -1, -1


def _line_above(lines: Sequence[str], at: int) -> str:
    return next((line.strip() for line in reversed(lines[:at]) if line.strip()), "")


def _line_below(lines: Sequence[str], at: int, last: str) -> str:
    """The first words of what follows: a label, without its value."""
    end = next((number for number in range(at, len(lines)) if last in lines[number]), at)
    below = next((line.strip() for line in lines[end + 1 :] if line.strip()), "")
    return re.split(r"[:\t]", below)[0][:60]


def _plain(words: str) -> str | None:
    return words


def _phone(words: str) -> str | None:
    for one in (words, *_NUMBER.findall(words)):
        try:
            return phones.normalise(one)
        except phones.NotAPhone:
            continue
    return None


def _email(words: str) -> str | None:
    for one in _ADDRESS.findall(words):
        try:
            return emails.normalise(one)
        except emails.NotAnEmail:
            continue
    return None


_READERS = {"phone": _phone, "email": _email}
