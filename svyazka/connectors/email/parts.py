"""What a letter is made of: its text, and the files that came with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

from svyazka.business.intake.ways_in import FileSent
from svyazka.connectors.email import html
from svyazka.connectors.email.letters import decoded, header, inside, words

MOST_FILES = 50
LONGEST_TEXT = 200_000
SMALL_PICTURE = 5_000  # bytes: a logo beneath a signature, a mark that counts who reads
_DEEPEST = 12
_KINDS = {"image": "photo", "audio": "audio", "video": "video"}


@dataclass
class Content:
    text: str = ""
    html: str = ""
    files: list[FileSent] = field(default_factory=list)

    @property
    def said(self) -> str:
        """The plain text where there is one that says anything; else the other, without its form."""
        return self.text if self.text.strip() else html.to_text(self.html)


def content_of(message: Message) -> Content:
    found = Content()
    for part in _leaves(message, 0):
        _take(part, found)
    return found


def _leaves(part: Message, depth: int) -> Iterator[Message]:
    """A letter within a letter is one file: it was said by somebody else."""
    if part.get_content_maintype() != "multipart":
        yield part
    elif depth < _DEEPEST:
        for one in inside(part):
            yield from _leaves(one, depth + 1)


def _take(part: Message, found: Content) -> None:
    kind, name = part.get_content_type(), _name_of(part)
    is_file = part.get_content_disposition() == "attachment" or bool(name)
    if kind == "text/plain" and not is_file:
        found.text = (found.text + "\n" + _text_of(part)).lstrip("\n")[:LONGEST_TEXT]
    elif kind == "text/html" and not is_file:
        found.html = (found.html + _text_of(part))[: LONGEST_TEXT * 5]
    elif len(found.files) < MOST_FILES and (content := _bytes_of(part)) and not _is_ornament(part, content):
        sent_as = _KINDS.get(part.get_content_maintype(), "document")
        found.files.append(FileSent(sent_as, content=content, name=name, type=kind, size=len(content)))


def _is_ornament(part: Message, content: bytes) -> bool:
    of_text = part.get_content_disposition() != "attachment" and bool(header(part, "content-id"))
    return of_text and part.get_content_maintype() == "image" and len(content) <= SMALL_PICTURE


def _text_of(part: Message) -> str:
    text = decoded(_bytes_of(part), part.get_content_charset() or "")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes_of(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        return next((one.as_bytes() for one in inside(part)), b"")
    try:
        content = part.get_payload(decode=True)
    except Exception:  # whatever an encoding that is none brings it to
        return b""
    return content if isinstance(content, bytes) else b""


def _name_of(part: Message) -> str:
    """Without any folder: it is shown, and offered for storing."""
    try:
        given = part.get_filename() or ""
    except Exception:  # RFC 2231 in a language of its own
        given = ""
    name = re.split(r"[/\\]", words(str(given)))[-1].strip()
    if not name and part.get_content_type() == "message/rfc822":
        subject = next((header(one, "subject") for one in inside(part)), "")
        name = re.sub(r"[/\\]", "_", subject or "letter")[:150] + ".eml"
    return name[:200]
