"""The words in which clients are told: the house's own, or those of the company, with fields in braces."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.visits import links
from svyazka.business.visits.client_rules import rules, span_of
from svyazka.business.visits.models import ClientRules, ClientText, Visit, Waiting, What
from svyazka.kit import clock, phones
from svyazka.kit.refusals import Refused

# What may stand in braces. Nothing else of a visit is the client's to know.
FIELDS: Mapping[str, Promise] = {
    "client": _("The client's name"),
    "what": _("What is done: measurement"),
    "day": _("The day: Tuesday, 2 June"),
    "span": _("Between which times somebody comes: 10:00–11:00"),
    "until": _("Until when the offered time is kept: 14:30"),
    "waiting": _("That he is on the waiting list now, if he is"),
    "arrival": _("When whoever is on the way arrives: 10:20"),
    "who": _("Who comes"),
    "address": _("Where to"),
    "company": _("The company's name"),
    "phone": _("The company's phone"),
    "link": _("The client's own page"),
}
_FIELD = re.compile(r"{([^{}]*)}")
# A client is asked for an answer: he gives it on his page.
_ASKS = (What.MOVED, What.REMINDER, What.OFFER)
_GREETING = _("Good day!")
_WAITS = pgettext_lazy(
    "to a client", "You are on our waiting list: as soon as a time becomes free, we offer it to you."
)
# Fields that stand only in one text: no other knows of them.
_ONLY_IN = {"until": What.OFFER, "waiting": What.CALLED_OFF}
_TITLES: Mapping[str, Promise] = {
    What.BOOKED: pgettext_lazy("to a client", "{what} on {day}"),
    What.MOVED: pgettext_lazy("to a client", "{what} is now on {day}"),
    What.REMINDER: pgettext_lazy("to a client", "{what} tomorrow, {span}"),
    What.ON_THE_WAY: pgettext_lazy("to a client", "{what}: on the way, about {arrival}"),
    What.CALLED_OFF: pgettext_lazy("to a client", "{what} on {day} is called off"),
    What.OFFER: pgettext_lazy("to a client", "{what}: a time has become free"),
}
_TEXTS: Mapping[str, Promise] = {
    What.BOOKED: pgettext_lazy(
        "to a client",
        "You are booked: {what}, {day}, arrival {span}. Address: {address}. {who} will come.\n\n"
        "Move it or call it off: {link}\n\n{company} {phone}",
    ),
    What.MOVED: pgettext_lazy(
        "to a client",
        "We come at another time: {what}, {day}, arrival {span}. Address: {address}. {who} will come.\n\n"
        "Does it suit you? {link}\n\n{company} {phone}",
    ),
    What.REMINDER: pgettext_lazy(
        "to a client",
        "A reminder: {what}, {day}, arrival {span}. Address: {address}. {who} will come.\n\n"
        "Please confirm that it suits you: {link}\n\n{company} {phone}",
    ),
    What.ON_THE_WAY: pgettext_lazy(
        "to a client",
        "{who} is on the way to you and arrives at about {arrival}. Address: {address}.\n\n{link}\n\n{company} {phone}",
    ),
    What.CALLED_OFF: pgettext_lazy(
        "to a client",
        "{what}, {day}, {span}, is called off. {waiting} To agree on another time, ring us.\n\n{company} {phone}",
    ),
    What.OFFER: pgettext_lazy(
        "to a client",
        "A time has become free: {what}, {day}, arrival {span}. Address: {address}.\n\n"
        "It is kept for you until {until}. If it suits you, take it here: {link}\n\n{company} {phone}",
    ),
}
# Who books or moves has the client on the phone; whoever is on the way rings from there. The others are worth a call.
# About a window that is kept for a client somebody rings in any case.
_NOT_BY_HAND = (What.BOOKED, What.ON_THE_WAY, What.OFFER)


@dataclass(frozen=True)
class Said:
    title: str
    text: str


def text_of(what: str) -> ClientText:
    """The company's, or the house's in the company's language."""
    if own := ClientText.objects.filter(what=what).first():
        return own
    with translation.override(settings.LANGUAGE_CODE):
        text = f"{_GREETING}\n\n{_TEXTS[what]}"
        return ClientText(what=what, title=str(_TITLES[what]), text=text, by_hand=what not in _NOT_BY_HAND)


@transaction.atomic
def change(what: What, *, title: str, text: str, is_on: bool, by_hand: bool, by: Actor) -> None:
    given = {**checked(what, title=title, text=text, is_on=is_on), "by_hand": by_hand}
    before = text_of(what)
    changes = {name: (getattr(before, name), new) for name, new in given.items() if getattr(before, name) != new}
    if changes:
        ClientText.objects.update_or_create(what=what, defaults=given)
        record("visits.client_text_changed", About("client_messages", 0), by=by, note=what, changes=changes)


@transaction.atomic
def take_back(what: What, *, by: Actor) -> None:
    """As the house has it. A second click changes nothing."""
    if ClientText.objects.filter(what=what).delete()[0]:
        record("visits.client_text_changed", About("client_messages", 0), by=by, note=what)


def checked(what: What, *, title: str, text: str, is_on: bool) -> dict[str, Any]:
    """As they are stored."""
    given: dict[str, Any] = {
        "title": _checked("title", title, fields_of(what) - {"link"}),
        "text": _checked("text", text, fields_of(what)),
        "is_on": is_on,
    }
    if is_on and what in _ASKS and "{link}" not in given["text"]:
        fault = _("He is asked for an answer, and gives it on his page: {field} is missing.").format(field="{link}")
        raise Refused(fault, fields={"text": fault})
    return given


def fields_of(what: str) -> set[str]:
    """What may stand in braces there."""
    return {name for name in FIELDS if _ONLY_IN.get(name, what) == what}


def said(text: ClientText, visit: Visit) -> Said:
    """In the company's language. In the place of the client's address stands {link}: a copy of what is stored opens
    nothing."""
    with translation.override(settings.LANGUAGE_CODE):
        waits = text.what == What.CALLED_OFF and _waits(visit)
        return filled(text, {**values_of(visit, rules()), "waiting": str(_WAITS) if waits else ""})


def with_link(text: str, visit: Visit) -> str:
    """As it is told."""
    return text.replace("{link}", links.link_of(visit)) if "{link}" in text else text


def filled(text: ClientText, values: Mapping[str, str]) -> Said:
    def put(found: re.Match[str]) -> str:
        return values.get(found[1], "")

    # Where the house has no address of its own, there is no page to be named.
    told = [line for line in text.text.splitlines() if values["link"] or "{link}" not in line]
    lines = [re.sub(r" {2,}", " ", _FIELD.sub(put, line)).strip() for line in told]
    return Said(" ".join(_FIELD.sub(put, text.title).split()), re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def values_of(visit: Visit, kept: ClientRules) -> dict[str, str]:
    return values_at(
        visit.starts_at,
        kept,
        client=visit.client.name,
        what=visit.kind.name,
        arrival=hour(visit.arrives_at or visit.starts_at),
        who=visit.resource.name,
        address=visit.address,
        link="{link}" if settings.ADDRESS else "",
    )


def values_at(starts_at: datetime, kept: ClientRules, **more: str) -> dict[str, str]:
    """`more`: what does not follow from the time."""
    begins, ends = span_of(starts_at)
    phone = phones.readable(kept.phone) if kept.phone else ""
    said = {"day": _day(begins), "span": f"{hour(begins)}–{hour(ends)}", "company": kept.company, "phone": phone}
    return {**said, **more}


def hour(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"


def until(moment: datetime) -> str:
    """Of today only the hour."""
    local = clock.local(moment)
    return hour(moment) if local.date() == clock.today() else f"{formats.date_format(local, 'j E')}, {hour(moment)}"


def example(now: datetime) -> dict[str, str]:
    """For a preview: of nobody."""
    begins = clock.at(clock.local(now).date() + timedelta(days=1), time(10))
    return values_at(
        begins,
        rules(),
        client=str(_("Vera Pavlova")),
        what=str(_("Measurement")),
        until=hour(now + timedelta(hours=1)),
        waiting=str(_WAITS),
        arrival=hour(begins + timedelta(minutes=20)),
        who=str(_("Egor Smirnov")),
        address=str(_("Moscow, Lesnaya, 5")),
        link=f"{settings.ADDRESS}/v/…/" if settings.ADDRESS else "",
    )


def _waits(visit: Visit) -> bool:
    return Waiting.objects.filter(deal=visit.deal_id, kind=visit.kind_id, state=Waiting.State.OPEN).exists()


def _day(moment: datetime) -> str:
    """Within a sentence: Russian days of the week begin with a small letter, English ones do not."""
    words = formats.date_format(clock.local(moment), "l, j E")
    return words[:1].lower() + words[1:] if translation.get_language() == "ru" else words


def _checked(name: str, typed: str, fields: Collection[str]) -> str:
    text = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        words = _("Say something.")
        raise Refused(words, fields={name: words})
    if unknown := [found for found in _FIELD.findall(text) if found not in fields]:
        missing = _("There is no field {field}.").format(field=f"{{{unknown[0]}}}")
        raise Refused(missing, fields={name: missing})
    if set("{}") & set(_FIELD.sub("", text)):
        stray = _("Braces stand only around a field, in pairs: {field}.").format(field="{day}")
        raise Refused(stray, fields={name: stray})
    return text
