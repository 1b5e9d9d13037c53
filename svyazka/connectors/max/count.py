"""Whether MAX still calls us: it ends a subscription by itself after eight hours in which we did not answer. What it
has had for us it does not tell. Source: its schema, getSubscriptions."""

from __future__ import annotations

from contextlib import closing

from django.utils.translation import gettext_noop

from svyazka.business.intake.counted_there import Asking, Counted
from svyazka.connectors.max.send import Max

ELSEWHERE = gettext_noop("It does not call our address any more. Tell it once more on the page of the channel.")


def count(asking: Asking) -> Counted:
    with closing(Max(asking.access)) as line:
        addresses = line.called_addresses()
    is_called = not asking.address or asking.address in addresses or bool(asking.access.options.get("asks"))
    return Counted(trouble="" if is_called else ELSEWHERE)
