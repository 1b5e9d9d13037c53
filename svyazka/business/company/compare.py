"""How a blueprint differs from the company as it is set up: what is new, what is different and how, what only the
company has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from svyazka.business.company.blueprint import SECTIONS, Content
from svyazka.kit.order import woven
from svyazka.kit.shapes import Item, Section


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    OURS = "ours"  # only the company has it: it stays


@dataclass(frozen=True)
class Difference:
    """One part that can be taken over by itself. `part`: "fields/seats", "pipelines/sales/new"."""

    kind: Kind
    section: str
    item: Item  # as it would be; of what only the company has, as it is
    within: Item | None = None  # the pipeline in which the stage stands
    changes: Mapping[str, tuple[Any, Any]] | None = None  # key → (from, to)

    @property
    def part(self) -> str:
        return "/".join([self.section, *([self.within["code"]] if self.within else []), self.item["code"]])


def compare(own: Content, given: Content) -> list[Difference]:
    return [one for section in SECTIONS for one in _section(section, own[section.code], given[section.code])]


def _section(section: Section, own: list[Item], given: list[Item]) -> Iterator[Difference]:
    mine = {item["code"]: item for item in own}
    for item in given:
        if item["code"] not in mine:
            yield Difference(Kind.NEW, section.code, item)
        else:
            yield from _item(section, mine[item["code"]], item)
    theirs = {item["code"] for item in given}
    for item in own:
        if item["code"] not in theirs:
            yield Difference(Kind.OURS, section.code, item)


def _item(section: Section, own: Item, given: Item) -> Iterator[Difference]:
    after = section.after(own, given)
    changes = _changes(section, own, after)
    if changes:
        yield Difference(Kind.CHANGED, section.code, after, changes=changes)
    if section.parts:
        yield from _parts(section, own, after, {one["code"] for one in given[section.parts]})


def _changes(section: Section, own: Item, after: Item) -> dict[str, tuple[Any, Any]]:
    """Of a list whose records are taken over one by one, only the order."""
    found = {
        key: (own[key], after[key]) for key in section.item.parts if key != section.parts and own[key] != after[key]
    }
    if section.parts:
        before, later = ([one["code"] for one in item[section.parts]] for item in (own, after))
        before_common = [code for code in before if code in later]
        later_common = [code for code in later if code in before]
        if before_common != later_common:
            found[section.parts] = (before_common, later_common)
    return found


def _parts(section: Section, own: Item, after: Item, given: set[str]) -> Iterator[Difference]:
    mine = {one["code"]: one for one in own[section.parts]}
    for one in after[section.parts]:
        before = mine.get(one["code"])
        if before is None:
            yield Difference(Kind.NEW, section.code, one, within=after)
        elif one["code"] not in given:
            yield Difference(Kind.OURS, section.code, one, within=after)
        elif changed := {key: (before[key], one[key]) for key in before if before[key] != one[key]}:
            yield Difference(Kind.CHANGED, section.code, one, within=after, changes=changed)


def merged(own: Content, given: Content, chosen: set[str]) -> Content:
    """The company as it will be when the chosen parts are taken over."""
    return {section.code: _merged(section, own[section.code], given[section.code], chosen) for section in SECTIONS}


def _merged(section: Section, own: list[Item], given: list[Item], chosen: set[str]) -> list[Item]:
    theirs = {item["code"]: item for item in given}
    mine = {item["code"]: item for item in own}
    new = [code for code in theirs if code not in mine and f"{section.code}/{code}" in chosen]
    found = []
    for code in woven(list(mine), [code for code in theirs if code in mine or code in new]):
        if code in new:
            found.append(theirs[code])
        elif code in theirs:
            found.append(_merged_item(section, mine[code], section.after(mine[code], theirs[code]), chosen))
        else:
            found.append(mine[code])
    return found


def _merged_item(section: Section, own: Item, after: Item, chosen: set[str]) -> Item:
    path = f"{section.code}/{own['code']}"
    if not section.parts:
        return after if path in chosen else own
    mine = {one["code"]: one for one in own[section.parts]}
    theirs = {one["code"]: one for one in after[section.parts]}
    taken = {code for code in theirs if f"{path}/{code}" in chosen}
    both = [code for code in theirs if code in mine or code in taken]
    order = both if path in chosen else woven(list(mine), both)
    parts = [theirs[code] if code in taken else mine[code] for code in order]
    return {**(after if path in chosen else own), section.parts: parts}
