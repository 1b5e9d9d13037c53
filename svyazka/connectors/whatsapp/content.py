"""What one message of WhatsApp says, in our words. Source: Meta's OpenAPI (the kinds of a message) and its example
payloads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.intake.ways_in import FileSent
from svyazka.kit.payload import object_in, text_in

_FILES = {"image": "photo", "video": "video", "document": "document", "sticker": "sticker"}
_NOT_PASSED_ON = gettext_lazy("WhatsApp does not pass this message on. Ask the client to send it in another way.")


def content_of(item: dict[str, Any]) -> dict[str, Any]:
    """Fields of a MessageReceived."""
    kind = text_in(item, "type")
    said = _READERS.get(kind, _unknown)(item)
    context, ad = object_in(item, "context"), _advertisement(object_in(item, "referral"))
    text = said.pop("text", "")
    if text and (context.get("forwarded") is True or context.get("frequently_forwarded") is True):
        text = _("Forwarded: {text}").format(text=text)
    return {**said, "text": "\n".join(filter(None, [text, ad])), "answers": text_in(context, "id")[:300]}


def _text(item: dict[str, Any]) -> dict[str, Any]:
    return {"text": text_in(object_in(item, "text"), "body")}


def _file(item: dict[str, Any]) -> dict[str, Any]:
    kind = text_in(item, "type")
    file = object_in(item, kind)
    number = text_in(file, "id")[:100]
    if not number:
        return {"text": text_in(file, "caption") or str(_NOT_PASSED_ON)}
    said = "voice" if file.get("voice") is True else _FILES.get(kind, "audio")
    named, type_ = text_in(file, "filename")[:200], text_in(file, "mime_type").partition(";")[0][:100]
    return {"text": text_in(file, "caption"), "files": (FileSent(said, ref={"id": number}, name=named, type=type_),)}


def _place(item: dict[str, Any]) -> dict[str, Any]:
    place = object_in(item, "location")
    words = ", ".join(filter(None, (text_in(place, "name"), text_in(place, "address"))))
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not isinstance(latitude, int | float) or not isinstance(longitude, int | float):
        return {"text": words or str(_NOT_PASSED_ON)}
    if abs(latitude) > 90 or abs(longitude) > 180:
        return {"text": words or str(_NOT_PASSED_ON)}
    return {"text": words, "place": (float(latitude), float(longitude))}


def _contacts(item: dict[str, Any]) -> dict[str, Any]:
    """The first is told as such; of several each is a line."""
    shared = [one for one in map(_contact, _listed(item, "contacts")) if any(one)]
    if not shared:
        return {"text": str(_NOT_PASSED_ON)}
    lines = [", ".join(filter(None, one)) for one in shared] if len(shared) > 1 else []
    return {"text": "\n".join(lines), "contact": shared[0]}


def _contact(one: dict[str, Any]) -> tuple[str, str]:
    name = object_in(one, "name")
    known = text_in(name, "formatted_name") or text_in(name, "first_name") or text_in(object_in(one, "org"), "company")
    number = next(filter(None, (text_in(phone, "phone") for phone in _listed(one, "phones"))), "")
    return known[:200], number[:60]


def _button(item: dict[str, Any]) -> dict[str, Any]:
    """Of a template."""
    button = object_in(item, "button")
    return {"text": text_in(button, "text"), "pressed": text_in(button, "payload")[:300]}


def _interactive(item: dict[str, Any]) -> dict[str, Any]:
    answer = object_in(item, "interactive")
    chosen = object_in(answer, "button_reply") or object_in(answer, "list_reply")
    text = text_in(chosen, "title") or text_in(object_in(answer, "nfm_reply"), "body")
    return {"text": text or str(_NOT_PASSED_ON), "pressed": text_in(chosen, "id")[:300]}


def _order(item: dict[str, Any]) -> dict[str, Any]:
    order = object_in(item, "order")
    lines = [
        _("{code}: {count} × {price} {currency}").format(
            code=text_in(one, "product_retailer_id"),
            count=one.get("quantity", ""),
            price=one.get("item_price", ""),
            currency=text_in(one, "currency"),
        )
        for one in _listed(order, "product_items")
    ]
    return {"text": "\n".join(filter(None, [text_in(order, "text"), _("An order from the catalogue:"), *lines]))}


def _unknown(item: dict[str, Any]) -> dict[str, Any]:
    return {"text": str(_NOT_PASSED_ON)}


def _advertisement(referral: dict[str, Any]) -> str:
    """By which of our advertisements he came."""
    shown = " · ".join(filter(None, (text_in(referral, "headline"), text_in(referral, "source_url"))))
    return _("Came by an advertisement: {shown}").format(shown=shown[:500]) if shown else ""


def _listed(inside: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    found = inside.get(name)
    if isinstance(found, list):
        yield from (one for one in found if isinstance(one, dict))


_READERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "text": _text,
    "image": _file,
    "video": _file,
    "audio": _file,
    "voice": _file,
    "document": _file,
    "sticker": _file,
    "location": _place,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
