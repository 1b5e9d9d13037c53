"""The real doors that the demonstration knocks at: a site's form, a bot's webhook, the pages of the staff."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from svyazka.config.demo.forms import Form, forms_of


class Refusal(Exception):
    """A door said no, where the day's plan did not expect it."""


@dataclass
class Street:
    """Whoever is outside: visitors of the sites, people who write to the bot."""

    session: aiohttp.ClientSession
    address: str
    bot_secret: str
    updates: Any = field(default_factory=lambda: itertools.count(int(time.time())))

    async def fill_in(self, form: str, request: Mapping[str, Any], *, expect: int = 200) -> None:
        async with self.session.post(f"{self.address}/in/form/{form}/", json=request) as answer:
            await _expect(answer, expect)

    async def write_to_bot(self, bot: str, message: Mapping[str, Any], *, expect: int = 200) -> None:
        number = next(self.updates)
        update = {"update_id": number, "message": {"message_id": number, "date": int(time.time()), **message}}
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.bot_secret}
        async with self.session.post(f"{self.address}/in/telegram/{bot}/", json=update, headers=headers) as answer:
            await _expect(answer, expect)


class Colleague:
    """One of the staff at the pages, with a session of his own."""

    def __init__(self, address: str, login: str, password: str) -> None:
        self.address, self.login, self.password = address, login, password
        # Cookies of a numeric host: aiohttp keeps them only when told to.
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Colleague:
        await self.read("/login/")
        await self.do("/login/", {"login": self.login, "password": self.password})
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.session.close()

    async def read(self, path: str) -> str:
        async with self.session.get(f"{self.address}{path}") as answer:
            await _expect(answer, 200)
            return await answer.text()

    async def do(self, path: str, values: Mapping[str, Any] | aiohttp.FormData) -> str:
        """What a click does. Answers the page or fragment that came back."""
        headers = {"X-CSRFToken": self._token(), "Referer": self.address}
        async with self.session.post(f"{self.address}{path}", data=values, headers=headers) as answer:
            await _expect(answer, 200, 201, 204)
            return await answer.text()

    async def send(self, page: str, action: str, values: Mapping[str, Any] | None = None) -> str:
        """Fills in the form of a page whose address looks like this, and sends it."""
        form = _form(page, action)
        return await self.do(form.action, {**form.values, **(values or {})})

    async def send_photo(self, page: str, action: str, picture: bytes) -> str:
        form = _form(page, action)
        body = aiohttp.FormData(form.values)
        body.add_field("photo", picture, filename="photo.jpg", content_type="image/jpeg")
        return await self.do(form.action, body)

    def _token(self) -> str:
        return next((cookie.value for cookie in self.session.cookie_jar if cookie.key == "svyazka_csrf"), "")


def first(pattern: str, page: str) -> str:
    """The first thing on a page that looks like this; the group of the pattern."""
    found = re.search(pattern, page)
    if found is None:
        raise Refusal(f"nothing on the page looks like {pattern}")
    return found[1]


def _form(page: str, action: str) -> Form:
    for form in forms_of(page):
        if re.fullmatch(action, form.action):
            return form
    raise Refusal(f"no form on the page goes to {action}")


async def _expect(answer: aiohttp.ClientResponse, *statuses: int) -> None:
    if answer.status not in statuses:
        said = re.sub(r"<[^>]+>|\s+", " ", await answer.text())
        raise Refusal(f"{answer.method} {answer.url.path}: {answer.status} {' '.join(said.split())[:300]}")
