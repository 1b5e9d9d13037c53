"""What clients are told, and what they may do by themselves, out of a blueprint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.visits import client_rules, client_texts
from svyazka.business.visits.models import ClientRules, ClientText, What
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import Fault, OneOf, Part, Path, Reading, Record, Section, Text, Whole, Yes
from svyazka.kit.yaml_text import Node

RULES = (("rules", gettext_lazy("Rules")),)  # there is one row of them
_TIMES = ("reminds_at", "quiet_from", "quiet_until")
_PLAIN = ("company", "phone", "changes_until_hours", "most_moves", "confirmed_hours")
_OF_TEXT = ("title", "text", "is_on", "by_hand")


class _Time(Text):
    """ "09:00"."""

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        text = node.value if isinstance(node.value, str) else ""
        if re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
            return text
        reading.wrong(node, path, _("A time is written like “09:00”."))
        return "00:00"


def _texts() -> list[dict[str, Any]]:
    """The company's own: what it has not changed is said as the house says it."""
    own = {one.what: one for one in ClientText.objects.all()}
    return [{"code": what.value, **{key: getattr(own[what], key) for key in _OF_TEXT}} for what in What if what in own]


def _put_texts(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for given in items:
        if given["code"] in chosen:
            values = {key: given[key] for key in _OF_TEXT}
            ClientText.objects.update_or_create(what=given["code"], defaults=values)


def _faults_of_texts(content: Mapping[str, Any]) -> Iterator[Fault]:
    for given in content["client_messages"]:
        try:
            client_texts.checked(What(given["code"]), **{key: given[key] for key in ("title", "text", "is_on")})
        except Refused as refusal:
            for field, words in refusal.fields.items():
                yield Fault(("client_messages", given["code"], field), str(words))


CLIENT_MESSAGES = Section(
    "client_messages",
    gettext_lazy("Messages to clients"),
    Record(
        {
            "code": Part(OneOf(tuple(What.choices))),
            "title": Part(Text(150), gettext_lazy("Subject")),
            "text": Part(Text(2000), gettext_lazy("Text")),
            "is_on": Part(Yes(), gettext_lazy("Clients are told"), default=True),
            "by_hand": Part(Yes(), gettext_lazy("Or by phone"), default=True),
        }
    ),
    of_company=_texts,
    put=_put_texts,
    faults=_faults_of_texts,
)


def _rules() -> list[dict[str, Any]]:
    """Nothing, as long as nobody has changed them."""
    row = ClientRules.objects.filter(pk=1).first()
    if row is None:
        return []
    times = {key: f"{getattr(row, key):%H:%M}" for key in _TIMES}
    return [{"code": "rules", **{key: getattr(row, key) for key in _PLAIN}, **times}]


def _put_rules(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for given in items:
        if given["code"] in chosen:
            values = client_rules.checked(**{**{key: given[key] for key in _PLAIN}, **_times_of(given)})
            ClientRules.objects.update_or_create(pk=1, defaults=values)


def _faults_of_rules(content: Mapping[str, Any]) -> Iterator[Fault]:
    for given in content["client_rules"]:
        try:
            client_rules.checked(**{**given, **_times_of(given)})
        except Refused as refusal:
            for field, words in refusal.fields.items():
                yield Fault(("client_rules", given["code"], field), str(words))


def _times_of(given: Mapping[str, Any]) -> dict[str, time]:
    return {key: time.fromisoformat(given[key]) for key in _TIMES}


CLIENT_RULES = Section(
    "client_rules",
    gettext_lazy("What clients do by themselves"),
    Record(
        {
            "code": Part(OneOf(RULES)),
            "company": Part(Text(120), gettext_lazy("What clients call the company"), default=""),
            "phone": Part(Text(20), gettext_lazy("Phone that clients ring"), default=""),
            "reminds_at": Part(_Time(), gettext_lazy("Reminder on the day before, at"), default="17:00"),
            "quiet_from": Part(_Time(), gettext_lazy("Nobody is reminded from"), default="21:00"),
            "quiet_until": Part(_Time(), gettext_lazy("Nobody is reminded until"), default="09:00"),
            "changes_until_hours": Part(
                Whole(0, 240), gettext_lazy("The client changes by himself until, hours before"), default=24
            ),
            "most_moves": Part(Whole(0, 20), gettext_lazy("He moves a visit at most, times"), default=2),
            "confirmed_hours": Part(
                Whole(0, 240), gettext_lazy("Not confirmed is a problem, hours before"), default=24
            ),
        }
    ),
    of_company=_rules,
    put=_put_rules,
    faults=_faults_of_rules,
)
