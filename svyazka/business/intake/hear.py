"""Who may hear what was said: of one's own calls and deals, of the department's, of all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import Call, Listening, Recording
from svyazka.business.calls.recordings import listening
from svyazka.business.deals.models import Deal
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit.refusals import Refused


class NotYours(Refused):
    """The right to listen does not reach to this call: as if there were nothing, but in words."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("You may listen to your own calls and to those of your deals only."))


def listen(
    call: Call, recordings: Sequence[Recording], *, by: Person, address: str, is_download: bool = False
) -> Listening:
    insist(by, call, recordings)
    return listening.listen(call, by=by, address=address, is_download=is_download)


def insist(person: Person, call: Call, recordings: Sequence[Recording]) -> None:
    """Raises NotYours."""
    if not may_listen(person, call, recordings):
        raise NotYours


def may_listen(person: Person, call: Call, recordings: Sequence[Recording]) -> bool:
    """One's own call is one in which one spoke with the client, or that belongs to a deal, or to a deal linked with it,
    that one is responsible for."""
    reach = roles.reach(person, "recordings.listen")
    if reach in (Reach.ALL, Reach.NONE):
        return reach is Reach.ALL
    spoke: set[int] = {pk for one in recordings for pk in one.people.values()}
    if call.answered_by_id:
        spoke.add(call.answered_by_id)
    of_deals = _of_deals(call)
    if person.pk in spoke or person.pk in {responsible for responsible, _department in of_deals}:
        return True
    if reach is not Reach.DEPARTMENT or person.department_id is None:
        return False
    # Deals of nobody's department are everybody's, as they are to change.
    if {department for _responsible, department in of_deals} & {None, person.department_id}:
        return True
    return Person.objects.filter(pk__in=spoke, department_id=person.department_id).exists()


def _of_deals(call: Call) -> list[tuple[int | None, int | None]]:
    """Who is responsible, and which department: of the call's deal and of those that it was handed on as."""
    deal = Deal.objects.filter(pk=call.deal_id).only("pk", "first_id").first() if call.deal_id else None
    if deal is None:
        return []
    first = deal.first_id or deal.pk
    family = Deal.objects.filter(Q(pk=first) | Q(first_id=first))
    return list(family.values_list("responsible_id", "department_id"))
