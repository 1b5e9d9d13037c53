"""What one POST of WhatsApp holds: many messages and states of many people. Without Django: for the edge, too.

Source: Meta's OpenAPI of 21 November 2025 and its example payloads; of people without a phone number what its pages of
2026 say (business-scoped user ids). Read tolerantly: Meta's own examples do not pass Meta's own schema.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MESSAGE, ECHO, STATUS = "messages", "message_echoes", "statuses"
LONGEST_ID = 180


@dataclass(frozen=True)
class Part:
    """`user_id`: the business-scoped one, for ever; `wa_id`: the phone number, where he lets us see it."""

    kind: str
    item: dict[str, Any]
    number: str  # which of our numbers it is about
    user_id: str = ""
    wa_id: str = ""
    name: str = ""
    nick: str = ""

    @property
    def who(self) -> str:
        return self.user_id or self.wa_id

    @property
    def key(self) -> str:
        """The same, whenever it is told again."""
        number, state = _text(self.item, "id"), _text(self.item, "status")
        return f"{number}/{state}" if number and self.kind == STATUS else number


def parts_of(told: dict[str, Any]) -> Iterator[Part]:
    for entry in _objects(told, "entry"):
        for change in _objects(entry, "changes"):
            value = _object(change, "value")
            for kind in (MESSAGE, ECHO, STATUS):
                for item in _objects(value, kind):
                    yield _part(kind, item, value)


def keys_of(told: dict[str, Any], body: bytes, account: str) -> tuple[str, str]:
    """Outside id and conversation of the whole POST. Of several people's it is the first one's: WhatsApp promises no
    order, so each thing that comes bears being late."""
    parts = list(parts_of(told))
    keys = [part.key for part in parts]
    if not keys or not all(keys):
        outside_id = hashlib.sha256(body).hexdigest()
    elif len(keys) == 1 and len(keys[0]) <= LONGEST_ID:
        outside_id = keys[0]
    else:
        outside_id = hashlib.sha256("\n".join(sorted(keys)).encode("utf-8", "replace")).hexdigest()
    who = next((part.who for part in parts if part.who), outside_id)
    return outside_id, f"{account}/{who[:120]}"


def _part(kind: str, item: dict[str, Any], value: dict[str, Any]) -> Part:
    one_way = {MESSAGE: ("from_user_id", "from"), ECHO: ("to_user_id", "to")}
    by_id, by_phone = one_way.get(kind, ("recipient_user_id", "recipient_id"))
    user_id, wa_id = _text(item, by_id), _digits(_text(item, by_phone))
    person = _person(value, user_id, wa_id)
    profile = _object(person, "profile")
    nick = _text(profile, "username") or _text(person, "username")
    return Part(
        kind,
        item,
        number=_text(_object(value, "metadata"), "phone_number_id")[:40],
        user_id=(user_id or _text(person, "user_id"))[:150],
        wa_id=wa_id or _digits(_text(person, "wa_id")),
        name=_text(profile, "name")[:200],
        nick=f"@{nick.removeprefix('@')}"[:200] if nick else "",
    )


def _person(value: dict[str, Any], user_id: str, wa_id: str) -> dict[str, Any]:
    """Who it is about among the contacts that are told besides."""
    people = list(_objects(value, "contacts"))
    for one in people:
        if (user_id and _text(one, "user_id") == user_id) or (wa_id and _digits(_text(one, "wa_id")) == wa_id):
            return one
    is_alone = len(people) == 1 and not (user_id and wa_id)
    return people[0] if is_alone else {}


def _digits(given: str) -> str:
    digits = given.removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= 20 else ""


def _objects(inside: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    found = inside.get(name)
    if isinstance(found, list):
        yield from (one for one in found if isinstance(one, dict))


def _object(inside: dict[str, Any], name: str) -> dict[str, Any]:
    found = inside.get(name)
    return found if isinstance(found, dict) else {}


def _text(inside: dict[str, Any], name: str) -> str:
    """Without what no database takes."""
    found = inside.get(name)
    return found.replace("\x00", "").encode("utf-8", "replace").decode() if isinstance(found, str) else ""
