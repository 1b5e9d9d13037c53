"""Words of the other side → ours: who is who of the staff, which stage is which, where deals come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.clients.sources import SOURCES
from svyazka.business.deals.models import Pipeline, Stage
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.moving_in import columns
from svyazka.business.moving_in.models import MoveIn
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import folded

What = Literal["people", "stages", "sources"]
WHATS: tuple[What, ...] = ("people", "stages", "sources")
MOST = 300  # different words of one kind that a person chooses by hand
MAKE = "make"  # a source of this name
_WON = (
    "успешно", "реализовано", "выиграна", "выиграно", "продано", "продажа", "оплачен", "выполнен", "завершен", "won",
    "success", "done",
)  # fmt: skip
_LOST = (
    "не реализовано", "закрыто и не", "отказ", "провал", "проигран", "потерян", "неуспеш", "некачествен", "спам",
    "отмен", "lost", "failed", "junk", "rejected",
)  # fmt: skip


@dataclass(frozen=True)
class Word:
    """What stands there, in how many lines, and what it is here."""

    said: str
    lines: int
    chosen: str


def words(given: MoveIn) -> dict[What, list[Word]]:
    """All that there is to be mapped, the most frequent first."""
    found: dict[What, list[Word]] = {}
    for what in WHATS:
        if not given.makes_deals:
            continue
        known = given.mapping.get(what, {})
        counted = _counted(given, what)
        if counted:
            found[what] = [Word(said, lines, known.get(said, "")) for said, lines in counted]
    return found


def propose(given: MoveIn) -> None:
    """What nobody has said anything of yet. Names that are the same as ours are theirs."""
    finders: dict[What, Any] = {
        "people": _people(given.progress.get("emails", {})),
        "stages": _Stages(given.pipeline, given.progress.get("ends", {})),
        "sources": _sources(),
    }
    mapping: dict[str, dict[str, str]] = {}
    for what in WHATS:
        known, find = given.mapping.get(what, {}), finders[what]
        mapping[what] = {
            said: known[said] if said in known else find(said)
            for said, _lines in (_counted(given, what) if given.makes_deals else [])
        }
    given.mapping = mapping
    if given.pipeline is None:
        given.pipeline = Pipeline.objects.filter(is_active=True).first()
    given.save(update_fields=["mapping", "pipeline"])


@transaction.atomic
def choose(given: MoveIn, chosen: Mapping[What, Mapping[str, str]], *, pipeline: Pipeline, by: Person) -> None:
    """What stands for what; from now on the worker looks at each line. Nothing is stored by that."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state not in (MoveIn.State.CHOOSING, MoveIn.State.CHECKED):
        raise ChangedMeanwhile
    if not current.columns:
        raise Refused(_("Say first which column is what."))
    for what in WHATS:
        known = current.mapping.get(what, {})
        offered = set(_offered(what))
        wanted = {said: chosen.get(what, {}).get(said, value) for said, value in known.items()}
        if any(value and value not in offered for value in wanted.values()):
            raise Refused(_("Something of what you chose is not there any more. Look at the list again."))
        current.mapping[what] = wanted
    current.pipeline, current.by, current.state = pipeline, by, MoveIn.State.CHECKING
    current.save(update_fields=["mapping", "pipeline", "by", "state"])
    begin_anew(current)
    record("moving_in.checked", About("move_in", current.pk), by=by)
    given.refresh_from_db()


def begin_anew(given: MoveIn) -> None:
    """What a dry run had found is forgotten."""
    with connection.cursor() as cursor:
        cursor.execute("delete from moving_in_moveinkey where of_id = %s", [given.pk])
        cursor.execute(_ANEW, [given.pk])


_ANEW = """
update moving_in_moveinrow set state = 'new', outcome = '', "like" = '{}', faults = '[]'
where of_id = %s and state in ('ready', 'wrong')
"""


@transaction.atomic
def make_sources(given: MoveIn, *, by: Actor) -> None:
    """Those that were wanted, when it begins to move over."""
    wanted = {said for said, value in given.mapping.get("sources", {}).items() if value == MAKE}
    known = _by_name((source.pk, source.words.values()) for source in Source.objects.all())
    for said in sorted(wanted):
        found = known.get(folded(said[:60])) or str(SOURCES.add({"ru": said[:60]}, by=by).pk)
        given.mapping["sources"][said] = known[folded(said[:60])] = found
    if wanted:
        given.save(update_fields=["mapping"])


def _offered(what: What) -> Iterable[str]:
    if what == "people":
        return [str(pk) for pk in Person.objects.working().values_list("pk", flat=True)]
    if what == "stages":
        return [str(pk) for pk in Stage.objects.values_list("pk", flat=True)]
    return [MAKE, *(str(pk) for pk in Source.objects.values_list("pk", flat=True))]


def _counted(given: MoveIn, what: What) -> list[tuple[str, int]]:
    """As `translating` reads the cell: a stage with its pipeline."""
    target = {"people": "responsible", "stages": "stage", "sources": "source"}[what]
    places = columns.places_of(given.columns, target)
    if not places:
        return []
    pipelines = columns.places_of(given.columns, "pipeline") if what == "stages" else []
    parts = [*pipelines[:1], places[0]]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [parts, places[0], given.pk, MOST])
        counted = Counter(dict(cursor.fetchall()))
        if what == "people" and given.is_of_a_system:
            # Who has rung or written need not be responsible for anything.
            cursor.execute(_COUNTED_IN_HISTORY, [given.pk, MOST])
            counted += Counter(dict(cursor.fetchall()))
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]


_COUNTED_IN_HISTORY = """
select said ->> 'by', count(*) from moving_in_moveinevent where of_id = %s and said ->> 'by' <> ''
group by 1 order by 2 desc, 1 limit %s
"""


_COUNTED = """
select (select string_agg(cells ->> place, ' / ' order by at) filter (where cells ->> place <> '')
    from unnest(%s::int[]) with ordinality as part (place, at)) as said, count(*) as lines
from moving_in_moveinrow where cells ->> %s::int <> '' and of_id = %s and state <> 'aside'
group by 1 order by 2 desc, 1 limit %s
"""


def _people(emails: Mapping[str, str]) -> Any:
    """By name or login; the address that a system knows of them may be their login, or begin with it."""
    known: dict[str, set[int]] = {}
    for pk, name, login in Person.objects.working().values_list("pk", "full_name", "login"):
        parts = folded(name).split(" ")
        shortened = f"{parts[0]} {parts[1][0]}." if len(parts) > 1 else parts[0]
        turned = f"{parts[-1]} {parts[0][0]}." if len(parts) > 1 else parts[0]
        for said in {folded(name), " ".join(reversed(parts)), login.lower(), shortened, turned}:
            known.setdefault(said, set()).add(pk)

    def find(said: str) -> str:
        plain = folded(said)
        email = emails.get(said, "").lower()
        found = known.get(plain) or known.get(" ".join(plain.split(" ")[:2]))
        found = found or known.get(email) or known.get(email.partition("@")[0]) or set()
        return str(next(iter(found))) if len(found) == 1 else ""

    return find


class _Stages:
    """By name; else an end, as the system says or by its words; else the first stage of the pipeline."""

    def __init__(self, pipeline: Pipeline | None, ends: Mapping[str, str]) -> None:
        self.ends = ends
        chosen = pipeline or Pipeline.objects.filter(is_active=True).first()
        every = list(Stage.objects.select_related("pipeline").order_by("pipeline__position", "position"))
        self.own = [stage for stage in every if chosen and stage.pipeline_id == chosen.pk]
        self.by_name = _by_name((stage.pk, stage.words.values()) for stage in [*self.own, *every])
        self.by_both = {
            f"{folded(first)} / {folded(second)}": str(stage.pk)
            for stage in every
            for first in stage.pipeline.words.values()
            for second in stage.words.values()
        }

    def __call__(self, said: str) -> str:
        plain = folded(said)
        name = plain.rpartition(" / ")[2]
        if found := self.by_both.get(plain) or self.by_name.get(name):
            return found
        if (end := self.ends.get(said)) is not None:
            return self._of_kind({"won": Stage.Kind.WON, "lost": Stage.Kind.LOST}.get(end))
        kind = Stage.Kind.LOST if _any(_LOST, name) else Stage.Kind.WON if _any(_WON, name) else None
        return self._of_kind(kind)

    def _of_kind(self, kind: str | None) -> str:
        ends = [stage for stage in self.own if stage.kind == kind] if kind else []
        begins = [stage for stage in self.own if stage.is_open]
        return str((ends or begins)[0].pk) if ends or begins else ""


def _any(parts: Iterable[str], name: str) -> bool:
    return any(part in name for part in parts)


def _sources() -> Any:
    known = _by_name((source.pk, source.words.values()) for source in Source.objects.all())
    return lambda said: known.get(folded(said), MAKE)


def _by_name(named: Iterable[tuple[int, Iterable[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pk, said in named:
        for one in said:
            found.setdefault(folded(one), str(pk))
    return found
