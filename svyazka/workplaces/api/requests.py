"""A request that another system has taken: into the base, and at once answered whose it is."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _
from ninja import Router, Status

from svyazka.business.clients.models import Source
from svyazka.business.intake import by_program
from svyazka.business.intake.ways_in import FormFilled
from svyazka.kit.refusals import Refused
from svyazka.workplaces.api import who
from svyazka.workplaces.api.door import Key, Program
from svyazka.workplaces.api.shapes import Decision, NewRequest, Taken, refusals

router = Router(tags=["requests"])


@router.post("/requests", auth=Key("requests.take"), response={201: Taken, 200: Taken, **refusals(400, 409, 413)})
def take(request: Program, given: NewRequest) -> Status[Taken]:
    """Into the client's open deal, or a new one: 201. The same id again: 200, and the answer of that time."""
    reached = who.read(given)
    form = FormFilled(
        name=given.name,
        phone=reached.phones[0] if reached.phones else "",
        more_phones=reached.phones[1:],
        email=reached.email,
        message=given.message,
        address=given.address,
        company=given.company,
        tax_number=given.inn,
        consents=tuple(dict.fromkeys(given.consents)),
    )
    answer = by_program.take_in(
        form,
        given.model_dump_json().encode(),
        account=by_program.account_of(request.auth.pk),
        own_id=given.id,
        by=request.person,
        source=_source(given.source),
    )
    may_be = who.suspected(answer.likely)
    taken = Taken(client=answer.client_id, deal=answer.deal_id, decision=cast(Decision, answer.decision), may_be=may_be)
    return Status(200 if answer.is_repeat else 201, taken)


def _source(code: str) -> Source | None:
    if not code:
        return None
    found = Source.objects.filter(code=code).first()
    if found is None:
        words = _("There is no source of this code.")
        raise Refused(words, fields={"source": words})
    return found
