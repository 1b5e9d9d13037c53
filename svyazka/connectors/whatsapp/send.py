"""Writing by the WhatsApp Cloud API, and getting the files that came with messages.

Not tried on the live service: on a stand-in that somebody else's client library takes for the real thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from svyazka.business.conversations.channel import Approved, Gone, Said, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.connectors.whatsapp import bodies
from svyazka.connectors.whatsapp.api import Api
from svyazka.kit.outside import Part
from svyazka.kit.payload import object_in, text_in

MOST_PAGES = 20
_PLACE = re.compile(r"\{\{(\w+)\}\}")


class WhatsApp:
    title = "WhatsApp"
    longest = bodies.LONGEST
    is_foreign = True
    begins = False
    window: timedelta | None = timedelta(hours=24)
    takes_files = True
    takes_buttons = True
    takes_templates = True
    repeats = False
    a_second = 40  # of the eighty that a number is given at first
    needs = ("phone_number_id",)  # of the options

    def __init__(self, access: Access) -> None:
        self._api = Api(access)
        self._number = access.options.get("phone_number_id", "")
        self._business = access.options.get("waba_id", "")

    def name(self) -> str:
        said = self._api.ask("GET", f"/{self._number}", query={"fields": "display_phone_number,verified_name"})
        shown = (said.get("display_phone_number"), said.get("verified_name"))
        return " · ".join(one for one in shown if isinstance(one, str) and one)

    def say(self, saying: Saying) -> Said:
        """The text goes with the first file where it may, and otherwise before it."""
        number = saying.address.get("number") or self._number
        if saying.template:
            return Said((self._say(number, bodies.addressed(saying, bodies.template(saying.template), is_first=True)),))
        files = [self._uploaded(number, file) for file in saying.files]
        parts = list(_parts(saying, files))
        if not parts:
            raise Undeliverable("empty")
        return Said(tuple(self._all_said(number, saying, parts)))

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """Its link lives for five minutes, so it is asked for anew each time."""
        try:
            told = dict(self._api.ask("GET", f"/{ref['id']}"))
        except (Undeliverable, KeyError):
            raise Gone("the file is gone") from None
        url = text_in(told, "url")
        if not url:
            raise Gone("no link")
        yield from self._api.pieces(url)

    def templates(self) -> Sequence[Approved]:
        if not self._business:
            return ()
        found: list[Approved] = []
        query = {"limit": "100", "fields": "name,language,status,category,components,parameter_format"}
        for _page in range(MOST_PAGES):
            said = dict(self._api.ask("GET", f"/{self._business}/message_templates", query=query))
            listed = said.get("data")
            found += [_approved(one) for one in listed or () if isinstance(one, dict) and text_in(one, "name")]
            paging = object_in(said, "paging")
            after = text_in(object_in(paging, "cursors"), "after")
            if not after or not paging.get("next"):
                break
            query["after"] = after
        return found

    def close(self) -> None:
        self._api.close()

    def _all_said(self, number: str, saying: Saying, parts: Sequence[dict[str, Any]]) -> Iterator[str]:
        for place, body in enumerate(parts):
            try:
                yield self._say(number, bodies.addressed(saying, body, is_first=not place))
            except (Undeliverable, Denied, Unreached) as trouble:
                if not place:
                    raise
                raise Unsure(f"in part: {trouble}") from None

    def _say(self, number: str, body: dict[str, Any]) -> str:
        said = self._api.ask("POST", f"/{number}/messages", body, says=True)
        messages = said.get("messages")
        first = messages[0] if isinstance(messages, list) and messages and isinstance(messages[0], dict) else {}
        return text_in(first, "id")

    def _uploaded(self, number: str, file: Attached) -> tuple[str, str, str]:
        form: dict[str, Part] = {
            "messaging_product": (None, "whatsapp"),
            "type": (None, file.kind),
            "file": (file.name, file.content, file.kind),
        }
        said = dict(self._api.upload(f"/{number}/media", form))
        return bodies.kind_of(file), text_in(said, "id"), file.name


def _parts(saying: Saying, files: Sequence[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    left, said = list(files), saying.text
    if saying.buttons:
        yield bodies.with_buttons(said, saying.buttons)
    elif said and left and bodies.takes_caption(left[0][0], said):
        yield bodies.media(*left.pop(0), caption=said)
    elif said:
        yield bodies.text(said)
    for file in left:
        yield bodies.media(*file)


def _approved(one: dict[str, Any]) -> Approved:
    """Only values of the text are filled in here: a template with a place elsewhere is listed, and not sent."""
    parts = {text_in(part, "type").upper(): part for part in one.get("components") or () if isinstance(part, dict)}
    head, body, foot = (parts.get(name, {}) for name in ("HEADER", "BODY", "FOOTER"))
    listed = parts.get("BUTTONS", {}).get("buttons")
    buttons = [button for button in listed or () if isinstance(button, dict)]
    places = set(_PLACE.findall(text_in(body, "text")))
    is_head_text = not head or text_in(head, "format").upper() == "TEXT"
    elsewhere = _PLACE.search(text_in(head, "text")) or any(_PLACE.search(text_in(one, "url")) for one in buttons)
    other = set(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS"} or any(
        text_in(one, "type").upper() not in ("QUICK_REPLY", "URL", "PHONE_NUMBER") for one in buttons
    )
    return Approved(
        name=text_in(one, "name")[:512],
        language=text_in(one, "language")[:20],
        text=text_in(body, "text"),
        places=len(places),
        category=text_in(one, "category").lower()[:30],
        state=text_in(one, "status").lower()[:20],
        head=text_in(head, "text"),
        foot=text_in(foot, "text"),
        buttons=tuple(text_in(button, "text") for button in buttons),
        unfit=not is_head_text or bool(elsewhere) or bool(other) or not all(place.isdecimal() for place in places),
    )
