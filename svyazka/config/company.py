"""Starting a company from a blueprint: `svyazka init --blueprint windows`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction

from svyazka.business.calls import blueprint as calls
from svyazka.business.clients import blueprint as clients
from svyazka.business.conversations import blueprint as conversations
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals import blueprint as deals
from svyazka.business.deals.models import Pipeline
from svyazka.business.staff import blueprint as staff
from svyazka.business.staff.models import Person
from svyazka.business.visits import blueprint as visits

Blueprint = dict[str, Any]


class AlreadyStarted(Exception):
    """There is a company in this database; a blueprint begins a new one."""


@dataclass(frozen=True)
class Demonstration:
    """What a person needs to look round: log-ins with their one password, and the secret of the bot's webhook."""

    people: list[Person]
    password: str
    bot_secret: str


def known() -> list[str]:
    return sorted(file.name.removesuffix(".yaml") for file in _folder().iterdir() if file.name.endswith(".yaml"))


def read(code: str) -> Blueprint:
    loaded: Blueprint = yaml.safe_load((_folder() / f"{code}.yaml").read_text(encoding="utf-8"))
    return loaded


def is_started() -> bool:
    return Pipeline.objects.exists()


@transaction.atomic
def start(code: str) -> None:
    if is_started():
        raise AlreadyStarted
    given = read(code)
    staff.load(given["departments"], roles=given.get("roles", []))
    clients.load(given["sources"])
    deals.load(pipelines=given["pipelines"], fields=given["fields"], loss_reasons=given["loss_reasons"])
    visits.load(given["visit_kinds"])


@transaction.atomic
def add_demonstration(code: str, *, password: str, bot_secret: str) -> Demonstration:
    given = read(code)["demonstration"]
    people = staff.load_people(given["staff"], password=password)
    visits.load_resources(given.get("resources", []))
    conversations.load(ChannelAccount.Kind.WEB_FORM, given.get("forms", []))
    conversations.load(ChannelAccount.Kind.TELEGRAM, given.get("bots", []), secret=bot_secret)
    calls.load(given.get("lines", []))
    return Demonstration(people, password, bot_secret)


def _folder() -> Any:
    return files("svyazka.blueprints")
