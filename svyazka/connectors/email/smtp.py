"""Handing a letter over to a mail server (RFC 5321), and what goes wrong there in our words."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator

from svyazka.business.conversations.channel import Unsure
from svyazka.business.conversations.mailbox import STARTTLS, TLS, Server
from svyazka.business.notices.messengers import Closed, Denied, Undeliverable, Unreached

PATIENCE = 20  # seconds for each answer
AFTER_DATA = 120  # RFC 5321 4.5.3.2.6 would wait for ten minutes; what comes later than this is Unsure
_NOBODY = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")  # RFC 3463: there is no such mailbox
_LONGEST = 250


@contextlib.contextmanager
def opened(server: Server) -> Iterator[smtplib.SMTP]:
    """Logged in. Raises Denied or Unreached with one of the words that `conversations/listening.py` knows."""
    with _troubles():
        safe = ssl.create_default_context()
        if server.security == TLS:
            line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=safe)
        else:
            line = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
        try:
            line.ehlo_or_helo_if_needed()
            if server.security == STARTTLS:
                line.starttls(context=safe)
            if server.user:
                line.login(server.user, server.password)
            yield line
        finally:
            _hang_up(line)


def hand_over(line: smtplib.SMTP, raw: bytes, *, sender: str, to: str) -> None:
    """Raises Undeliverable, Closed or Unreached while nothing has been said; Unsure from then on."""
    line.ehlo_or_helo_if_needed()
    _insist(line.mail(sender), 250)
    _insist(line.rcpt(to), 250, of_person=True)
    _insist(line.docmd("DATA"), 354)
    try:
        line.send(_dotted(raw))
        if line.sock is not None:
            line.sock.settimeout(AFTER_DATA)
        answer = line.getreply()
    except (OSError, smtplib.SMTPException) as silence:
        raise Unsure(type(silence).__name__) from None
    _insist(answer, 250)


def _insist(answer: tuple[int, bytes], code: int, *, of_person: bool = False) -> None:
    got, said = answer
    if got == code or (code == 250 and got == 251):
        return
    words = f"{got} {said.decode('utf-8', 'replace')}".replace("\n", " ")[:_LONGEST]
    if got >= 500:
        raise (Closed if of_person and any(one in words for one in _NOBODY) else Undeliverable)(words)
    raise Unreached(words)


@contextlib.contextmanager
def _troubles() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPAuthenticationError as refusal:
        if refusal.smtp_code < 500:
            raise Unreached("unreached") from None
        raise Denied("denied") from None
    except smtplib.SMTPNotSupportedError as lack:
        raise (Denied("denied") if "AUTH" in str(lack) else Unreached("no_tls")) from None
    except ssl.SSLCertVerificationError:
        raise Unreached("certificate") from None
    except ssl.SSLError:
        raise Unreached("no_tls") from None
    except socket.gaierror:
        raise Unreached("no_host") from None
    except (OSError, smtplib.SMTPException):
        raise Unreached("unreached") from None


def _dotted(raw: bytes) -> bytes:
    text = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in raw.splitlines())
    return text + b"\r\n.\r\n"


def _hang_up(line: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if line.sock is not None:
            line.sock.settimeout(2)
        line.quit()
    line.close()
