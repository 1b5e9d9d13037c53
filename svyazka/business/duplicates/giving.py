"""A deal turns out to be another client's; and what came while two clients were one is given to either by a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import F, Model, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import identify
from svyazka.business.clients.identify import Contact
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.merging import ROOMS, made_anew
from svyazka.business.duplicates.models import Merge
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.money.models import Invoice
from svyazka.kit.going_along import Fate, Two
from svyazka.kit.refusals import Refused

WHAT: Mapping[str, type[Model]] = {"deal": Deal, "contact": ContactPoint, "happened": Interaction}


@dataclass(frozen=True)
class Newcomer:
    """Somebody of whom nothing was known before."""

    name: str


@transaction.atomic
def give_deal(deal: Deal, to: Client | Newcomer, *, reached_by: Collection[int] = (), by: Actor) -> Client:
    """With all that hangs on it. `reached_by`: contact points of whoever had it, by which the other one can be reached
    as well; they stay with the first one too. Refused while an invoice names him who had it. Says whose it is now."""
    whose = to if isinstance(to, Client) else identify.create([], Known(name=_insist_name(to.name)), by=by)
    identify.wait_for([deal.client_id, whose.pk])
    current = held(deal.pk)
    _insist_free(current, whose)
    _insist_both_stand(current.client_id, whose.pk)
    points = shared(current.client_id).filter(pk__in=reached_by)
    identify.learn_contacts(whose, [Contact(one.kind, one.value, one.account, one.shown) for one in points], by=by)
    _hand_over(current, whose.pk, by=by)
    return whose


def shared(client_id: int) -> QuerySet[ContactPoint]:
    """What two people may have in common. Who writes from a messenger is one."""
    kinds = (ContactPoint.Kind.PHONE, ContactPoint.Kind.EMAIL)
    return ContactPoint.objects.filter(client=client_id, kind__in=kinds).order_by("pk")


def _insist_name(typed: str) -> str:
    name = " ".join(typed.replace("\x00", "").split())
    if not 0 < len(name) <= 200:
        message = _("Say in at most 200 characters who it is.")
        raise Refused(message, fields={"name": message})
    return name


def _insist_free(deal: Deal, whose: Client) -> None:
    if deal.client_id == whose.pk:
        raise Refused(_("The deal is this client's already."))
    if Invoice.objects.filter(deal=deal, origin=Invoice.Origin.OFFICE, is_called_off=False).exists():
        raise Refused(_("An invoice names the client whose deal this is. Call it off first."))


def _insist_both_stand(one: int, other: int) -> None:
    if Client.objects.select_for_update().filter(pk__in=[one, other], merged_into=None).count() < 2:
        raise Refused(_("One of the two is merged with another client meanwhile."))


def _hand_over(deal: Deal, to: int, *, by: Actor) -> None:
    from_ = deal.client_id
    Deal.objects.filter(pk=deal.pk).update(client_id=to, version=F("version") + 1)
    _give_along(deal.pk, from_, to)
    made_anew(Two(to, from_, by.actor_id))
    record("clients.deal_gone", About("client", from_, client_id=from_), by=by, changes={"deal": (None, deal.pk)})
    about = About("deal", deal.pk, client_id=to, deal_id=deal.pk)
    record("deals.of_another", about, by=by, changes={"client": (from_, to)})


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
    _insist_both_stand(from_, to)
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
