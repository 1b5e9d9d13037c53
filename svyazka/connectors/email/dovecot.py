"""A real Dovecot on loopback, with a folder of its own; for tests."""

from __future__ import annotations

import datetime
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATH = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/sbin")
PASSWORD = "secret"  # noqa: S105


class Dovecot:
    """Every user exists, with the same password."""

    def __init__(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="svyazka-dovecot-"))
        self.base.chmod(0o755)
        self.imap, self.imaps, self.lmtp = _ports(3)
        self.config = self.base / "dovecot.conf"
        _certify(self.base)
        self._configure()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_up(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        assert PATH is not None
        command = [PATH, "-F", "-c", str(self.config)]
        self._process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
        for _try in range(200):
            if self._process.poll() is not None:
                break
            if _answers(self.imap) and _answers(self.lmtp):
                return
            time.sleep(0.05)
        log = self.base / "log"
        raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else 'no log'}")

    def stop(self) -> None:
        """With the processes of those who are logged in: the master leaves them alone."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def end(self) -> None:
        self.stop()
        shutil.rmtree(self.base, ignore_errors=True)

    def deliver(self, raw: bytes, *, to: str) -> None:
        with smtplib.LMTP("127.0.0.1", self.lmtp, local_hostname="localhost") as line:
            line.sendmail("sender@example.com", [to], raw)

    def renumber(self, user: str, validity: int, folder: str = "INBOX") -> None:
        """What a restored backup, or another server, does to a mailbox."""
        self._admin("mailbox", "update", "-u", user, "--uid-validity", str(validity), folder)

    def flags(self, user: str, folder: str = "INBOX") -> list[str]:
        found = self._admin("fetch", "-u", user, "flags", "mailbox", folder, "all")
        return [line.removeprefix("flags: ").strip() for line in found.split("\n") if line.startswith("flags:")]

    def subjects(self, user: str, folder: str = "INBOX") -> list[str]:
        found = self._admin("fetch", "-u", user, "hdr.subject", "mailbox", folder, "all")
        return [line.partition(": ")[2].strip() for line in found.split("\n") if line.startswith("hdr.subject:")]

    def _admin(self, *words: str) -> str:
        doveadm = shutil.which("doveadm") or "/usr/bin/doveadm"
        return subprocess.run(
            [doveadm, "-c", str(self.config), *words], check=True, capture_output=True, text=True
        ).stdout

    def _configure(self) -> None:
        is_root = os.geteuid() == 0
        own, own_group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
        of_mail = pwd.getpwnam("dovecot") if is_root else pwd.getpwuid(os.geteuid())
        for name in ("run", "state", "mail"):
            (self.base / name).mkdir(mode=0o755)
        if is_root:
            shutil.chown(self.base / "mail", of_mail.pw_uid, of_mail.pw_gid)
        template = Path(__file__).with_name("dovecot.conf").read_text(encoding="ascii")
        self.config.write_text(
            template.format(
                base=self.base,
                internal="dovecot" if is_root else own,
                internal_group="dovecot" if is_root else own_group,
                login="dovenull" if is_root else own,
                uid=of_mail.pw_uid,
                gid=of_mail.pw_gid,
                imap=self.imap,
                imaps=self.imaps,
                lmtp=self.lmtp,
            ),
            encoding="ascii",
        )


def _ports(many: int) -> list[int]:
    taken = [socket.create_server(("127.0.0.1", 0)) for _each in range(many)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def _answers(port: int) -> bool:
    with closing(socket.socket()) as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _certify(folder: Path) -> None:
    """Of nobody's authority: a client that looks refuses it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
