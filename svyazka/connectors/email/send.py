"""Letters to clients over SMTP (RFC 5321), with an invitation that calendars understand (RFC 5545, RFC 6047)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from icalendar import Calendar, Event, vCalAddress, vText

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations import mail
from svyazka.business.conversations.client_channel import Letter, Meeting, Undeliverable, Unreached
from svyazka.business.conversations.models import MailServer
from svyazka.kit import clock, secrets

PATIENCE = 15  # seconds for each answer


class Email:
    title = "E-mail"
    takes_files = True
    shows_address = True

    def is_open(self) -> bool:
        known = mail.server()
        return bool(known.host and known.is_on)

    def address_of(self, client_id: int) -> str | None:
        points = ContactPoint.objects.filter(client_id=client_id, kind="email").order_by("pk")
        return points.values_list("value", flat=True).first()

    def send(self, letter: Letter, *, to: str) -> None:
        server = mail.server()
        message = _message(letter, server, to)
        with _troubles(), _connected(server) as line:
            line.send_message(message, server.sender, [to])


def _message(letter: Letter, server: MailServer, to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = formataddr((server.name, server.sender))
    message["To"] = to
    message["Subject"] = " ".join(letter.title.split())
    message["Date"] = format_datetime(clock.now())
    # The same letter, sent once more because our note of it was lost, is known by it.
    message["Message-ID"] = f"<{letter.key}@{server.sender.partition('@')[2]}>"
    # No answering machine answers it (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.meeting:
        method = "CANCEL" if letter.meeting.is_off else "REQUEST"
        invitation = _calendar(letter.meeting, method, server, to)
        message.add_alternative(invitation, subtype="calendar", params={"method": method}, cte="base64")
    for file in letter.files:
        main, sub = file.kind.split("/")
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
    return message


def _calendar(meeting: Meeting, method: str, server: MailServer, to: str) -> str:
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//Svyazka//Visits//RU")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.version)
    event.add("dtstamp", clock.now().astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at.astimezone(UTC))
    event.add("summary", meeting.what)
    event.add("location", meeting.where)
    event.add("status", "CANCELLED" if meeting.is_off else "CONFIRMED")
    event.add("organizer", _person(server.sender, server.name))
    # No answer is asked for: he answers on his own page, where it is heard.
    guest = _person(to, "")
    guest.params["RSVP"], guest.params["PARTSTAT"] = vText("FALSE"), vText("NEEDS-ACTION")
    event.add("attendee", guest)
    calendar.add_component(event)
    return bytes(calendar.to_ical()).decode()


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    if name:
        person.params["CN"] = vText(name)
    return person


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    safe = ssl.create_default_context()
    if server.security == MailServer.Security.TLS:
        line: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=safe)
    else:
        line = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    with line:
        if server.security == MailServer.Security.STARTTLS:
            line.starttls(context=safe)
        if server.user:
            line.login(server.user, secrets.take_out(server.password) if server.password else "")
        yield line


@contextmanager
def _troubles() -> Iterator[None]:
    """A recipient that is not there is none tomorrow either; everything else may pass."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _said in refusal.recipients.values()]
        raise (Undeliverable if all(code >= 500 for code in codes) else Unreached)(f"recipient {codes}") from None
    except smtplib.SMTPAuthenticationError as refusal:
        raise Unreached(f"log-in refused ({refusal.smtp_code})") from None
    except smtplib.SMTPResponseException as refusal:
        trouble = Undeliverable if refusal.smtp_code in (550, 552, 553, 554) else Unreached
        raise trouble(f"answered {refusal.smtp_code}") from None
    except (OSError, smtplib.SMTPException) as trouble:
        raise Unreached(type(trouble).__name__) from None
