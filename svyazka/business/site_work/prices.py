"""The price list: what the company sells and uses on site, in its own words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.site_work import things
from svyazka.business.site_work.models import ExtraWork, PriceLine, UsedMaterial
from svyazka.business.visits.models import VisitKind
from svyazka.kit import clock, codes, texts
from svyazka.kit.refusals import ChangedMeanwhile, Refused

MOST = 2_000
MOST_ON_A_PHONE = 600  # of those in use, with one kind of visits
# How much one tap adds, where nobody has said it: of what is measured less than a whole.
_MEASURED = ("м", "м.", "м2", "м²", "м3", "м³", "кг", "л", "m", "m2", "m²", "kg", "l", "п.м", "кв.м")
_FINE, _WHOLE = Decimal("0.5"), Decimal(1)
Order = Literal["name", "-name", "price", "-price"]
_ORDERS = {
    "name": ("folded", "id"),
    "-name": ("-folded", "-id"),
    "price": ("price", "id"),
    "-price": ("-price", "-id"),
}

Verb = Literal["price_added", "price_changed", "price_removed"]


@dataclass(frozen=True)
class Wish:
    """A line as somebody has typed it. `step`: None for what suits its unit."""

    kind: str
    name: str
    unit: str
    price: Decimal
    step: Decimal | None = None
    is_sold: bool = False
    visit_kinds: Collection[str] = ()

    @property
    def folded(self) -> str:
        return texts.folded(self.name)

    def values(self) -> dict[str, Any]:
        """Work is always for the client."""
        return {
            "kind": self.kind,
            "name": self.name,
            "folded": self.folded,
            "unit": self.unit,
            "price": self.price,
            "step": self.step or usual_step(self.unit),
            "is_sold": self.is_sold or self.kind == PriceLine.Kind.WORK,
        }


def add(wish: Wish, *, by: Actor) -> PriceLine:
    wish = _sound(wish)
    known = set(PriceLine.objects.values_list("code", flat=True))
    if len(known) >= MOST:
        raise Refused(_("A price list has {most} lines at most.").format(most=MOST))
    code = codes.made_of({"ru": wish.name}, besides=known, longest=60)
    try:
        with transaction.atomic():
            made = PriceLine.objects.create(code=code, **wish.values())
            made.visit_kinds.set(_kinds(wish))
            _record("price_added", made, by=by, changes={"name": (None, made.name), "price": (None, made.price)})
    except IntegrityError as conflict:
        raise _taken() from conflict
    return made


def change(line: PriceLine, wish: Wish, *, by: Actor, version: int | None = None) -> PriceLine:
    """What was written down on site before keeps the name and the price that it had then."""
    wish = _sound(wish)
    try:
        with transaction.atomic():
            return _change(line, wish, by=by, version=version)
    except IntegrityError as conflict:
        raise _taken() from conflict


@transaction.atomic
def switch(line: PriceLine, *, on: bool, by: Actor) -> None:
    """Off, it is not offered any more."""
    current = _held(line)
    if current.is_active != on:
        current.is_active = on
        _save(current)
        _record("price_changed", current, by=by, changes={"is_active": (not on, on)})


@transaction.atomic
def remove(line: PriceLine, *, by: Actor) -> dict[str, Any] | None:
    """→ all that it takes to put it there again. None: it was used, and is only retired."""
    current = _held(line)
    if is_used(current):
        switch(current, on=False, by=by)
        return None
    kept = _kept(current)
    _record("price_removed", current, by=by, changes={"name": (current.name, None)})
    current.delete()
    return kept


def put_back(kept: dict[str, Any], *, by: Actor) -> PriceLine:
    """Undoes `remove`."""
    wish = Wish(
        kind=str(kept["kind"]),
        name=str(kept["name"]),
        unit=str(kept["unit"]),
        price=Decimal(kept["price"]),
        step=Decimal(kept["step"]),
        is_sold=bool(kept["is_sold"]),
        visit_kinds=list(kept["visit_kinds"]),
    )
    return add(wish, by=by)


def is_used(line: PriceLine) -> bool:
    return any(model.objects.filter(line=line).exists() for model in (UsedMaterial, ExtraWork))


def list_lines(
    *, wanted: str = "", kind: str = "", visit_kind: str = "", in_use: bool | None = None, order: str = "name"
) -> QuerySet[PriceLine]:
    """Each word of the search in any place of the name."""
    rows = PriceLine.objects.prefetch_related("visit_kinds")
    for word in texts.folded(wanted).split()[:6]:
        rows = rows.filter(folded__contains=word)
    if kind in PriceLine.Kind.values:
        rows = rows.filter(kind=kind)
    if in_use is not None:
        rows = rows.filter(is_active=in_use)
    if visit_kind:
        rows = rows.filter(_with(Q(code=visit_kind)))
    return rows.order_by(*_ORDERS.get(order, _ORDERS["name"]))


def offered(kind: VisitKind) -> Sequence[PriceLine]:
    """What can be chosen during a visit of this kind."""
    return list(
        PriceLine.objects.filter(_with(Q(pk=kind.pk)), is_active=True).order_by("folded", "id")[:MOST_ON_A_PHONE]
    )


def mark() -> str:
    """Another one as soon as anything changes of what a phone keeps: the list, the sets, the rules, the ways."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return ".".join(str(part) for part in cursor.fetchone())


_MARK = """
select count(*), sum(version), max(id), (select max(id) from site_work_usualamount),
    (select own_price_up_to from site_work_siterules),
    (select string_agg(code || words::text, ',' order by position, id) from site_work_paymentway where is_active)
from site_work_priceline
"""


def usual_step(unit: str) -> Decimal:
    return _FINE if texts.folded(unit).replace(" ", "") in _MEASURED else _WHOLE


def _with(which: Q) -> Q:
    """Of a kind of visits, or of none in particular."""
    every = PriceLine.visit_kinds.through.objects.filter(priceline=OuterRef("pk"))
    named = every.filter(visitkind__in=VisitKind.objects.filter(which))
    return Q(Exists(named)) | ~Q(Exists(every))


def _change(line: PriceLine, wish: Wish, *, by: Actor, version: int | None) -> PriceLine:
    current = _held(line)
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    before = _kept(current)
    if current.price != wish.price:
        current.price_before, current.price_since = current.price, clock.now()
    for name, value in wish.values().items():
        setattr(current, name, value)
    current.visit_kinds.set(_kinds(wish))
    after = _kept(current)
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    if changes:
        _save(current)
        _record("price_changed", current, by=by, changes=changes)
    return current


def _save(line: PriceLine) -> None:
    line.version += 1
    line.save()


def _held(line: PriceLine) -> PriceLine:
    current = PriceLine.objects.select_for_update().filter(pk=line.pk).first()
    if current is None:
        raise ChangedMeanwhile
    return current


def _kept(line: PriceLine) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "name": line.name,
        "unit": line.unit,
        "price": str(line.price),
        "step": str(line.step),
        "is_sold": line.is_sold,
        "visit_kinds": sorted(line.visit_kinds.values_list("code", flat=True)),
    }


def _kinds(wish: Wish) -> Iterable[VisitKind]:
    return VisitKind.objects.filter(code__in=list(wish.visit_kinds))


def _sound(wish: Wish) -> Wish:
    name, unit = things.tidy(wish.name), things.tidy(wish.unit)
    if not name:
        raise Refused(_("Without a name nobody knows what it is."), fields={"name": _("What is it?")})
    if len(name) > things.LONGEST_NAME:
        raise Refused(_("This is too long."), fields={"name": _("This is too long.")})
    if not unit or len(unit) > things.LONGEST_UNIT:
        said = _("Name a unit, for example pcs or m; 20 letters at most.")
        raise Refused(said, fields={"unit": said})
    if wish.kind not in PriceLine.Kind.values:
        raise Refused(_("A line is a material or a work."), fields={"kind": _("A line is a material or a work.")})
    if wish.step is not None and wish.step <= 0:
        raise Refused(_("One tap has to add something."), fields={"step": _("One tap has to add something.")})
    return Wish(wish.kind, name, unit, wish.price, wish.step, wish.is_sold, wish.visit_kinds)


def _taken() -> Refused:
    said = _("There is a line of this name already.")
    return Refused(said, fields={"name": said})


def _record(verb: Verb, line: PriceLine, *, by: Actor, changes: dict[str, tuple[Any, Any]]) -> None:
    record(f"site_work.{verb}", About("price_line", line.pk), by=by, changes=changes, note=line.name)
