"""Messages as WhatsApp takes them. Source: Meta's OpenAPI (POST /{phone-number-id}/messages) and its limits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from svyazka.business.conversations.channel import Button, Saying, Template
from svyazka.business.conversations.client_channel import Attached
from svyazka.kit.texts import within

LONGEST, CAPTION, BESIDE_BUTTONS = 4096, 1024, 1024
_MEGABYTE = 1024 * 1024
# What is shown or played; anything else, and what is larger, goes as a document.
_SHOWN = {
    "image": (("image/jpeg", "image/png"), 5 * _MEGABYTE),
    "video": (("video/mp4", "video/3gpp"), 16 * _MEGABYTE),
    "audio": (("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), 16 * _MEGABYTE),
}
_WITHOUT_PHONE = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]+")  # "RU.13491208655302741918"


def addressed(saying: Saying, body: dict[str, Any], *, is_first: bool) -> dict[str, Any]:
    """Our number of it comes back with what becomes of it. Whoever shows his phone number is written to by that: not
    everything may be sent to an id."""
    phone = saying.address.get("wa_id", "")
    to = {"recipient": saying.to} if not phone and _WITHOUT_PHONE.fullmatch(saying.to) else {"to": phone or saying.to}
    whole = {"messaging_product": "whatsapp", "recipient_type": "individual", **to, **body}
    if is_first:
        whole["biz_opaque_callback_data"] = saying.key
        if saying.answers:
            whole["context"] = {"message_id": saying.answers}
    return whole


def text(said: str) -> dict[str, Any]:
    # No preview: their servers would knock at our door to make one.
    return {"type": "text", "text": {"body": within(said, LONGEST), "preview_url": False}}


def template(chosen: Template) -> dict[str, Any]:
    values = [{"type": "text", "text": value} for value in chosen.values]
    components = [{"type": "body", "parameters": values}] if values else []
    named = {"name": chosen.name, "language": {"code": chosen.language}}
    return {"type": "template", "template": {**named, "components": components}}


def kind_of(file: Attached) -> str:
    for kind, (types, largest) in _SHOWN.items():
        if file.kind in types and len(file.content) <= largest:
            return kind
    return "document"


def media(kind: str, number: str, name: str, caption: str = "") -> dict[str, Any]:
    said: dict[str, Any] = {"id": number}
    if kind == "document":
        said["filename"] = name[:240]
    if caption:
        said["caption"] = caption
    return {"type": kind, kind: said}


def takes_caption(kind: str, said: str) -> bool:
    return kind != "audio" and len(said) <= CAPTION


def with_buttons(said: str, rows: Sequence[Sequence[Button]]) -> dict[str, Any]:
    """Up to three buttons, a list of up to ten, or one that opens a page or asks for the place. What WhatsApp cannot
    show so stands below the text, for the client to write."""
    buttons = [button for row in rows for button in row]
    body = {"text": within(said or "…", BESIDE_BUTTONS)}
    made = _interactive(buttons) if len(said) <= BESIDE_BUTTONS else None
    if made is None:
        return text("\n".join([said, *(_in_words(one) for one in buttons)]))
    return {"type": "interactive", "interactive": {"body": body, **made}}


def _interactive(buttons: Sequence[Button]) -> dict[str, Any] | None:
    if len(buttons) == 1 and buttons[0].asks == "place":
        return {"type": "location_request_message", "action": {"name": "send_location"}}
    if len(buttons) == 1 and buttons[0].url:
        shown = {"display_text": buttons[0].text[:20], "url": buttons[0].url}
        return {"type": "cta_url", "action": {"name": "cta_url", "parameters": shown}}
    if any(one.asks or one.url for one in buttons) or not buttons:
        return None
    replies = [{"id": (one.code or one.text)[:200], "title": one.text} for one in buttons]
    if len({one["title"] for one in replies}) < len(replies):
        return None
    if len(replies) <= 3 and all(len(one["title"]) <= 20 for one in replies):
        return {"type": "button", "action": {"buttons": [{"type": "reply", "reply": one} for one in replies]}}
    if len(replies) <= 10 and all(len(one["title"]) <= 24 for one in replies):
        return {"type": "list", "action": {"button": "☰", "sections": [{"title": "☰", "rows": replies}]}}
    return None


def _in_words(button: Button) -> str:
    return f"— {button.text}: {button.url}" if button.url else f"— {button.text}"
