"""What a column of a file can be, and what each one seems to be: by its title, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Field
from svyazka.business.journal.record import About, record
from svyazka.business.moving_in import cells as read
from svyazka.business.moving_in.known_titles import target_of
from svyazka.business.moving_in.models import MoveIn
from svyazka.business.staff.models import Person
from svyazka.engines.matching import first_names, phone_cells, tax_numbers
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import folded

NOTE, AWAY = "note", ""
OF_CLIENT: dict[str, Promise] = {
    "name": _("Name"),
    "last": _("Last name"),
    "first": _("First name"),
    "middle": _("Middle name"),
    "company": _("Company"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "telegram": _("Telegram"),
    "whatsapp": _("WhatsApp"),
    "inn": _("Tax number"),
    "address": _("Address"),
}
OF_DEAL: dict[str, Promise] = {
    "deal_name": _("Name of the deal"),
    "stage": _("Stage"),
    "pipeline": _("Pipeline"),
    "sum": _("Amount"),
    "source": _("Source"),
    "responsible": _("Responsible"),
    "closed": _("Closed at"),
    "lost_because": _("Loss reason"),
}
OF_BOTH: dict[str, Promise] = {
    "id": _("Number there"),
    "created": _("Created at"),
    "changed": _("Changed at"),
    NOTE: _("Note"),
}
# Several columns may be the same: two telephones, a town and a street.
MANY = ("name", "phone", "email", "address", NOTE)
_SAYS_WHO = ("name", "last", "first", "company", "phone", "email", "inn", "telegram", "whatsapp")
_MAKES_A_DEAL = ("stage", "pipeline", "sum", "deal_name")
_ENOUGH = 0.6  # of the cells that hold something


def own_fields() -> dict[str, Field]:
    """The company's own, by their target."""
    fields = Field.objects.filter(of__in=(Field.Of.DEAL, Field.Of.CLIENT), is_active=True, is_computed=False)
    return {f"field.{field.code}": field for field in fields}


def propose(titles: Sequence[str], samples: Sequence[Sequence[str]]) -> dict[str, str]:
    """All of them: what fits nothing is kept as a note."""
    own = {folded(said): key for key, field in own_fields().items() for said in field.words.values()}
    found: dict[str, str] = {}
    for place, title in enumerate(titles):
        fit = target_of(title)
        fit = fit if fit and not own.get(folded(title)) else own.get(folded(title), "")
        if fit == "id" and _only_counts([line[place] for line in samples if place < len(line)]):
            found[str(place)] = AWAY
        elif fit in MANY or (fit and fit not in found.values()):
            found[str(place)] = fit
    for place in range(len(titles)):
        if str(place) not in found:
            found[str(place)] = _by_cells([line[place] for line in samples if place < len(line)], found) or NOTE
    return _sorted_out(found)


def last_chosen(origin: str) -> MoveIn | None:
    """A table of the same titles that somebody has said something of already."""
    before = MoveIn.objects.filter(origin=origin).exclude(columns={}).exclude(state__in=_UNDECIDED)
    return before.order_by("-pk").first()


_UNDECIDED = (MoveIn.State.READING, MoveIn.State.FAILED, MoveIn.State.CHOOSING)


@transaction.atomic
def choose(given: MoveIn, columns: Mapping[str, str], *, makes_deals: bool, by: Person) -> None:
    """Which column is what. What was looked at before is looked at anew."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state not in (MoveIn.State.CHOOSING, MoveIn.State.CHECKED):
        raise Refused(_("This move is at work already. Look at the new state."))
    known = {**OF_CLIENT, **OF_DEAL, **OF_BOTH, **own_fields(), AWAY: ""}
    width = len(current.titles)
    chosen = {place: key for place, key in columns.items() if place.isdecimal() and int(place) < width}
    if any(key not in known for key in chosen.values()):
        raise Refused(_("There is no such column any more. Look at them again."))
    if not set(chosen.values()) & set(_SAYS_WHO):
        raise Refused(_("Say of at least one column that it is a name, a company, a phone or an e-mail address."))
    once = [key for key in chosen.values() if key and key not in MANY]
    if len(set(once)) < len(once):
        raise Refused(_("Two columns cannot be the same, but for names, phones, e-mail, addresses and notes."))
    current.columns, current.makes_deals, current.by = chosen, makes_deals, by
    current.state = MoveIn.State.CHOOSING
    current.save(update_fields=["columns", "makes_deals", "by", "state"])
    record("moving_in.columns", About("move_in", current.pk), by=by)
    given.refresh_from_db()


def makes_deals(columns: Mapping[str, str]) -> bool:
    return bool(set(columns.values()) & set(_MAKES_A_DEAL))


def places_of(columns: Mapping[str, str], target: str) -> list[int]:
    return sorted(int(place) for place, key in columns.items() if key == target)


def target_name(key: str) -> str:
    known = {**OF_CLIENT, **OF_DEAL, **OF_BOTH}
    return str(known[key]) if key in known else ""


def _only_counts(cells: Sequence[str]) -> bool:
    """The lines from one on: such a number means another client in the next file."""
    return len(cells) > 1 and list(cells) == [str(number) for number in range(1, len(cells) + 1)]


def _sorted_out(found: dict[str, str]) -> dict[str, str]:
    """`Имя` beside `Фамилия` is a first name; alone it may be the whole."""
    parts = {"last", "middle"} & set(found.values())
    for place, key in found.items():
        if key == "first" and not parts:
            found[place] = "name"
    return found


def _by_cells(cells: Sequence[str], taken: Mapping[str, str]) -> str:
    filled = [cell for cell in cells if cell]
    if not filled:
        return ""
    for target, fits in _KINDS.items():
        if sum(map(fits, filled)) >= _ENOUGH * len(filled) and (target in MANY or target not in taken.values()):
            return target
    return ""


def _is_phone(cell: str) -> bool:
    return 10 <= len(re.sub(r"\D", "", cell)) <= 24 and bool(phone_cells.read(cell).numbers)


def _is_inn(cell: str) -> bool:
    return len(cell) >= 10 and cell.isdecimal() and bool(tax_numbers.read(cell).inn)


def _is_name(cell: str) -> bool:
    words = folded(cell).split()
    return len(words) == 3 and bool(first_names.father(words[2])) and cell.strip()[:1].isupper()


_KINDS: dict[str, Callable[[str], bool]] = {
    "email": lambda cell: "@" in cell and "." in cell.rpartition("@")[2],
    "inn": _is_inn,
    "phone": _is_phone,
    "name": _is_name,
    "created": lambda cell: bool(re.search(r"\D", cell)) and read.moment(cell) is not None,
}
