"""A file of “1CClientBankExchange”, versions 1.01 to 1.03, read as banks really write it. Pure: bytes in, values out.

What its head says of its alphabet is not believed: banks say “Windows” and write UTF-8.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from svyazka.business.money.statement_file import Balance, Document, StatementFile, Trouble, Unreadable, Why
from svyazka.connectors.client_bank import sections, words
from svyazka.connectors.client_bank.sections import Lines

_ALPHABETS = ("utf-8", "cp1251", "cp866")
_SAMPLE = 64 * 1024
_SAID = 120


def read(content: bytes) -> StatementFile:
    """Raises Unreadable for what is no such file."""
    if not content.strip(b"\x00\xef\xbb\xbf \r\n\t"):
        raise Unreadable("empty")
    text = _text(content)
    lines = [line.strip(" \t\x00\x1a\ufeff") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    begins = next((number for number, line in enumerate(lines) if line), 0)
    if lines[begins].casefold() != words.HEAD.casefold():
        raise Unreadable("other_format")
    return _Reading().read(list(enumerate(lines, start=1))[begins + 1 :])


def _text(content: bytes) -> str:
    """By a mark at its beginning, or by how much of it makes sense."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    sample = content[:_SAMPLE]
    alphabet = max(_ALPHABETS, key=lambda one: _sense(sample.decode(one, "replace")))
    return content.decode(alphabet, "replace")


def _sense(text: str) -> int:
    return sum(text.count(word) for word in words.TELLING)


class _Reading:
    def __init__(self) -> None:
        self.accounts: dict[str, None] = {}
        self.balances: list[Balance] = []
        self.documents: list[Document] = []
        self.troubles: list[Trouble] = []
        self.has_ended = False

    def read(self, lines: Lines) -> StatementFile:
        for name, section in _sections(lines):
            self._take(name, section)
        if not self.has_ended:
            self.troubles.append(Trouble(lines[-1][0] if lines else 1, Why.CUT_OFF))
        return StatementFile(tuple(self.accounts), tuple(self.balances), tuple(self.documents), tuple(self.troubles))

    def _take(self, name: str, section: Lines) -> None:
        if name == words.ACCOUNT_BEGINS:
            self._take_balance(section)
        elif name == words.DOCUMENT_BEGINS:
            read = sections.document(section)
            self.documents += [read] if isinstance(read, Document) else []
            self.troubles += [read] if isinstance(read, Trouble) else []
        elif name == words.FILE_ENDS:
            self.has_ended = True
        else:
            self._take_head(section)

    def _take_balance(self, section: Lines) -> None:
        read = sections.balance(section)
        if isinstance(read, Trouble):
            self.troubles.append(read)
            return
        self.accounts.setdefault(read.account)
        self.balances.append(read)

    def _take_head(self, section: Lines) -> None:
        """Lines outside of all sections: of the head, or of nothing."""
        for number, line in section:
            key, equals, value = line.partition("=")
            if key.strip() == words.ACCOUNT and value.strip():
                self.accounts.setdefault(value.strip())
            elif line and not equals:
                self.troubles.append(Trouble(number, Why.NO_PLACE, line[:_SAID]))


def _sections(lines: Lines) -> Iterator[tuple[str, Lines]]:
    """With the name of each; "" for what stands between them. One that does not end is ended by whatever begins."""
    ends = {words.ACCOUNT_BEGINS: words.ACCOUNT_ENDS, words.DOCUMENT_BEGINS: words.DOCUMENT_ENDS}
    name = ""
    section: Lines = []
    for number, line in lines:
        begins = line.partition("=")[0].strip()
        if begins in ends or begins == words.FILE_ENDS:
            yield name, section
            name, section = (begins, [(number, line)]) if begins in ends else ("", [])
            if begins == words.FILE_ENDS:
                yield words.FILE_ENDS, []
                return
        else:
            section.append((number, line))
            if name and line == ends[name]:
                yield name, section
                name, section = "", []
    yield name, section
