"""A mail server of another hand (aiosmtpd), which answers as a test wants it; for tests."""

from __future__ import annotations

import email
import email.policy
import socket
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


class PostOffice:
    """`answers`: what it says to a command, by its name, in place of taking it. `hangs_up`: after it has read DATA."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.password = "secret"  # noqa: S105
        self.hangs_up = False
        with socket.create_server(("127.0.0.1", 0)) as line:
            self.port: int = line.getsockname()[1]  # the controller knows no “any”
        self._controller = Controller(
            self, "127.0.0.1", self.port, authenticator=self._know, auth_require_tls=False, auth_required=True
        )

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop(no_assert=True)

    def _know(self, _server: Server, _session: Session, _envelope: Envelope, _way: str, given: Any) -> AuthResult:
        is_known = isinstance(given, LoginPassword) and given.password == self.password.encode()
        return AuthResult(success=is_known, handled=False)

    async def handle_MAIL(
        self, _server: Server, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, _server: Server, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "RCPT" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Server, _session: Session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        raw = cast(bytes, envelope.content)
        self.raw.append(raw)
        self.letters.append(email.message_from_bytes(raw, policy=email.policy.default))
        if self.hangs_up:
            cast(Any, server).transport.abort()
        return "250 OK"
