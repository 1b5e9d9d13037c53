"""A company begins: from a blueprint, or with nothing but an administrator."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from svyazka.business.calls import blueprint as calls
from svyazka.business.company.blueprint import SECTIONS, Blueprint, company
from svyazka.business.conversations import blueprint as conversations
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.record import Automaton
from svyazka.business.places import blueprint as places
from svyazka.business.staff import blueprint as staff
from svyazka.business.staff.models import Person
from svyazka.business.visits import blueprint as visits


class AlreadyStarted(Exception):
    """There is a company in this database; a blueprint begins a new one."""


@dataclass(frozen=True)
class Demonstration:
    """What a person needs to look round: log-ins with their one password, and the secret of the bot's webhook."""

    people: list[Person]
    password: str
    bot_secret: str


def is_started() -> bool:
    return any(company().values())


@transaction.atomic
def start(blueprint: Blueprint) -> None:
    if is_started():
        raise AlreadyStarted
    for section in SECTIONS:
        items = blueprint.content[section.code]
        section.put(items, {item["code"] for item in items}, Automaton("blueprint"))


@transaction.atomic
def add_demonstration(blueprint: Blueprint, *, password: str, bot_secret: str) -> Demonstration:
    given = blueprint.demonstration
    people = staff.load_people(given["staff"], password=password)
    visits.load_resources(given["resources"])
    places.load(given["places"])
    conversations.load(ChannelAccount.Kind.WEB_FORM, given["forms"])
    conversations.load(ChannelAccount.Kind.TELEGRAM, given["bots"], secret=bot_secret)
    calls.load(given["lines"])
    return Demonstration(people, password, bot_secret)
