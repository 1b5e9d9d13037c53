"""What came while two clients were one is given to either of them by a person."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.merging import ROOMS
from svyazka.business.duplicates.models import Merge
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit.going_along import Fate
from svyazka.kit.refusals import Refused

WHAT: Mapping[str, type[Model]] = {"deal": Deal, "contact": ContactPoint, "happened": Interaction}


def give(done: Merge, what: str, number: int, *, to: int, by: Actor) -> None:
    """`what`: deal (with all that hangs on it), contact or happened. Refused while the two are one."""
    if not done.undone_at:
        raise Refused(_("These two are one client at the moment."))
    if what not in WHAT or to not in (done.kept_id, done.gone_id):
        raise Refused(_("This cannot be given to that client."))
    try:
        with transaction.atomic():
            _give(done, what, number, to, by=by)
    except IntegrityError as refusal:
        raise Refused(_("That client has this already.")) from refusal


def _give(done: Merge, what: str, number: int, to: int, *, by: Actor) -> None:
    from_ = done.gone_id if to == done.kept_id else done.kept_id
    if Client.objects.select_for_update().filter(pk__in=[from_, to], merged_into=None).count() < 2:
        raise Refused(_("One of the two is merged with another client meanwhile."))
    if not WHAT[what].objects.filter(pk=number, client_id=from_).update(client_id=to):  # type: ignore[attr-defined]
        return  # it is there already
    if what == "deal":
        _give_along(number, from_, to)
    changes = {what: (None, number), "client": (from_, to)}
    record("clients.given", About("client", to, client_id=to), by=by, changes=changes)


def _give_along(deal_id: int, from_: int, to: int) -> None:
    """Whatever belongs to the deal and to a client."""
    for model, column in [pair for room in ROOMS for pair, fate in room.columns.items() if fate == Fate.MOVES]:
        if any(field.column == "deal_id" for field in model._meta.local_concrete_fields):
            model._default_manager.filter(deal_id=deal_id, **{column: from_}).update(**{column: to})
