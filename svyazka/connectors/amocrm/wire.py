"""One question to amoCRM over HTTPS, and what its refusals mean, in words that say what to do.

Source: the official client for PHP and the limits that its maker publishes. Never tried on the live service.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from svyazka.business.moving_in.system import TryLater
from svyazka.kit.outside import Answer, Line, Silent
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused

PATIENCE = 45.0  # a page of 250 with many fields takes its time
MOST_BYTES = 32 * 1024 * 1024


def allowed() -> Pace:
    """Seven in a second are allowed; whoever asks more often is shut out by his address."""
    return Pace(0.15)


def line_to(base: str, headers: Mapping[str, str] | None = None) -> Line:
    return Line(base, headers=headers, patience=PATIENCE, most=MOST_BYTES, known=settings.MOVING_SERVERS)


def asked(
    line: Line, method: str, path: str, given: object = None, *, query: Mapping[str, str] | None = None
) -> Answer:
    """Raises Refused, TryLater."""
    try:
        return line.ask(method, path, given, query=query)
    except Silent as silence:
        if str(silence) == "OwnNetwork":
            raise no_account() from None
        raise TryLater(15, "silent") from None


def refusal(answer: Answer, part: str) -> Exception:
    if answer.status == 429:
        return TryLater(max(answer.after, 2), "limit")
    if answer.status == 504:
        return TryLater(30, "slow")
    if answer.status >= 500 or answer.status == 408:
        return TryLater(max(answer.after, 30), "busy")
    if answer.status in _WORDS:
        return Refused(_WORDS[answer.status] % {"part": part})
    if answer.status < 400 or answer.status == 404:
        return no_account()
    return Refused(_("amoCRM does not understand the question “%(part)s”.") % {"part": part})


def no_account() -> Refused:
    return Refused(_NO_ACCOUNT, fields={"address": _NO_ACCOUNT})


_NO_ACCOUNT = _("There is no account of amoCRM at this address. It looks like example.amocrm.ru.")
_WORDS = {
    401: _(
        "amoCRM does not accept the key. Make a new long-lived token there, in the settings of your integration, and"
        " enter it here."
    ),
    402: _("amoCRM does not let us in because the account is not paid for. Pay there, and go on here."),
    403: _(
        "amoCRM does not let us read “%(part)s”. The token must be made by an administrator of the account; if it was,"
        " our address is shut out there: ask its support."
    ),
}
