"""E-mail addresses: one spelling for all that arrive in one mailbox, and what a slip made of them put right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from svyazka.engines.matching import letters
from svyazka.engines.matching.letters import folded, listed
from svyazka.engines.matching.meaningless import ROLES, is_no_mailbox
from svyazka.kit import emails


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`at`: the mailbox without aliases. `repaired`: it was not written so."""

    name: str
    host: str
    repaired: bool = False

    @property
    def at(self) -> str:
        return f"{self.name}@{self.host}"

    @property
    def is_public(self) -> bool:
        return self.host in _PUBLIC

    @property
    def is_role(self) -> bool:
        """`info@`: whoever is at work reads it."""
        return self.name in ROLES


Unreadable = Literal["placeholder", "no_mailbox"]


@lru_cache(maxsize=20_000)
def read(cell: str) -> tuple[tuple[Mailbox, ...], tuple[Unreadable, ...]]:
    """Each once, in their order; and why the others are none."""
    found: dict[str, Mailbox] = {}
    unread: list[Unreadable] = []
    for piece in re.split(r"[;|/<>()\s]+|,(?=[^,]*@)", _joined(folded(cell))):
        if len(piece.strip(_AROUND)) < 3:
            continue
        box = _one(piece.strip(_AROUND))
        if box is None:
            unread.append("no_mailbox")
        elif is_no_mailbox(box.name, box.host) or (box.name == "mail" and box.is_public):
            unread.append("placeholder")
        else:
            found.setdefault(box.at, box)
    boxes = tuple(found.values())
    return boxes, tuple(reason for reason in unread if reason == "placeholder" or not boxes)


_AROUND = ".,:?!'\""


def _joined(said: str) -> str:
    """`ivanov @ mail . ru`, `ivanov(at)mail.ru`, `mailto:`."""
    plain = re.sub(r"\s?[(\[]\s?(?:at|собака|эт)\s?[)\]]\s?|\s(?:собака|at)\s", "@", said.replace("mailto:", ""))
    plain = _BLANK_FOR_AT.sub(r"\1@\2", plain)
    return re.sub(r"\s?@\s?", "@", re.sub(r"\s?\.\s?(?=[a-z]{2,4}$)", ".", plain))


def _one(piece: str) -> Mailbox | None:
    latin = _in_latin(piece)
    if "@" not in latin:
        latin = _HOST_BEHIND.sub(r"\1@\2", latin)
    name, sign, host = latin.partition("@")
    host = _host(host.replace("@", "").replace(",", ".").strip("."))
    try:
        address = emails.normalise(f"{name.strip('.')}{sign}{host}")
    except emails.NotAnEmail:
        return None
    name, _sign, host = address.partition("@")
    return Mailbox(_without_alias(name, host), host, repaired=address != piece)


def _in_latin(piece: str) -> str:
    if not re.search("[а-я]", piece):
        return piece
    look = letters.looks_latin(piece)
    if not re.search("[а-я]", look):
        return look
    keys = letters.with_english_keys(piece)
    if ("@" not in piece and "@" in keys) or _KNOWN_END.search(keys):
        return keys.replace("/", ".")
    return piece


_HOSTS = listed(
    "mail.ru yandex.ru gmail.com bk.ru list.ru inbox.ru rambler.ru icloud.com outlook.com hotmail.com "
    "yahoo.com ya.ru vk.com internet.ru lenta.ru ngs.ru tut.by ukr.net mail.com me.com live.ru live.com "
    "yandex.com yandex.by yandex.kz narod.ru"
)
_BLANK_FOR_AT = re.compile(r"^([a-z0-9._+-]{2,64}) (" + "|".join(re.escape(host) for host in _HOSTS) + ")$")
_PUBLIC = frozenset(_HOSTS)
_KNOWN_END = re.compile("(?:" + "|".join(re.escape(host) for host in _HOSTS) + ")$")
_HOST_BEHIND = re.compile(
    "^([a-z0-9._+-]{3,64}?)[#$2]?((?:" + "|".join(re.escape(host) for host in _HOSTS[:12]) + "))$"
)
_ONE_HOST = {"ya.ru": "yandex.ru", "yandex.com": "yandex.ru", "yandex.by": "yandex.ru", "yandex.kz": "yandex.ru"}
_ONE_HOST |= {"narod.ru": "yandex.ru", "googlemail.com": "gmail.com"}
# One letter away from a known host, but a host of its own.
_OWN = {
    "mail.ua",
    "email.ru",
    "gmai.ru",
    "ymail.com",
    "gmx.com",
    "ok.ru",
    "vk.ru",
    "mail.by",
    "mail.kz",
    "nail.ru",
    "bk.com",
}
_WRONG = {
    "gmail.ru": "gmail.com",
    "mail.com.ru": "mail.ru",
    "yandex": "yandex.ru",
    "gmail": "gmail.com",
    "mail": "mail.ru",
    "mailru": "mail.ru",
    "yandexru": "yandex.ru",
    "gmailcom": "gmail.com",
    "gmail.co": "gmail.com",
    "yandex.r": "yandex.ru",
    "jandex.ru": "yandex.ru",
    "yndx.ru": "yandex.ru",
    "iandex.ru": "yandex.ru",
    "icloud.ru": "icloud.com",
    "e-mail.ru": "mail.ru",
    "gmail.com.ru": "gmail.com",
    "gimeil.com": "gmail.com",
    "inboks.ru": "inbox.ru",
    "bk": "bk.ru",
    "list": "list.ru",
    "inbox": "inbox.ru",
    "rambler": "rambler.ru",
    "icloud": "icloud.com",
}


def _host(host: str) -> str:
    plain = re.sub(r"\.{2,}", ".", host.removeprefix("www."))
    plain = _WRONG.get(plain, plain)
    if plain not in _PUBLIC and plain not in _OWN and len(plain) > 5:
        plain = next((known for known in _HOSTS if len(known) > 5 and letters.is_one_slip(plain, known)), plain)
    return _ONE_HOST.get(plain, plain)


def _without_alias(name: str, host: str) -> str:
    plain = name.split("+", 1)[0] or name
    if host == "gmail.com":
        return plain.replace(".", "") or plain
    if host == "yandex.ru":
        return plain.replace(".", "-")  # Yandex takes them for one
    return plain
