"""Where in a letter its writer stops and repeats what was written before; where he only signs.

Mail programs begin a quotation in words of their own, in the language of their owner. Seen: Gmail, Yandex, Mail.ru,
Outlook, Thunderbird and Apple Mail, in Russian and English.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_DAY = r"(?:пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|среду|четверг|пятница|пятницу|суббота|субботу|воскресенье)"
_TIME = r"\d{1,2}:\d{2}(?::\d{2})?"
_DATE = r"\d{1,2}[./]\d{1,2}[./]\d{2,4}"
_WROTE = r"(?:пишет|писал\w*|написал\w*(?:\(а\))?|wrote)"
# One line; a program that wraps it is heard by the two or three lines together.
_BEGINS = re.compile(
    "|".join(
        (
            # Gmail: «пн, 12 мая 2025 г. в 10:15, Вера <vera@example.ru>:»
            rf"{_DAY}\.?,? \d{{1,2}} \w+\.? \d{{4}}(?: ?г\.?)?,? (?:в )?{_TIME}.{{0,200}}:",
            # Mail.ru: «Понедельник, 12 мая 2025, 10:15 +03:00 от Вера <vera@example.ru>:»
            rf"{_DAY}, \d{{1,2}} \w+ \d{{4}},? {_TIME} \S{{1,10}} от .{{1,200}}:",
            # Yandex: «12.05.2025, 10:15, "Вера" <vera@example.ru>:»; Thunderbird: «12.05.2025 10:15, Вера пишет:»
            rf"{_DATE},? (?:в )?{_TIME}.{{0,200}}(?:<\S+@\S+>|{_WROTE}):?",
            rf"\d{{1,2}} \w+\.? \d{{4}}(?: ?г\.?)?,? (?:в )?{_TIME}.{{0,200}}(?:<\S+@\S+>|{_WROTE}).{{0,40}}:",
            rf"(?=.*(?:\d:\d{{2}}|\d{{4}}))(?:On|В) .{{6,300}} {_WROTE}.{{0,100}}:",
        )
    ),
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"-{2,}\s*(?:Пересылаемое|Пересланное|Исходное|Forwarded|Original|Начало переадресованного)\s*"
    r"(?:сообщение|письмо|message|сообщения)?.{0,60}-{2,}|Begin forwarded message:|Начало переадресованного сообщения:"
    r"|-{8,}\s*Конец пересылаемого сообщения\s*-{8,}",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:От|От кого|From)\*?:\*?\s*\S.*", re.IGNORECASE)
_ASIDE = re.compile(r"\*?(?:Отправлено|Дата|Кому|Тема|Копия|Sent|Date|To|Subject|Cc|Importance)\*?:.*", re.IGNORECASE)
_SIGNED = re.compile(
    r"--\s?|_{5,}|[-–—]{2,3}\s*|"
    r"(?:с уважением|с наилучшими пожеланиями|всего доброго|всего хорошего|best regards|kind regards|regards)\b.{0,80}|"
    r"(?:отправлено (?:из|с)|sent from|получите outlook|get outlook)\b.{0,120}",
    re.IGNORECASE,
)
_SIGNATURE_LINES = 14


class Split(NamedTuple):
    said: str
    quoted: str = ""
    signature: str = ""


def split(text: str) -> Split:
    """A letter that only passes on another says what it passes on; answers between quoted lines stay where they are."""
    lines = text.split("\n")
    at = _quotation(lines)
    said, quoted = _joined(lines[:at]), _joined(lines[at:])
    if not said:
        return Split(_joined(lines))
    body, signature = _signed(said.split("\n"))
    return Split(body, quoted, signature)


def _quotation(lines: list[str]) -> int:
    """The line with which it begins; their number, where there is none."""
    for at, line in enumerate(lines):
        if _FORWARDED.fullmatch(line.strip()) or _is_block(lines, at):
            return at
        if _is_heading(lines, at) and not _goes_on(lines, at):
            return at
    return _last_quoted(lines)


def _is_heading(lines: list[str], at: int) -> bool:
    return _heading_length(lines, at) > 0


def _heading_length(lines: list[str], at: int) -> int:
    first = lines[at].strip(" >*")
    if not first:
        return 0
    for count in (1, 2, 3):
        piece = " ".join(line.strip(" >*") for line in lines[at : at + count])
        if _BEGINS.fullmatch(piece.strip()):
            return count
    return 0


def _is_block(lines: list[str], at: int) -> bool:
    """Outlook: From, Sent, To, Subject one beneath another."""
    if not _FROM.fullmatch(lines[at].strip(" >")):
        return False
    return sum(bool(_ASIDE.fullmatch(line.strip(" >"))) for line in lines[at + 1 : at + 6]) >= 2


def _goes_on(lines: list[str], at: int) -> bool:
    """Somebody has written between the lines that he quotes."""
    rest = [line for line in lines[at + _heading_length(lines, at) :] if line.strip()]
    marked = [line.lstrip().startswith(">") for line in rest]
    if not any(marked):
        return False
    body = marked[marked.index(True) : len(marked) - marked[::-1].index(True)]
    return not all(body)


def _last_quoted(lines: list[str]) -> int:
    """Quoted lines at the end, with no heading."""
    at = len(lines)
    while at and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith(">")):
        at -= 1
    return at if any(line.strip() for line in lines[at:]) else len(lines)


def _signed(lines: list[str]) -> tuple[str, str]:
    first = max(1, len(lines) - _SIGNATURE_LINES)
    for at in range(first, len(lines)):
        if _SIGNED.fullmatch(lines[at].strip()) and _joined(lines[:at]):
            return _joined(lines[:at]), _joined(lines[at:])
    return _joined(lines), ""


def _joined(lines: list[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip()
