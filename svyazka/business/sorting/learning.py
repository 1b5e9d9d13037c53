"""The classifier learns from what people have said: worked out by the worker, tried on what was held back from it, and
taken over by itself where that is not worse than what is in force; otherwise a person decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, Automaton, record
from svyazka.business.sorting import figures, in_force
from svyazka.business.sorting.models import Sorted, SortModel, SortSettings
from svyazka.business.staff.models import Person
from svyazka.engines.sorting import packed
from svyazka.engines.sorting.judged import Tried, tally
from svyazka.engines.sorting.learn import learn
from svyazka.engines.sorting.model import Model, guess
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import ChangedMeanwhile, Refused

LEAST = 40  # texts of which somebody has said what they are; fewer teach nothing
LEAST_OF_EACH = 3
NEW = 50  # after so many more it learns by itself
MOST = 10_000  # the latest
HELD_BACK = 5  # every fifth of them is never learnt from, also later: figures stay honest
GOOD_ENOUGH = 0.8  # of what it answers; less is left to a person the first time
KEPT = 5  # models that can still be gone back to
HOUSE = Automaton("sorting")
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_311
State = SortModel.State


@dataclass(frozen=True)
class Example:
    number: int  # of the line
    text: str
    code: str

    @property
    def is_held_back(self) -> bool:
        return self.number % HELD_BACK == 0


def number_of_corrections() -> int:
    return Sorted.objects.filter(how=Sorted.How.PERSON).count()


def at_hand() -> SortModel | None:
    """The one that learns, or waits to be decided."""
    return SortModel.objects.filter(state__in=[State.WAITING, State.READY]).defer("packed").order_by("-pk").first()


@transaction.atomic
def begin(*, by: Person | None) -> SortModel:
    """`by` nobody: by itself. One that nobody has decided makes room."""
    if why_not := too_little(examples()):
        raise Refused(why_not)
    SortModel.objects.filter(state=State.READY).update(state=State.LEFT, decided_at=clock.now(), decided_by=by)
    try:
        with transaction.atomic():
            made = SortModel.objects.create(at=clock.now(), by=by, corrections=number_of_corrections())
    except IntegrityError as conflict:
        raise Refused(_("It is learning already.")) from conflict
    _tell("sorting.learning_begun", made, by=by or HOUSE)
    return made


def propose_due() -> None:
    last = SortModel.objects.order_by("-pk").values_list("corrections", flat=True).first() or 0
    if at_hand() is None and number_of_corrections() >= max(last + NEW, LEAST) and not too_little(examples()):
        begin(by=None)


def go_on() -> bool:
    """Learns where somebody waits for it; False: nobody does."""
    if not SortModel.objects.filter(state=State.WAITING).exists():
        return False
    with alone(LOCK) as nobody_else:
        waiting = SortModel.objects.filter(state=State.WAITING).first() if nobody_else else None
        if waiting:
            _work_out(waiting)
    return waiting is not None


@transaction.atomic
def take(model: SortModel, *, by: Actor) -> None:
    """In force from now on: one that waits to be decided, or an earlier one that is gone back to."""
    settings = in_force.held()
    current = SortModel.objects.select_for_update().get(pk=model.pk)
    if current.state not in (State.READY, State.TAKEN) or not current.packed or settings.model_id == current.pk:
        raise ChangedMeanwhile
    _take(current, settings, by=by)


@transaction.atomic
def leave(model: SortModel, *, by: Person) -> None:
    current = SortModel.objects.select_for_update().get(pk=model.pk)
    if current.state != State.READY:
        raise ChangedMeanwhile
    _decide(current, State.LEFT, by=by)
    _tell("sorting.model_left", current, by=by)


@transaction.atomic
def choose(*, threshold: float, takes_over: bool, by: Actor) -> None:
    """From which probability on it is believed, and whether it takes over by itself what it has learnt."""
    if threshold not in figures.STEPS:
        raise Refused(_("Choose one of the thresholds."))
    settings = in_force.held()
    values: dict[str, Any] = {"threshold": threshold, "takes_over": takes_over}
    changes = {key: (getattr(settings, key), new) for key, new in values.items() if getattr(settings, key) != new}
    if changes:
        SortSettings.objects.filter(pk=1).update(**values)
        record("sorting.settings_changed", About("sort_settings", 1), by=by, changes=changes)
        in_force.changed()


def examples() -> list[Example]:
    """The latest that people have said, of lines with words in them, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_EXAMPLES, [MOST])
        return [Example(*row) for row in cursor.fetchall()]


_EXAMPLES = """
select line.id, concat_ws(E'\\n', nullif(line.data->>'subject', ''), line.text), category.code
from sorting_sorted said
join clients_interaction line on line.id = said.id and line.at = said.at
join sorting_category category on category.id = said.category_id
where said.how = 'person' and line.text <> '' and category.is_active
order by said.said_at desc, said.id desc limit %s
"""


def too_little(found: Sequence[Example]) -> object:
    """Why nothing can be learnt from them, in words; empty if it can."""
    if len(found) < LEAST:
        return _("Too few texts to learn from: {number} of {least}.").format(number=len(found), least=LEAST)
    if len(_teaching(found)[1]) < 2:
        return _("Texts of two categories at least are needed, some of each.")
    return ""


def _teaching(found: Sequence[Example]) -> tuple[list[Example], set[str]]:
    """Those that it learns from, and of which categories there are enough."""
    learnt = [one for one in found if not one.is_held_back]
    often = Counter(one.code for one in learnt)
    codes = {code for code, number in often.items() if number >= LEAST_OF_EACH}
    return [one for one in learnt if one.code in codes], codes


def _work_out(waiting: SortModel) -> None:
    found = examples()
    if too_little(found):  # somebody has taken corrections back meanwhile
        SortModel.objects.filter(pk=waiting.pk, state=State.WAITING).update(state=State.FAILED)
        return
    learnt, _codes = _teaching(found)
    model = learn([(one.text, one.code) for one in learnt], version=str(waiting.pk))
    held_back = [one for one in found if one.is_held_back]
    now = in_force.now()
    after, before = tried(model, held_back), tried(now.model, held_back) if now.model else None
    said = {"now": figures.count(after), "before": figures.count(before) if before is not None else None}
    with transaction.atomic():
        settings = in_force.held()
        current = SortModel.objects.select_for_update().filter(pk=waiting.pk, state=State.WAITING).first()
        if current is None or settings.model_id != now.model_id:
            return  # another one came into force meanwhile: it is compared with that one, the next time round
        current.state, current.packed, current.texts = State.READY, packed.pack(model), len(learnt)
        current.figures = said
        current.save(update_fields=["state", "packed", "texts", "figures"])
        _tell("sorting.learnt", current, by=HOUSE)
        if settings.takes_over and is_not_worse(after, before, settings.threshold):
            _take(current, settings, by=HOUSE)


def tried(model: Model, on: Sequence[Example]) -> list[Tried]:
    return [Tried(one.code, guess(model, one.text)) for one in on]


def is_not_worse(after: Sequence[Tried], before: Sequence[Tried] | None, threshold: float) -> bool:
    """A wrong answer costs twice what a right one is worth. The first one must be right mostly."""
    new = tally(after, threshold)
    if before is None:
        return new.answered > 0 and new.share_right >= GOOD_ENOUGH
    return new.worth >= tally(before, threshold).worth


def _take(current: SortModel, settings: SortSettings, *, by: Actor) -> None:
    before = settings.model_id
    SortSettings.objects.filter(pk=1).update(model=current)
    _decide(current, State.TAKEN, by=by)
    in_force.changed()
    about = About("sort_model", current.pk)
    record("sorting.model_taken", about, by=by, changes={"model": (before, current.pk)})
    _forget_old(current.pk)


def _forget_old(in_use: int) -> None:
    """Figures stay; what takes room goes."""
    kept = SortModel.objects.filter(state__in=[State.TAKEN, State.READY]).order_by("-decided_at", "-pk")
    numbers = list(kept.values_list("pk", flat=True)[:KEPT])
    SortModel.objects.exclude(pk__in=[*numbers, in_use]).exclude(packed=b"").update(packed=b"")


def _decide(current: SortModel, state: State, *, by: Actor) -> None:
    current.state, current.decided_by_id, current.decided_at = state, by.actor_id, clock.now()
    current.save(update_fields=["state", "decided_by", "decided_at"])


def _tell(verb: str, model: SortModel, *, by: Actor) -> None:
    record(verb, About("sort_model", model.pk), by=by)
