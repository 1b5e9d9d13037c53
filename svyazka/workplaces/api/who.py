"""Who somebody is, out of what a program says of him, and how sure that is, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from svyazka.business.clients.identify import Contact
from svyazka.business.clients.models import Client
from svyazka.business.clients.naming import called
from svyazka.business.duplicates import wording
from svyazka.business.duplicates.models import Suspicion
from svyazka.engines.matching.decide import Likely
from svyazka.kit import emails, phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.api.shapes import Candidate, Who


@dataclass(frozen=True)
class Reached:
    """How he can be reached, in the spelling of the house."""

    phones: tuple[str, ...]
    email: str

    @property
    def contacts(self) -> list[Contact]:
        return [
            *(Contact("phone", one) for one in self.phones),
            *([Contact("email", self.email)] if self.email else []),
        ]


def read(who: Who) -> Reached:
    """Raises Refused, with each field that is at fault."""
    faults, numbers, email = {}, [], ""
    for place, typed in enumerate(who.phones):
        try:
            numbers.append(phones.normalise(typed))
        except phones.NotAPhone:
            faults[f"phones.{place}"] = _("This is no phone number.")
    try:
        email = emails.normalise(who.email) if who.email else ""
    except emails.NotAnEmail:
        faults["email"] = _("This is no e-mail address.")
    if not (who.phones or who.email):
        faults["phones"] = _("A phone or an e-mail address has to be there.")
    if faults:
        raise Refused(_("Something in the request cannot be right."), fields=faults)
    return Reached(tuple(dict.fromkeys(numbers)), email)


def suspected(suspicions: Iterable[Suspicion]) -> list[Candidate]:
    rows = list(suspicions)
    names = _names(one.other_id for one in rows)
    return [_candidate(one.other_id, names, one.probability, wording.because(one), wording.doubts(one)) for one in rows]


def likely(found: Iterable[Likely]) -> list[Candidate]:
    rows = list(found)
    names = _names(one.id for one in rows)
    vetoes = {one.id: [wording.veto(code) for code in one.score.vetoes] for one in rows}
    return [
        _candidate(one.id, names, one.score.probability, wording.because_of(one.score), vetoes[one.id]) for one in rows
    ]


def _candidate(
    number: int, names: dict[int, str], probability: float, because: list[wording.Because], doubts: list[str]
) -> Candidate:
    against = [one.text for one in because if not one.speaks_for]
    return Candidate(
        client=number,
        name=names.get(number, ""),
        probability=round(probability, 4),
        reasons=[one.text for one in because if one.speaks_for],
        against=list(dict.fromkeys([*doubts, *against])),
    )


def _names(numbers: Iterable[int]) -> dict[int, str]:
    found = Client.objects.filter(pk__in=list(numbers)).prefetch_related("contact_points")
    return {one.pk: called(one, list(one.contact_points.all())) for one in found}
