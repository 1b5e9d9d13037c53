"""Whether Wazzup still calls us, and what is connected there. What it has had for us it does not tell. Source: its
documentation of API v3 (webhooks, channels)."""

from __future__ import annotations

from contextlib import closing

from django.utils.translation import gettext_noop

from svyazka.business.intake.counted_there import Asking, Counted
from svyazka.connectors.wazzup.send import Wazzup

ELSEWHERE = gettext_noop("It does not call our address. Tell it once more on the page of the channel.")
LAME = gettext_noop("Something that is connected there does not work.")


def count(asking: Asking) -> Counted:
    with closing(Wazzup(asking.access)) as line:
        called, lame = line.called_address(), line.lame()
    if asking.address and called != asking.address:
        return Counted(trouble=ELSEWHERE)
    return Counted(trouble=f"{LAME} [{', '.join(lame)[:200]}]" if lame else "")
