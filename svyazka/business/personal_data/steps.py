"""All that has to be done to erase a client, as the rooms say it of their own tables (`erased.py`), in that order: what
leads to the rows of others goes last."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import pgettext_lazy

from svyazka.business.agreements import erased as agreements
from svyazka.business.automation import erased as automation
from svyazka.business.calls import erased as calls
from svyazka.business.clients import erased as clients
from svyazka.business.clients.models import Client, Trait
from svyazka.business.consents import erased as consents
from svyazka.business.conversations import erased as conversations
from svyazka.business.deals import erased as deals
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates import erased as duplicates
from svyazka.business.imports import erased as imports
from svyazka.business.inbox import erased as inbox
from svyazka.business.intake import erased as intake
from svyazka.business.journal import erased as journal
from svyazka.business.moving_in import erased as moving_in
from svyazka.business.notices import erased as notices
from svyazka.business.personal_data.models import DataFile
from svyazka.business.personal_data.tables import TITLES
from svyazka.business.places import erased as places
from svyazka.business.problems import erased as problems
from svyazka.business.sheets import erased as sheets
from svyazka.business.site_work import erased as site_work
from svyazka.business.sorting import erased as sorting
from svyazka.business.visits import erased as visits
from svyazka.business.visits.models import Visit, Waiting
from svyazka.kit import addresses
from svyazka.kit.erased import Erased, Fate, Piece, Step, Why, emptied


class Places:
    """Houses in which nobody but him is known."""

    name = "Place"

    def piece(self, client_ids: Sequence[int], _after: str) -> Piece:
        his = {one for one in _addresses(client_ids) if one}
        streets = {addresses.building(one) for one in his}
        others = [one for street in streets for one in self._of_others(street, client_ids)]
        return Piece(places.forget(his, also_of_others=others))

    def _of_others(self, street: str, client_ids: Sequence[int]) -> list[str]:
        """As they are written alike; a house that is written otherwise is looked up once more."""
        found: list[str] = []
        for model in (Client, Deal, Visit):
            path = "pk__in" if model is Client else "client__in"
            others = model._default_manager.filter(address__startswith=street).exclude(**{path: list(client_ids)})
            found += others.values_list("address", flat=True)[:100]
        return found


def _addresses(client_ids: Sequence[int]) -> list[str]:
    found = list(Client.objects.filter(pk__in=client_ids).values_list("address", flat=True))
    found += Trait.objects.filter(client__in=client_ids, kind=Trait.Kind.ADDRESS).values_list("value", flat=True)
    for model in (Deal, Visit, Waiting):
        found += model._default_manager.filter(client__in=client_ids).values_list("address", flat=True)
    return found


OWN = (emptied(DataFile, "client_id", "file", values={"state": DataFile.State.GONE}), Places())
ALL: tuple[Step, ...] = (
    *OWN,
    *problems.ERASED,
    *automation.ERASED,
    *notices.ERASED,
    *duplicates.ERASED,
    *moving_in.ERASED,
    *imports.ERASED,
    *intake.ERASED,
    *inbox.ERASED,
    *sorting.ERASED,
    *agreements.ERASED,
    *site_work.ERASED,
    *sheets.ERASED,
    *visits.ERASED,
    *calls.ERASED,
    *deals.ERASED,
    *conversations.ERASED,
    *consents.ERASED,
    *clients.ERASED,
    *journal.ERASED,
)
TABLES: tuple[Erased, ...] = tuple(step for step in ALL if isinstance(step, Erased))

MORE_TITLES = {
    "DataFile": pgettext_lazy("data", "Files of all that is known of him"),
    "Place": pgettext_lazy("data", "Where his address lies"),
    "Repair": pgettext_lazy("data", "Corrections that name him"),
    "MoveIn": pgettext_lazy("data", "Raw files of a move"),
    "MovedIn": pgettext_lazy("data", "His number in another system"),
    "SearchPosting": pgettext_lazy("data", "What he is found by"),
    "PhoneCommand": pgettext_lazy("data", "Calls that somebody asked for"),
}
FATES = {
    Fate.REMOVED: pgettext_lazy("erasure", "removed"),
    Fate.EMPTIED: pgettext_lazy("erasure", "emptied"),
    Fate.KEPT: pgettext_lazy("erasure", "kept"),
}
WHY = {
    Why.TAXES: pgettext_lazy(
        "erasure", "bookkeeping and taxes: numbers, dates and sums are kept for five years, without name and signature"
    ),
    Why.COUNTED: pgettext_lazy("erasure", "figures of the company: when, how long, for how much; nothing names him"),
    Why.PROOF: pgettext_lazy("erasure", "proof that there was a consent: under his number only"),
    Why.JOURNAL: pgettext_lazy("erasure", "the journal says who did what and when; the values are gone"),
    Why.NUMBER: pgettext_lazy("erasure", "his number alone: what has to be kept stands under it"),
}


def title(name: str) -> str:
    return str(TITLES.get(name) or MORE_TITLES[name])
