"""The contract of asking an account's other side whether we have all that it had for us.

A function named in `settings.COUNTED_THERE`, under the kind of its accounts. It asks nothing of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Access


@dataclass(frozen=True)
class Asking:
    """`address`: of this way in, as the outside calls it; empty, where the house has no address of its own."""

    access: Access
    since: datetime
    address: str = ""


@dataclass(frozen=True)
class Counted:
    """`numbers`: the outside ids, as the ledger has them, of all that it has had for us since; with the arrival, where
    it can be had once more. None: it does not tell. `trouble`: in English, with a detail in brackets, as the reasons of
    the ledger are."""

    numbers: Mapping[str, NewArrival | None] | None = None
    waiting: int = 0
    trouble: str = ""


CountThere = Callable[[Asking], Counted]


def of_kind(kind: str) -> CountThere | None:
    """Raises Denied or Unreached when it is called."""
    name = settings.COUNTED_THERE.get(kind)
    return cast(CountThere, import_string(name)) if name else None
