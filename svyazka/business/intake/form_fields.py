"""Which of our fields each name of a form becomes: chosen by a person who looks at what has really come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.conversations import accounts
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Field
from svyazka.business.intake import repair
from svyazka.business.intake.connector import connector
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import Actor, record
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LATEST = 20  # arrivals that are looked at
AT_ONCE = 200  # that are read once more
MOST_NAMES = 100
LONGEST_NAME = 200
OTHER = ""  # kept beside the request, as it is called
ASIDE = "-"  # not even kept
MEANINGS = (
    "name", "phone", "email", "message", "address", "company", "tax_number", "openings", "page", "referrer",
    "processing", "advertising", "ym_uid", "yclid", "roistat", "landing", "outside_id",
)  # fmt: skip
OF_DEAL = "field:"


class Form(Protocol):
    """What a connector of forms can say besides reading."""

    def names(self, arrival: Arrival) -> dict[str, str]:
        """What stands in it: a name and what was typed. Nothing, where it cannot be read."""

    def meant(self, name: str, chosen: Mapping[str, str]) -> str:
        """What such a name is usually taken for; empty: something else."""


@dataclass(frozen=True)
class Seen:
    """A name of the form: what stood there last, what it is taken for by itself, what was chosen (None: nothing)."""

    name: str
    sample: str
    proposal: str
    chosen: str | None


def latest(account: ChannelAccount) -> list[Arrival]:
    return list(Arrival.objects.filter(connector="web_form", account=account.code).order_by("-pk")[:LATEST])


def seen(account: ChannelAccount, arrivals: Sequence[Arrival]) -> list[Seen]:
    """In the order of the newest arrival; a name of which only an older one knows comes after them."""
    form = cast(Form, connector(account.kind))
    samples: dict[str, str] = {}
    for arrival in arrivals:
        for name, text in form.names(arrival).items():
            samples[name] = samples.get(name) or text
    chosen = account.options.get("mapping") or {}
    names = [*samples, *(name for name in chosen if name not in samples)][:MOST_NAMES]
    return [Seen(name, samples.get(name, ""), form.meant(name, {}), chosen.get(name)) for name in names]


@transaction.atomic
def choose(account: ChannelAccount, mapping: Mapping[str, str], *, is_captured: bool, by: Actor) -> ChannelAccount:
    """`is_captured`: what comes is only kept until somebody has chosen."""
    account = ChannelAccount.objects.select_for_update().get(pk=account.pk)
    known = {*MEANINGS, OTHER, ASIDE, *(f"{OF_DEAL}{code}" for code in _codes())}
    if len(mapping) > MOST_NAMES or not known.issuperset(mapping.values()) or not all(map(_is_name, mapping)):
        raise Refused(_("There is no such field."))
    wanted = {**account.options, "mapping": dict(mapping), "is_captured": is_captured}
    if wanted != account.options:
        was = bool(account.options.get("is_captured"))
        account.options = wanted
        account.save(update_fields=["options"])
        changes = {"is_captured": (was, is_captured)}
        record("conversations.fields_chosen", accounts.about(account), by=by, changes=changes)
    return account


def read_again(account: ChannelAccount, *, by: Actor) -> int:
    """What was not understood, once more; says how many."""
    stuck = Arrival.objects.filter(connector="web_form", account=account.code, state=Arrival.State.STUCK)
    count = 0
    for arrival in stuck.order_by("pk").defer("body", "headers")[:AT_ONCE]:
        try:
            repair.run_again(arrival, by)
        except Refused:  # a worker was quicker
            continue
        count += 1
    return count


def fields_of_deals() -> list[tuple[str, str]]:
    fields = Field.objects.filter(of=Field.Of.DEAL, is_active=True, is_computed=False).order_by("pk")
    return [(f"{OF_DEAL}{one.code}", str(one)) for one in fields]


def _is_name(name: str) -> bool:
    return len(name) <= LONGEST_NAME and name == storable(name)


def _codes() -> list[str]:
    return list(
        Field.objects.filter(of=Field.Of.DEAL, is_active=True, is_computed=False).values_list("code", flat=True)
    )
