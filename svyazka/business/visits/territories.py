"""Who goes where: the districts and towns that resources serve alone, as far as an address names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from svyazka.business.visits.models import Resource

NOWHERE = " "  # the label of no address


@dataclass
class Territories:
    """In the words of the engine, to which an address is in one district. An address that names several is in one of
    its own, and whoever serves any of them goes there."""

    names: frozenset[str]  # all that anybody serves
    _labels: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Territories:
        return cls(frozenset(name for one in resources for name in names_of(one.territory)))

    def district(self, address: str) -> str:
        """Empty: nobody serves it alone, so that everybody may go."""
        found = named_in(address, self.names)
        label = ", ".join(sorted(found))
        self._labels[label] = found
        return label

    def served_by(self, resource: Resource) -> frozenset[str]:
        """Of the addresses that were asked for; none: goes everywhere."""
        own = names_of(resource.territory)
        return frozenset({NOWHERE, *(label for label, names in self._labels.items() if names & own)}) if own else own


def named_in(place: str, names: Iterable[str]) -> frozenset[str]:
    said = f" {_tidy(place)} "
    return frozenset(name for name in names if f" {name} " in said)


def names_of(territory: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(_tidy, territory)))


def _tidy(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.lower().replace("ё", "е")))
