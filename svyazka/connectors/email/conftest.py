"""A mail server over a real socket: RFC 5321, with AUTH PLAIN (RFC 4954)."""

from __future__ import annotations

import base64
import email
import email.policy
import hashlib
import socketserver
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

import pytest

from svyazka.business.agreements.conftest import (  # noqa: F401
    agree,
    deal,
    form,
    given,
    hour,
    measurement,
    monday,
    of_egor,
    offered,
    save,
    visit,
    whole,
)
from svyazka.business.conversations import mailbox
from svyazka.business.notices.messengers import Access
from svyazka.connectors.email import dovecot as server


@dataclass
class MailPeer:
    host: str = "127.0.0.1"
    port: int = 0
    user: str = ""
    password: str = ""
    unknown: set[str] = field(default_factory=set)  # recipients that it does not have
    busy: bool = False
    letters: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)

    def text(self, number: int = -1) -> str:
        body = self.letters[number].get_body(("plain",))
        return body.get_content() if body else ""

    def calendar(self, number: int = -1) -> tuple[str, str]:
        """Method and content of the invitation."""
        part = next(one for one in self.letters[number].walk() if one.get_content_type() == "text/calendar")
        return str(part.get_param("method")), part.get_content()


class _Line(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        peer: MailPeer = cast(Any, self.server).peer
        self.is_known, self.to = not peer.user, ""
        self._say("220 peer ESMTP")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "QUIT":
                return self._say("221 bye")
            self._answer(peer, verb, line)
        return None

    def _answer(self, peer: MailPeer, verb: str, line: str) -> None:
        if verb == "EHLO":
            self._say("250-peer\r\n250-8BITMIME\r\n250 AUTH PLAIN")
        elif verb == "AUTH":
            given = base64.b64decode(line.split()[2]).decode().split("\0")
            self.is_known = given[1:] == [peer.user, peer.password]
            self._say("235 ok" if self.is_known else "535 wrong")
        elif peer.busy and verb == "MAIL":
            self._say("451 later")
        elif verb == "MAIL":
            self._say("250 ok" if self.is_known else "530 who are you")
        elif verb == "RCPT":
            self.to = line.partition("<")[2].partition(">")[0]
            self._say("550 no such user" if self.to in peer.unknown else "250 ok")
        elif verb == "DATA":
            self._take(peer)
        else:
            self._say("250 ok")

    def _take(self, peer: MailPeer) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        peer.letters.append(cast(EmailMessage, email.message_from_bytes(b"".join(lines), policy=email.policy.default)))
        peer.to.append(self.to)
        self._say("250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def mail_peer() -> Iterator[MailPeer]:
    peer = MailPeer()
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Line)
    server.daemon_threads = True
    cast(Any, server).peer = peer
    peer.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield peer
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def mail_server() -> Iterator[server.Dovecot]:
    """Real, with mailboxes for whoever logs in."""
    if server.PATH is None:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd dovecot-lmtpd")
    made = server.Dovecot()
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def dovecot(mail_server: server.Dovecot) -> Iterator[server.Dovecot]:
    yield mail_server
    if not mail_server.is_up:
        mail_server.start()


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox that nobody has used."""
    return hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:16]


@pytest.fixture
def access(dovecot: server.Dovecot, user: str) -> Callable[..., Access]:
    def made(**other: str) -> Access:
        options = {"imap_host": "127.0.0.1", "imap_port": str(dovecot.imap), "imap_security": "none"}
        options |= {"imap_user": user, "address": "okna@example.ru"}
        password = other.pop("password", server.PASSWORD)
        return Access("email/sales", mailbox.locked_up(password, password), options={**options, **other})

    return made
