"""Letters to clients out of a mailbox of ours, as answers in the thread that they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any, ClassVar

import structlog
from django.utils.translation import gettext as _

from svyazka.business.conversations import mailbox
from svyazka.business.conversations.channel import Gone, Said, Saying
from svyazka.business.conversations.letters import token_of
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.connectors.email import imap, smtp
from svyazka.kit import clock

# Not every server takes more than seven bits.
_POLICY = SMTP.clone(cte_type="7bit")
log = structlog.get_logger(__name__)


class Mail:
    """The Message-ID is our key: it stands before anything is sent, and is found again in whatever comes back."""

    title: ClassVar[str] = "E-mail"
    longest: ClassVar[int] = 50_000
    is_foreign: ClassVar[bool] = False
    begins: ClassVar[bool] = True
    window: ClassVar[timedelta | None] = None
    takes_files: ClassVar[bool] = True
    takes_buttons: ClassVar[bool] = False
    takes_templates: ClassVar[bool] = False
    repeats: ClassVar[bool] = False
    a_second: ClassVar[int] = 2  # providers count letters by the hour, and look at haste

    def __init__(self, access: Access) -> None:
        self._account = access.account
        self._mailbox = mailbox.of(access)

    def name(self) -> str:
        self.try_reading()
        self.try_sending()
        return self._mailbox.address

    def try_reading(self) -> None:
        """Log-in and folders. Raises Denied or Unreached."""
        if self._mailbox.reading is None:
            return
        with imap.opened(self._mailbox.reading) as box:
            for folder in self._mailbox.folders:
                box.folder.set(folder, readonly=True)

    def try_sending(self) -> None:
        with smtp.opened(self._mailbox.sending):
            pass

    def say(self, saying: Saying) -> Said:
        if not saying.to.isascii():
            raise Undeliverable("address")
        letter = _letter(saying, self._mailbox)
        raw = letter.as_bytes()
        with smtp.opened(self._mailbox.sending) as line:
            smtp.hand_over(line, raw, sender=self._mailbox.address, to=saying.to)
        if self._mailbox.keeps_sent:
            self._keep(raw)
        return Said((str(letter["Message-ID"]),))

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """Files of letters come with them, and lie in the store from then on."""
        raise Gone(str(ref))

    def close(self) -> None:
        """Each letter has a connection of its own: servers hang up on whoever is silent."""

    def _keep(self, raw: bytes) -> None:
        """It has gone out, whatever becomes of its copy."""
        if self._mailbox.reading is None:
            return
        try:
            with imap.opened(self._mailbox.reading) as box:
                if folder := imap.sent_folder(box):
                    box.append(raw, folder, dt=clock.now(), flag_set=["\\Seen"])
        except (Denied, Unreached) as trouble:
            log.info("copy_not_kept", account=self._account, trouble=str(trouble))


def _letter(saying: Saying, box: mailbox.Mailbox) -> EmailMessage:
    letter = EmailMessage(policy=_POLICY)
    local, _at, domain = box.address.partition("@")
    letter["From"] = formataddr((box.name, box.address))
    letter["To"] = saying.to
    letter["Subject"] = _subject(saying, box)
    letter["Date"] = format_datetime(clock.now())
    letter["Message-ID"] = f"<{saying.key}@{domain}>"
    if saying.answers:
        before = [one for one in saying.more.get("references", ()) if one != saying.answers]
        letter["In-Reply-To"] = saying.answers
        letter["References"] = " ".join([*before[-20:], saying.answers])
    if box.has_plus:
        letter["Reply-To"] = formataddr((box.name, f"{local}+{token_of(saying.key)}@{domain}"))
    letter.set_content(saying.text or " ")
    for file in saying.files:
        main, _slash, sub = file.kind.partition("/")
        letter.add_attachment(file.content, maintype=main, subtype=sub or "octet-stream", filename=file.name)
    return letter


def _subject(saying: Saying, box: mailbox.Mailbox) -> str:
    """Where no address can carry the token, the subject does."""
    given = " ".join(str(saying.more.get("subject", "")).split())
    subject = given or _("A message from {name}").format(name=box.name or box.address)
    token = f"[#{token_of(saying.key)}]"
    return subject if box.has_plus else f"{mailbox.without_token(subject)} {token}"
