"""The phone in the frame around the pages: only for those who call out of the browser."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from svyazka.business.calls.commands import pbx_of
from svyazka.business.calls.softphone.accounts import softphone_of
from svyazka.business.calls.softphone.settings import line_of
from svyazka.business.staff.models import CallsBy, Person
from svyazka.kit.refusals import Refused
from svyazka.kit.strongbox import WrongKey
from svyazka.workplaces.shared.door import PageRequest, needs


def in_frame(request: HttpRequest, person: Person) -> bool:
    """Whether this page has it; the policy of the page lets it connect (safety.py)."""
    line = line_of(pbx_of(person)) if person.calls_by == CallsBy.SOFTPHONE else None
    if line:
        request.softphone_origin = line.origin  # type: ignore[attr-defined]
    return line is not None


@needs("own.account")
def account_softphone(request: PageRequest) -> HttpResponse:
    """Whatever the browser registers with, asked for by the one tab that holds the phone. It is in no page."""
    try:
        return JsonResponse(_to_register(request.person))
    except WrongKey as refusal:
        raise Refused(
            _("The secret of your softphone cannot be opened. The administrator makes a new one.")
        ) from refusal


def _to_register(person: Person) -> dict[str, object]:
    phone = softphone_of(person)
    if phone is None:
        raise Refused(_("You do not call out of the browser any more, or the PBX is not set up for it."))
    return {
        "socket": phone.line.socket,
        "domain": phone.line.domain,
        "ice": phone.line.ice_servers(),
        "login": phone.login,
        "secret": phone.secret,
        "name": phone.name,
    }
