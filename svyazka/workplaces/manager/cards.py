"""The board's HTML: cards, counters and columns, with every string made here and once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from svyazka.business.clients.naming import called_by
from svyazka.business.deals import rights
from svyazka.business.deals.board import COUNTED, After, Card, Column, Counter
from svyazka.business.deals.models import Field, Stage
from svyazka.business.deals.rights import Reaching
from svyazka.business.problems import listing
from svyazka.business.staff.models import Person
from svyazka.workplaces.manager import filters
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared.short import Short, money


class ShownCard(NamedTuple):
    id: int
    stage: int
    version: int
    client: int
    marks: str
    name: str
    address: str
    step: str
    step_at: str
    step_tone: str
    amount: str
    age: str
    who: str
    responsible: str
    no_step: str
    handed: str
    handed_tone: str
    pain: str  # which problems the deal has
    asked: str
    leads: bool  # the one that the keyboard comes to


class ShownColumn(NamedTuple):
    id: int
    kind: str
    closed: bool
    colour: str
    name: str
    instruction: str
    limit: str
    required: str
    url: str
    tally: SafeString
    cards: SafeString


class ShownCounter(NamedTuple):
    stage: int
    number: str
    amount: str


@dataclass(frozen=True)
class Boarded:
    """What the cards of one page share."""

    short: Short
    reaching: Reaching
    query: str  # the filters, as they stand in the address
    pains: Mapping[int, tuple[str, ...]]  # deal → the kinds of its problems

    @classmethod
    def by(cls, person: Person, chosen: filters.Filters, cards: Iterable[Card]) -> Boarded:
        pains = listing.kinds_of([card.id for card in cards])
        return cls(Short(), rights.reaching(person), chosen.query, pains)


def columns(found: Sequence[Column], boarded: Boarded, *, fields: Mapping[str, str]) -> SafeString:
    shown = [
        ShownColumn(
            id=column.stage.pk,
            kind=column.stage.kind,
            closed=not column.stage.is_open,
            colour=column.stage.colour,
            name=column.stage.name,
            instruction=column.stage.instruction,
            limit=boarded.short.limit(column.stage.limit_hours) if column.stage.limit_hours else "",
            required=", ".join(fields.get(code, code) for code in column.stage.required),
            url=column_url(column.stage, boarded),
            tally=counters({column.stage.pk: column.counter}, apart=False),
            cards=column_cards(column, boarded),
        )
        for column in found
    ]
    return _render("columns.jinja", columns=shown, **_words())


def column_cards(column: Column, boarded: Boarded, *, leads: bool = True) -> SafeString:
    """The cards, and the button for those behind them."""
    no_step = _("No next step")
    drawn = [
        _drawn(_shown(card, column.stage, boarded, no_step, leads=leads and place == 0))
        for place, card in enumerate(column.cards)
    ]
    if column.goes_on:
        last = column.cards[-1]
        after = column_url(column.stage, boarded, after=After(last.stage_since, last.id))
        drawn.append(_render("more.jinja", url=after, word=_("More")))
    return mark_safe("".join(drawn))  # noqa: S308 - the engine has escaped each


def one(card: Card, stage: Stage, boarded: Boarded) -> SafeString:
    return _drawn(_shown(card, stage, boarded, _("No next step")))


def counters(counted: Mapping[int, Counter], *, apart: bool = True) -> SafeString:
    """`apart`: they come beside something else and find their own places."""
    shown = [
        ShownCounter(stage_id, _count(counter), money(counter.amount) if counter.amount else "")
        for stage_id, counter in counted.items()
    ]
    return _render("counter.jinja", counters=shown, apart=apart)


def names_of_fields(own: Mapping[str, object], rows: Iterable[Field]) -> dict[str, str]:
    return {**{code: str(name) for code, name in own.items()}, **{field.code: field.name for field in rows}}


def column_url(stage: Stage, boarded: Boarded, *, after: After | None = None) -> str:
    query = "&".join(filter(None, [boarded.query, f"after={filters.written(after)}" if after else ""]))
    return f"/stages/{stage.pk}/deals/" + (f"?{query}" if query else "")


@lru_cache(maxsize=4000)
def _drawn(card: ShownCard) -> SafeString:
    """Everybody looks at the same cards all day: what says the same is drawn once in a process."""
    return _render("card.jinja", **card._asdict())


def _shown(card: Card, stage: Stage, boarded: Boarded, no_step: str, *, leads: bool = False) -> ShownCard:
    short, now = boarded.short, boarded.short.now
    is_late = card.stage_due_at is not None and card.stage_due_at < now
    is_overdue = card.next_step_at is not None and card.next_step_at < now
    is_ours = boarded.reaching.covers(responsible_id=card.responsible_id, department_id=card.department_id)
    return ShownCard(
        id=card.id,
        stage=card.stage_id,
        version=card.version,
        client=card.client_id,
        marks=(" late" if is_late else "") + ("" if is_ours else " fixed"),
        name=title_of(card),
        address=card.address,
        step=stage.step_in_words(card.next_step),
        step_at=short.moment(card.next_step_at) if card.next_step_at else "",
        step_tone=" over" if is_overdue else "",
        amount=money(card.amount),
        age=short.age(card.stage_since),
        who="".join(part[0] for part in card.responsible.split()[:2]) if card.responsible else "",
        responsible=card.responsible or "",
        no_step=no_step,
        **_handed(card, short),
        pain=", ".join([str(wording.TITLES[kind]) for kind in boarded.pains.get(card.id, ())]),
        asked=_asked(card),
        leads=leads,
    )


def _handed(card: Card, short: Short) -> dict[str, str]:
    """What the departments owe each other: an answer, or what was returned put right."""
    if card.accept_due_at:
        said = _("accept until {when}").format(when=short.moment(card.accept_due_at))
        return {"handed": said, "handed_tone": "bad" if card.accept_due_at < short.now else "warn"}
    return {"handed": _("returned") if card.returned_at else "", "handed_tone": "bad"}


def _asked(card: Card) -> str:
    if card.asked is None:
        return ""
    return _("a question holds it") if card.asked else _("a question")


def title_of(card: Card) -> str:
    return called_by(card.client_id, card.client_name, card.contact)


def _count(counter: Counter) -> str:
    return f"{COUNTED}+" if counter.is_more else str(counter.count)


def _words() -> dict[str, str]:
    return {
        "lately": _("in 30 days"),
        "show": _("Show"),
        "within": _("within"),
        "to_go_on": _("To go on, fill in"),
        "empty": _("No deals here"),
    }


def _render(template: str, /, **context: Any) -> SafeString:
    # The engine has escaped every value; what is put together of its results must not be escaped again.
    return mark_safe(get_template(template, using="jinja2").render(context))  # noqa: S308
