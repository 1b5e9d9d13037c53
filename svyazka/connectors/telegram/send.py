"""Writing through a Telegram bot, and fetching what came with messages. Source: Bot API 10.1 (getMe, sendMessage,
sendPhoto … sendMediaGroup, getFile, setWebhook, deleteWebhook; answers and errors).

Not tried on the live service: on a stand-in that two client libraries of others take for the real thing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from svyazka.business.conversations.channel import Button, Gone, Said, Saying, Unsure
from svyazka.business.conversations.client_bots import ByBot
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.connectors.telegram.verify import UPDATES
from svyazka.kit.outside import Answer, Line, NotGiven, Part, Silent
from svyazka.kit.texts import within

BASE = "https://api.telegram.org"
LONGEST_CAPTION = 1024
LARGEST_PHOTO = 10 * 1024 * 1024
MOST_IN_ALBUM = 10
# What it says with 400 when nobody is there; 403 says the same of a bot that was blocked.
_NOBODY = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")
# Type of a file → how it is shown; all else is a document.
_SHOWN_AS = {"image/jpeg": "photo", "image/png": "photo", "audio/ogg": "voice", "video/mp4": "video",
             "audio/mpeg": "audio", "audio/mp4": "audio"}  # fmt: skip


class Telegram:
    title = "Telegram"
    longest = 4096
    is_foreign = True
    invitation = "https://t.me/{bot}?start={code}"
    # As a channel to clients.
    begins = False
    window = None
    takes_files = True
    takes_buttons = True
    takes_templates = False
    repeats = False  # it knows no key of ours
    a_second = 25  # of the 30 that it allows, so that notices to the staff have room
    chat_rest = timedelta(seconds=1)

    def __init__(self, access: Access) -> None:
        base = access.base or BASE
        self._line = Line(f"{base}/bot{access.token}", proxy=access.proxy)
        self._files = Line(f"{base}/file/bot{access.token}", proxy=access.proxy)

    def name(self) -> str:
        return str(_object(self._ask("getMe", {})).get("username") or "")

    def send(self, text: str, *, to: str) -> None:
        self._ask("sendMessage", {"chat_id": to, "text": within(text, self.longest), **_PLAIN})

    def say(self, saying: Saying) -> Said:
        """A text and its files are one message where it fits under the first of them. After the first of several is
        there, whatever goes wrong leaves it open what has arrived."""
        sent: list[str] = []
        try:
            for method, given, files in _asked(saying):
                sent += _numbers(self._upload(method, given, files) if files else self._ask(method, given, begins=True))
        except (Undeliverable, Denied, Unreached) as trouble:
            if sent:
                raise Unsure(str(trouble)) from None
            raise
        return Said(tuple(sent))

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """Links are good for an hour: a new one is asked for each time."""
        try:
            path = _object(self._ask("getFile", {"file_id": str(ref.get("file_id", ""))})).get("file_path")
        except Closed as nobody:
            raise Gone from nobody
        except Undeliverable as refusal:
            raise Gone(str(refusal)) from None
        if not isinstance(path, str) or not path:
            raise Gone("too large")
        try:
            yield from self._files.pieces(f"/{path.lstrip('/')}")
        except NotGiven as refusal:
            if refusal.status in (400, 404, 410):
                raise Gone(str(refusal)) from None
            raise Unreached(str(refusal)) from None
        except Silent as silence:
            raise Unreached(str(silence)) from None

    def call_here(self, address: str, *, secret: str) -> None:
        self._ask("setWebhook", {"url": address, "secret_token": secret, "allowed_updates": UPDATES})

    def call_no_more(self) -> None:
        """What it has not delivered yet is kept for whoever asks."""
        self._ask("deleteWebhook", {"drop_pending_updates": False})

    def close(self) -> None:
        self._line.close()
        self._files.close()

    def _ask(self, method: str, given: Mapping[str, object], *, begins: bool = False) -> object:
        """`begins`: asked twice, it would be done twice."""
        try:
            return result_of(self._line.ask("POST", f"/{method}", given), begins=begins)
        except Silent as silence:
            raise _unheard(silence, begins=begins) from None

    def _upload(self, method: str, given: Mapping[str, object], files: Sequence[tuple[str, Attached]]) -> object:
        parts: dict[str, Part] = {part: (one.name or "file", one.content, one.kind) for part, one in files}
        try:
            return result_of(self._line.ask("POST", f"/{method}", files={**_form(given), **parts}), begins=True)
        except Silent as silence:
            raise _unheard(silence, begins=True) from None


class ToClients(ByBot):
    title = Telegram.title
    kind = "telegram"


# No preview: the messenger's servers would knock at our door to make one.
_PLAIN = {"link_preview_options": {"is_disabled": True}}
_Step = tuple[str, dict[str, Any], list[tuple[str, Attached]]]


def result_of(answer: Answer, *, begins: bool = False) -> object:
    """Raises Undeliverable, Closed, Denied, Unreached; or Unsure, where it `begins` something and a gate in between
    did not wait for the answer."""
    said = answer.said
    if answer.status == 200 and said.get("ok") is True:
        return said.get("result")
    if begins and answer.status == 504:
        raise Unsure("answered 504")
    raise _refusal(answer.status, said, answer.after)


def _asked(saying: Saying) -> Iterator[_Step]:
    """What has to be asked, one after the other: the text, if it fits under no file, then the files."""
    common = _common(saying)
    albums = _albums(saying.files)
    fits = len(saying.text.encode("utf-16-le")) <= 2 * LONGEST_CAPTION
    text = saying.text
    # Buttons stand under a text or a single file, not under an album.
    if text and (not albums or not fits or (saying.buttons and len(albums[0]) > 1)):
        yield "sendMessage", {**common, "text": text, **_PLAIN, **_keyboard(saying.buttons)}, []
        text, common = "", {key: value for key, value in common.items() if key != "reply_parameters"}
    keyboard = _keyboard(saying.buttons) if text or not saying.text else {}
    for album in albums:
        caption = {"caption": text} if text else {}
        if len(album) == 1:
            shown = _shown_as(album[0])
            yield f"send{shown.capitalize()}", {**common, **caption, **keyboard}, [(shown, album[0])]
        else:
            yield "sendMediaGroup", {**common, "media": _media(album, caption)}, _parts(album)
        text, keyboard = "", {}


def _common(saying: Saying) -> dict[str, Any]:
    given: dict[str, Any] = {"chat_id": saying.to}
    if business := saying.address.get("business"):
        given["business_connection_id"] = business
    if saying.answers.isdecimal():
        given["reply_parameters"] = {"message_id": int(saying.answers), "allow_sending_without_reply": True}
    return given


def _albums(files: Sequence[Attached]) -> list[list[Attached]]:
    """Pictures and videos go together, documents with documents, sound with sound; a voice message by itself."""
    albums: list[list[Attached]] = []
    for one in files:
        last = albums[-1] if albums else []
        if last and len(last) < MOST_IN_ALBUM and _family(one) and _family(last[0]) == _family(one):
            last.append(one)
        else:
            albums.append([one])
    return albums


def _family(file: Attached) -> str:
    return {"photo": "seen", "video": "seen", "document": "document", "audio": "audio"}.get(_shown_as(file), "")


def _shown_as(file: Attached) -> str:
    shown = _SHOWN_AS.get(file.kind, "document")
    return "document" if shown == "photo" and len(file.content) > LARGEST_PHOTO else shown


def _media(album: Sequence[Attached], caption: Mapping[str, str]) -> list[dict[str, str]]:
    named = [{"type": _shown_as(one), "media": f"attach://{part}"} for part, one in _parts(album)]
    return [{**named[0], **caption}, *named[1:]]


def _parts(album: Sequence[Attached]) -> list[tuple[str, Attached]]:
    return [(f"file{number}", one) for number, one in enumerate(album)]


def _keyboard(buttons: Sequence[Sequence[Button]]) -> dict[str, Any]:
    """What asks for a contact or a place stands under the field where he types; all else under the message."""
    if not buttons:
        return {}
    if any(one.asks for row in buttons for one in row):
        rows = [[_asking(one) for one in row] for row in buttons]
        return {"reply_markup": {"keyboard": rows, "one_time_keyboard": True, "resize_keyboard": True}}
    return {"reply_markup": {"inline_keyboard": [[_inline(one) for one in row] for row in buttons]}}


def _asking(button: Button) -> dict[str, Any]:
    asks = {"contact": {"request_contact": True}, "place": {"request_location": True}}
    return {"text": button.text, **asks.get(button.asks, {})}


def _inline(button: Button) -> dict[str, str]:
    return {"text": button.text, **({"url": button.url} if button.url else {"callback_data": button.code[:64]})}


def _form(given: Mapping[str, object]) -> dict[str, Part]:
    return {key: (None, value if isinstance(value, str) else json.dumps(value)) for key, value in given.items()}


def _numbers(result: object) -> list[str]:
    messages = result if isinstance(result, list) else [result]
    return [str(one["message_id"]) for one in messages if isinstance(one, dict) and "message_id" in one]


def _object(result: object) -> Mapping[str, Any]:
    return result if isinstance(result, dict) else {}


def _unheard(silence: Silent, *, begins: bool) -> Exception:
    return Unsure(str(silence)) if begins and silence.is_asked else Unreached(str(silence))


def _refusal(status: int, said: Mapping[str, Any], after: float) -> Exception:
    if said.get("ok") is not False:  # some page that stands in the way, of a provider or a proxy
        return Unreached(f"answered {status}", after=after)
    described = str(said.get("description", "")).lower()
    if status in (401, 404):  # 404: not even of the shape of a token
        return Denied()
    if status == 403 or (status == 400 and any(words in described for words in _NOBODY)):
        return Closed()
    if status in (400, 413):
        return Undeliverable(described.removeprefix("bad request: ")[:100])
    parameters = said.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return Unreached(f"answered {status}", after=float(asked) if isinstance(asked, int) else after)
