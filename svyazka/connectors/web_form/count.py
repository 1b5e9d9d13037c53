"""A probe through the very door by which visitors' forms come: it is written down like any other, and asks for nothing.

A form's other side is everybody: nobody can say how much was sent. But whether the way is open can be tried.
"""

from __future__ import annotations

import secrets
from contextlib import closing

from django.utils.translation import gettext_noop

from svyazka.business.intake.counted_there import Asking, Counted
from svyazka.business.notices.messengers import Unreached
from svyazka.connectors.web_form.fields import PROBE
from svyazka.kit.outside import Line, Silent

NO_ADDRESS = gettext_noop("The house has no public address: nobody outside can send a form.")
CLOSED = gettext_noop("A form that was sent on trial did not come in.")


def count(asking: Asking) -> Counted:
    if not asking.address:
        return Counted(trouble=NO_ADDRESS)
    number = f"{PROBE}-{secrets.token_hex(12)}"
    with closing(Line(asking.address)) as line:
        try:
            answer = line.ask("POST", "", {"tranid": number, PROBE: "1"})
        except Silent as silence:
            raise Unreached(str(silence)) from None
    # 422: written down, and nobody to answer to.
    return Counted({number: None}, trouble="" if answer.status in (200, 422) else f"{CLOSED} [{answer.status}]")
