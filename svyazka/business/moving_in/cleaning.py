"""Misspellings that the house would put right: proposed, and taken only where a person says yes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.moving_in import mapping
from svyazka.business.moving_in.models import MoveIn, MoveInRow, Repair
from svyazka.business.moving_in.translating import Translator
from svyazka.business.staff.models import Person
from svyazka.engines.matching import first_names, mailboxes
from svyazka.engines.matching.letters import folded, is_one_slip, without_one
from svyazka.kit import addresses
from svyazka.kit.refusals import Refused

Rule = Repair.Rule
LONGEST = 300
SHORTEST = 5  # letters of a town whose slip can be told from another word


class Proposal(NamedTuple):
    rule: Rule
    place: int
    old: str
    new: str


def propose(translator: Translator, row: MoveInRow) -> Iterator[Proposal]:
    """For the cells of one line as they stand there."""
    finders = (("email", Rule.MAILBOX, _mailbox), ("address", Rule.TOWN, _town), ("name", Rule.FIRST_NAME, _first_name))
    for target, rule, find in finders:
        for place in translator.places.get(target, []):
            old = row.cells[place] if place < len(row.cells) else ""
            if old and len(old) <= LONGEST and (new := find(old)) and new != old:
                yield Proposal(rule, place, old, new[:LONGEST])
    for place in translator.places.get("first", []):
        old = row.cells[place] if place < len(row.cells) else ""
        if old and (new := _slip_of_a_name(old.strip())):
            yield Proposal(Rule.FIRST_NAME, place, old, new)


def keep(given: MoveIn, proposals: Collection[Proposal]) -> None:
    """Counted over all lines; what was decided stays so."""
    counted = Counter(proposals)
    rows = [{**one._asdict(), "n": number} for one, number in counted.items()]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_KEEP, [given.pk, json.dumps(rows, ensure_ascii=False)])


_KEEP = """
insert into moving_in_repair (of_id, rule, place, old, new, lines, is_accepted)
select %s, rule, place, old, new, n, false
from jsonb_to_recordset(%s) as given (rule text, place int, old text, new text, n int)
on conflict (of_id, place, old) do update set lines = moving_in_repair.lines + excluded.lines
"""


@transaction.atomic
def accept(given: MoveIn, repair_ids: Collection[int], *, rule: str = "", is_right: bool, by: Person) -> int:
    """Some of them, or all of a rule. The lines are looked at anew."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state != MoveIn.State.CHECKED:
        raise Refused(_("This move is at work already. Look at the new state."))
    chosen = current.repairs.filter(rule=rule) if rule else current.repairs.filter(pk__in=repair_ids)
    changed = chosen.exclude(is_accepted=is_right).update(is_accepted=is_right)
    if changed:
        current.state = MoveIn.State.CHECKING
        current.save(update_fields=["state"])
        current.repairs.update(lines=0)
        mapping.begin_anew(current)
        changes = {"repairs": (None, changed) if is_right else (changed, None)}
        record("moving_in.repaired", About("move_in", current.pk), by=by, changes=changes)
    return changed


def _mailbox(cell: str) -> str:
    """Only its host, or signs that no address has; aliases stay as they were written."""
    boxes, _reasons = mailboxes.read(cell)
    if len(boxes) != 1 or not boxes[0].repaired:
        return ""
    name, sign, host = folded(cell).strip(" .,;:<>").partition("@")
    if sign and host == boxes[0].host:
        return ""
    return f"{name}@{boxes[0].host}" if sign and name.isascii() and " " not in name else boxes[0].at


def _town(cell: str) -> str:
    """The first part of an address that has the length of a town's name."""
    for part in cell.split(","):
        plain = part.strip()
        bare = plain.removeprefix("г.").removeprefix("город ").removeprefix("г ").strip()
        said = folded(bare)
        if len(said) < SHORTEST or not said.replace("-", "").replace(" ", "").isalpha():
            continue
        if addresses.town(bare) is not None:
            return ""
        if found := _one_of(_towns(), said):
            return cell.replace(bare, _spelled()[found], 1)
    return ""


def _first_name(cell: str) -> str:
    """`Иванов Аелксей Петрович`: only where the father's name shows which word is the first."""
    words = cell.split()
    if len(words) != 3 or not first_names.father(folded(words[2])):
        return ""
    right = _slip_of_a_name(words[1])
    return f"{words[0]} {right} {words[2]}" if right else ""


def _slip_of_a_name(word: str) -> str:
    said = folded(word)
    if len(said) < 4 or not said.isalpha() or first_names.is_name(said):
        return ""
    return _one_of(_names(), said).title()


def _one_of(known: dict[str, frozenset[str]], said: str) -> str:
    """The only one that is a slip away."""
    near = {one for short in {said, *without_one(said)} for one in known.get(short, ())}
    found = {one for one in near if is_one_slip(one, said)}
    return found.pop() if len(found) == 1 else ""


@cache
def _towns() -> dict[str, frozenset[str]]:
    return _by_slips([town for town in _spelled() if len(town) >= SHORTEST])


@cache
def _spelled() -> dict[str, str]:
    text = (Path(__file__).parent / "towns_spelled.txt").read_text(encoding="utf-8")
    return {folded(town): town for town in text.strip().split(", ")}


@cache
def _names() -> dict[str, frozenset[str]]:
    return _by_slips([*first_names.all_names("m"), *first_names.all_names("f")])


def _by_slips(words: Collection[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for word in words:
        for short in {word, *without_one(word)}:
            found.setdefault(short, set()).add(word)
    return {short: frozenset(all_of) for short, all_of in found.items()}
