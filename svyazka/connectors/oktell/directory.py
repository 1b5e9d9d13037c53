"""Who of the PBX's users has which short number. Events name users, the house knows telephones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from svyazka.connectors.oktell.frames import Body, Frame


class Directory:
    """Learns ids and numbers from getallusernumbers, and which login goes with which id from the events."""

    def __init__(self) -> None:
        self.numbers: dict[str, str] = {}  # user id → the number under which he is rung
        self.owners: dict[str, str] = {}  # each of his numbers → user id
        self.ids: dict[str, str] = {}  # login → user id

    def take_in(self, answer: Body) -> None:
        for user in answer.get("users") or []:
            if not isinstance(user, dict) or not user.get("id"):
                continue
            user_id, main = str(user["id"]).lower(), _number(user.get("main"))
            others = [_number(one) for one in user.get("nums") or []]
            self.numbers[user_id] = main or next(filter(None, others), "")
            self.owners |= {number: user_id for number in (*others, main) if number}
            if user.get("login"):
                self.ids[str(user["login"]).lower()] = user_id

    def named(self, frame: Frame) -> Frame:
        """With the user's id, also where the message has only his login."""
        login, user_id = frame.text("userlogin").lower(), frame.text("userid").lower()
        if login and user_id:
            self.ids[login] = user_id
        return replace(frame, whose=user_id or self.ids.get(login, login))

    def extension_of(self, user: str) -> str:
        """His name where his number is not known: a leg of ours never looks like one that leads to the outside."""
        return self.numbers.get(user) or (self.login_of(user) or user)[:20]

    def login_of(self, user: str) -> str:
        return next((login for login, user_id in self.ids.items() if user_id == user), "")

    def user_at(self, extension: str) -> str | None:
        return self.owners.get(extension)


def _number(given: Any) -> str:
    if isinstance(given, dict):
        given = given.get("num") or given.get("number")
    return str(given or "").strip()
