"""A mailbox over IMAP (RFC 3501), and what goes wrong there in our words."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxFolderStatusError, MailboxLoginError

from svyazka.business.conversations.mailbox import STARTTLS, TLS, Server
from svyazka.business.notices.messengers import Denied, Unreached

PATIENCE = 30  # seconds for each answer
# Refused for now, with the right password: RFC 5530.
_FOR_NOW = ("[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]")
_SENT_NAMES = ("sent", "sent items", "sent messages", "отправленные", "inbox.sent")
_NUMBERS = {name: re.compile(rb"\b" + name.encode() + rb" (\d+)") for name in ("UID", "RFC822.SIZE")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ARRIVED = re.compile(rb'INTERNALDATE "[^"]+"')


class Found(NamedTuple):
    """A letter that lies there. `at`: seconds since 1970 when it arrived."""

    uid: int
    size: int
    at: float


@contextlib.contextmanager
def opened(server: Server) -> Iterator[BaseMailBox]:
    """Logged in; no folder is open yet."""
    with troubles():
        box = _connected(server)
        try:
            _log_in(box, server)
            yield box
        finally:
            _hang_up(box)


@contextlib.contextmanager
def troubles() -> Iterator[None]:
    """Raises Denied or Unreached with one of the words that `conversations/listening.py` knows."""
    try:
        yield
    except MailboxLoginError as refusal:
        if any(word in str(refusal) for word in _FOR_NOW):
            raise Unreached("unreached") from None
        if "[PRIVACYREQUIRED]" in str(refusal):
            raise Unreached("no_tls") from None
        raise Denied("denied") from None
    except (MailboxFolderSelectError, MailboxFolderStatusError):
        raise Unreached("no_folder") from None
    except ssl.SSLCertVerificationError:
        raise Unreached("certificate") from None
    except ssl.SSLError:
        raise Unreached("no_tls") from None
    except socket.gaierror:
        raise Unreached("no_host") from None
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as trouble:
        raise Unreached("no_tls" if "TLS" in f"{type(trouble).__name__} {trouble}".upper() else "unreached") from None


def sent_folder(box: BaseMailBox) -> str:
    """As the server marks it (RFC 6154), else as it is usually called; empty, where there is none."""
    folders = box.folder.list()
    marked = next((one.name for one in folders if "\\Sent" in one.flags), "")
    return marked or next((one.name for one in folders if one.name.lower() in _SENT_NAMES), "")


def can_idle(box: BaseMailBox) -> bool:
    """Some servers say it only after the log-in."""
    answer, said = box.client.capability()
    return answer == "OK" and b"IDLE" in b" ".join(one for one in said if isinstance(one, bytes)).upper().split()


def was_told_of_more(box: BaseMailBox) -> bool:
    """Since the folder was opened, beside the answer to something else: an IDLE would not say it again."""
    return len(box.client.untagged_responses.get("EXISTS", ())) > 1


def look(box: BaseMailBox, criteria: str) -> list[int]:
    return sorted(int(uid) for uid in box.uids(criteria) if uid.isdigit())


def day(moment: float) -> str:
    """`27-Nov-2026`, a day earlier: servers count days by clocks of their own."""
    found = datetime.fromtimestamp(moment - 86_400, UTC)
    return f"{found.day}-{_MONTHS[found.month - 1]}-{found.year}"


def measured(box: BaseMailBox, uids: Sequence[int]) -> list[Found]:
    """Those of them that still lie there, the oldest first."""
    if not uids:
        return []
    answer, said = box.client.uid("fetch", ",".join(map(str, uids)), "(UID RFC822.SIZE INTERNALDATE)")
    _insist(answer)
    found = [_measure(one[0] if isinstance(one, tuple) else one) for one in said if one]
    return sorted(one for one in found if one is not None and one.uid in set(uids))


def content(box: BaseMailBox, uid: int, *, whole: bool) -> bytes | None:
    """Without marking it as read. None: it does not lie there any more."""
    answer, said = box.client.uid("fetch", str(uid), "(BODY.PEEK[])" if whole else "(BODY.PEEK[HEADER])")
    _insist(answer)
    return next((bytes(one[1]) for one in said if isinstance(one, tuple) and b"BODY[" in one[0].upper()), None)


def mark_read(box: BaseMailBox, uids: Sequence[int]) -> None:
    """By hand: the library removes what is marked as deleted along with it, and that is not ours to do."""
    if uids:
        answer, _said = box.client.uid("store", ",".join(map(str, uids)), "+FLAGS.SILENT", "(\\Seen)")
        _insist(answer)


def _measure(said: bytes) -> Found | None:
    uid, size = (pattern.search(said) for pattern in _NUMBERS.values())
    arrived = _ARRIVED.search(said)
    moment = imaplib.Internaldate2tuple(arrived.group()) if arrived else None
    if uid is None or size is None or moment is None:
        return None
    return Found(int(uid[1]), int(size[1]), time.mktime(moment))


def _connected(server: Server) -> BaseMailBox:
    if server.security == TLS:
        return MailBox(server.host, server.port, PATIENCE, ssl_context=ssl.create_default_context())
    if server.security == STARTTLS:
        return MailBoxStartTls(server.host, server.port, PATIENCE, ssl_context=ssl.create_default_context())
    return MailBoxUnencrypted(server.host, server.port, PATIENCE)


def _log_in(box: BaseMailBox, server: Server) -> None:
    is_plain = (server.user + server.password).isascii()
    try:
        (box.login if is_plain else box.login_utf8)(server.user, server.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as refusal:
        raise Denied("denied") from refusal


def _hang_up(box: BaseMailBox) -> None:
    with contextlib.suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
        box.client.sock.settimeout(2)
        box.logout()
    with contextlib.suppress(OSError):
        box.client.shutdown()


def _insist(answer: str) -> None:
    if answer != "OK":
        raise imaplib.IMAP4.error(answer)
