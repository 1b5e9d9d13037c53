"""What plugs into the ledger: a module named in settings.CONNECTORS that can read what it once let in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.models import Arrival


class Arrived(Protocol):
    """What is read of an arrival."""

    account: str
    connector: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime


class Connector(Protocol):
    """The contract of `connectors/<name>/read.py`. `read` only translates: no queries, no rules, no clock."""

    def read(self, arrival: Arrival) -> Sequence[object]:
        """The arrival in the house's own words (`ways_in`, `CallEvent`); nothing, when it asks for nothing."""


class Unused(Exception):
    """Why nothing became of an arrival. `reason`: in our words; `detail`: what is in no language, a code or a name."""

    def __init__(self, reason: object, *, detail: str = ""):
        super().__init__(str(reason))
        self.reason = reason
        self.detail = detail


class NotUnderstood(Unused):
    """It will not be understood the next time either: a person has to look at it."""


class Ignore(Unused):
    """It is understood, and asks for nothing."""


class Spam(Ignore):
    """It is held to be no client's. Nothing is thrown away: a person sees it, and may say that it is one (`spam.py`).
    Its reasons begin with "Spam: "."""


@cache
def connector(name: str) -> Connector:
    module = settings.CONNECTORS.get(name)
    if module is None:
        raise NotUnderstood(_("Nothing is switched on here that can read this."))
    return cast(Connector, import_module(module))
