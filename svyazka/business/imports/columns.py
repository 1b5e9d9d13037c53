"""What a column of the file can be: what finds the deal or the client, or something that is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Field
from svyazka.business.imports.models import Import
from svyazka.business.journal.record import About, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import emails, phones
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import folded

DEAL, CONTACT, CLIENT = "key.deal", "key.contact", "key.client"
KEYS: dict[str, Promise] = {
    DEAL: _("Deal number"),
    CONTACT: _("Client's phone or e-mail"),
    CLIENT: _("Client's number"),
}


@dataclass(frozen=True)
class Target:
    """`code`: as the verbs of deals or clients know it."""

    key: str
    of: str
    field: Field
    name: str | Promise

    @property
    def code(self) -> str:
        return self.field.code

    @property
    def is_own(self) -> bool:
        """The house has it by itself."""
        return self.key.startswith("own.")


def _own(of: str, code: str, name: Promise, kind: str = Field.Kind.TEXT) -> Target:
    return Target(f"own.{of}.{code}", of, Field(code=code, of=of, kind=kind), name)


OWN = [
    _own(Field.Of.DEAL, "amount", _("Amount"), Field.Kind.MONEY),
    _own(Field.Of.DEAL, "address", _("Address")),
    _own(Field.Of.CLIENT, "name", _("Client's name")),
    _own(Field.Of.CLIENT, "address", _("Client's address")),
    _own(Field.Of.CLIENT, "note", _("Note on the client"), Field.Kind.LONG_TEXT),
]
# What titles say instead, in any language of the house.
_ALSO: dict[str, tuple[str | Promise, ...]] = {
    DEAL: ("№", _("Deal"), _("Number")),
    CONTACT: (_("Phone"), _("Phones"), _("E-mail")),
    CLIENT: (_("Client №"),),
}


def offered() -> list[Target]:
    """All that can be filled in from a file, besides the keys."""
    fields = Field.objects.filter(of__in=(Field.Of.DEAL, Field.Of.CLIENT), is_computed=False)
    return [*OWN, *(Target(field.code, field.of, field, field.name) for field in fields)]


def propose(titles: Sequence[str], samples: Sequence[Sequence[str]]) -> dict[str, str]:
    """What each column seems to be, by its title; whom it is about, else by what stands in it."""
    known = [(key, {folded(said) for said in _in_each_language((name, *_ALSO[key]))}) for key, name in KEYS.items()]
    known += [(one.key, {folded(said) for said in _titles_of(one)}) for one in offered()]
    found: dict[str, str] = {}
    for place, title in enumerate(titles):
        fit = next((key for key, said in known if folded(title) in said and key not in found.values()), None)
        if fit and not (fit in KEYS and set(found.values()) & set(KEYS)):
            found[str(place)] = fit
    if not set(found.values()) & set(KEYS):
        free = (place for place in range(len(titles)) if str(place) not in found)
        by_contact = next((place for place in free if _are_contacts([line[place] for line in samples])), None)
        found |= {} if by_contact is None else {str(by_contact): CONTACT}
    return found


@transaction.atomic
def choose(given: Import, columns: Mapping[str, str], *, overwrites: bool, all_or_nothing: bool, by: Person) -> None:
    """Which column is what. The lines are checked against it next; nothing is stored before somebody says so."""
    chosen = {place: key for place, key in columns.items() if key}
    _refuse_columns(chosen, len(given.titles), by)
    taken = Import.objects.filter(pk=given.pk, state__in=(Import.State.CHOOSING, Import.State.CHECKED)).update(
        columns=chosen,
        overwrites=overwrites,
        all_or_nothing=all_or_nothing,
        state=Import.State.CHECKING,
        by=by,  # it is checked as far as his rights go
    )
    if not taken:
        raise Refused(_("This file is at work already. Look at the new state."))
    given.lines.update(state="new", object_id=None, faults=[], before={}, after={})
    given.refresh_from_db()
    record("imports.checked", About("import", given.pk), by=by)


def targets(columns: Mapping[str, str]) -> tuple[int, str, dict[int, Target]]:
    """Place of the key, which one it is, and what the other columns are."""
    known = {one.key: one for one in offered()}
    (place, key), *_more = [(place, key) for place, key in columns.items() if key in KEYS]
    return int(place), key, {int(at): known[one] for at, one in columns.items() if one in known}


def insist_may_fill(chosen: Mapping[str, str], *, by: Person) -> None:
    _at, _key, filled = targets(chosen)
    if not all(roles.may(by, _RIGHTS[target.of]) for target in filled.values()):
        raise Refused(_("You may not change what these columns hold."))


_RIGHTS: dict[str, str] = {Field.Of.DEAL: "deals.change", Field.Of.CLIENT: "clients.change"}


def _refuse_columns(chosen: Mapping[str, str], width: int, by: Person) -> None:
    known = {one.key: one for one in offered()}
    if any(key not in KEYS and key not in known for key in chosen.values()) or any(
        not place.isdecimal() or int(place) >= width for place in chosen
    ):
        raise Refused(_("There is no such column any more. Look at them again."))
    keys = [key for key in chosen.values() if key in KEYS]
    if len(keys) != 1:
        raise Refused(_("Say of exactly one column that it finds the deal or the client."))
    if len(set(chosen.values())) < len(chosen):
        raise Refused(_("Two columns cannot be the same."))
    fills = [known[key] for key in chosen.values() if key in known]
    if not fills:
        raise Refused(_("Choose at least one column whose values are to be stored."))
    if keys != [DEAL] and any(one.of == Field.Of.DEAL for one in fills):
        raise Refused(_("What belongs to deals needs the deal's number: a client may have several."))
    insist_may_fill(chosen, by=by)
    if keys == [DEAL] and any(one.of == Field.Of.CLIENT and one.is_own and one.code != "name" for one in fills):
        raise Refused(_("The client's own address and note need his phone, e-mail or number."))


def _titles_of(one: Target) -> Iterable[str]:
    if one.is_own:
        return _in_each_language([one.name])
    return [one.code, *(said for said in one.field.words.values())]


def _in_each_language(said: Iterable[str | Promise]) -> list[str]:
    found: list[str] = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found += [str(one) for one in said]
    return found


def _are_contacts(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_is_contact(cell) for cell in filled)


def _is_contact(cell: str) -> bool:
    try:
        emails.normalise(cell) if "@" in cell else phones.normalise(cell)
    except ValueError:
        return False
    return True


def said(key: str) -> str:
    """As the page calls it."""
    known = {**KEYS, **{one.key: one.name for one in offered()}}
    return str(known.get(key, "")) or gettext("not taken")
