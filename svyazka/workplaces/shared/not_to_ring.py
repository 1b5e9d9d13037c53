"""Beside a number that is not rung: why, and who said so."""

from __future__ import annotations

from django.utils.translation import gettext as _

from svyazka.business.calls.dialling import do_not_call
from svyazka.business.calls.dialling.do_not_call import Forbidden
from svyazka.workplaces.shared.short import Short


def marks(client_id: int) -> dict[str, str]:
    """By number, in words. One statement."""
    short = Short()
    return {number: in_words(one, short) for number, one in do_not_call.of_client(client_id).items()}


def in_words(one: Forbidden, short: Short) -> str:
    said = ", ".join(filter(None, [one.by, short.moment(one.at)]))
    until = _("until {when}").format(when=short.moment(one.until)) if one.until else ""
    return " · ".join(filter(None, [one.why, said, until]))
