"""Pipelines, changed while people work in them. Each change is a version, written as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Deal, HandOffRule, Pipeline, PipelineVersion, Stage
from svyazka.business.deals.paths import differences, leaving, soundness
from svyazka.business.deals.paths.content import Content, content_of, full, write_rules, write_stages
from svyazka.business.deals.paths.soundness import Fault, House, Unsound
from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Department, Person
from svyazka.kit import clock, codes, words
from svyazka.kit.refusals import ChangedMeanwhile, Refused

# Rooms above lead deals to stages, too (a booked visit does): each tells which of these codes of stages it needs, in
# words. Filled in when the house opens, since deals know nothing of what stands above them.
NEEDED_ABOVE: list[Callable[[Mapping[str, str]], list[str]]] = []


@dataclass(frozen=True)
class Wish:
    """A pipeline as it shall be."""

    content: Content
    # Code of a stage that goes → code of the one that takes its deals.
    places: Mapping[str, str] = field(default_factory=dict)
    new_limits: bool = False  # running deals get the changed limits, counted from when they came


class ChangedByOther(ChangedMeanwhile):
    """Two people changed the same pipeline; the second is told what the first did."""

    def __init__(self, who: str, said: list[str]) -> None:
        super().__init__(_("{who} has changed this pipeline meanwhile.").format(who=who))
        self.missing = said


def add(name: Mapping[str, str], *, stages: list[Content], by: Actor, department: str = "") -> Pipeline:
    """A new pipeline, behind the others."""
    try:
        with transaction.atomic():
            return _add(name, stages, department, by=by)
    except IntegrityError as conflict:
        raise words.taken() from conflict


def _add(name: Mapping[str, str], stages: list[Content], department: str, *, by: Actor) -> Pipeline:
    known = dict(Pipeline.objects.values_list("code", "words__ru"))
    name = words.chosen(name, besides=list(known.values()))
    code = codes.made_of(name, besides=known)
    content = full({"code": code, "name": name, "department": department, "stages": stages})
    if faults := soundness.faults_of(content, House()):
        raise Unsound(faults)
    last = Pipeline.objects.aggregate(last=Max("position"))["last"]
    pipeline = Pipeline.objects.create(code=code, position=0 if last is None else last + 1)
    _write(pipeline, content)
    _keep(pipeline, content, by=by)
    record("pipelines.added", _about(pipeline), by=by, changes={"name": (None, words.to_store(name))})
    return pipeline


@transaction.atomic
def save(pipeline: Pipeline, wish: Wish, *, by: Actor, version: int | None = None) -> Pipeline:
    """Writes the pipeline as it shall be. Unsound names all that speaks against it; then nothing is changed."""
    current = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    before, wished = content_of(current), full({**wish.content, "code": current.code})
    house = House()
    if version is not None and version != current.version:
        raise _changed_by_other(current, version, before, house)
    if wished == before:
        return current
    if faults := [*soundness.faults_of(wished, house), *faults_of_leaving(current, before, wished, wish.places)]:
        raise Unsound(faults)
    if current.version == 1 and not current.versions.exists():
        _keep(current, before, by=None)
    left = {stage.code: stage for stage in current.stages.all()}
    stages = _write(current, wished)
    for code, stage in left.items():
        if code not in {one["code"] for one in wished["stages"]}:
            leaving.empty(stage, stages[wish.places.get(code) or _any_of(stage.kind, wished)], by=by)
    if wish.new_limits:
        leaving.recount([stages[code] for code in changed_limits(before, wished)])
    current.version += 1
    current.save(update_fields=["version"])
    _keep(current, wished, by=by)
    said = differences.between(before, wished, house)
    changes = {"version": (current.version - 1, current.version)}
    record("pipelines.changed", _about(current), by=by, changes=changes, note="; ".join(said)[:_LONGEST_NOTE])
    return current


_LONGEST_NOTE = 1000


def faults_of_leaving(pipeline: Pipeline, before: Content, wished: Content, places: Mapping[str, str]) -> list[Fault]:
    """A stage goes only when its deals have a place, and when nothing leads there any more."""
    stay = {stage["code"]: stage for stage in wished["stages"]}
    going = {stage["code"]: stage for stage in before["stages"] if stage["code"] not in stay}
    standing = standing_at(pipeline, list(going))
    faults = []
    for code, stage in going.items():
        place = stay.get(places.get(code, ""))
        if standing.get(code) and (place is None or place["kind"] != stage["kind"]):
            faults.append(Fault(_place_wanted(stage, standing[code]), code))
    names = {code: words.here(stage["name"]) for code, stage in going.items()}
    faults += [Fault(said) for needed in NEEDED_ABOVE for said in needed(names)]
    faults += [Fault(said, code) for code, said in _of_changed_kinds(pipeline, before, stay).items()]
    return faults


def standing_at(pipeline: Pipeline, codes: list[str]) -> dict[str, int]:
    """How many deals stand at each of these stages."""
    stages = Stage.objects.filter(pipeline=pipeline, code__in=codes)
    return {stage.code: number for stage in stages if (number := Deal.objects.filter(stage=stage).count())}


def changed_limits(before: Content, wished: Content) -> list[str]:
    limits = {stage["code"]: stage["limit_hours"] for stage in before["stages"]}
    return [
        stage["code"]
        for stage in wished["stages"]
        if stage["code"] in limits and stage["limit_hours"] != limits[stage["code"]]
    ]


def _of_changed_kinds(pipeline: Pipeline, before: Content, stay: Mapping[str, Content]) -> dict[str, str]:
    """A stage with deals stays as it is: else they would be won or lost without anybody having said so."""
    changed = [
        stage for stage in before["stages"] if stage["code"] in stay and stay[stage["code"]]["kind"] != stage["kind"]
    ]
    standing = standing_at(pipeline, [stage["code"] for stage in changed])
    return {
        stage["code"]: _("Stage “{stage}”: deals stand there ({number}), so it cannot become another kind.").format(
            stage=words.here(stage["name"]), number=standing[stage["code"]]
        )
        for stage in changed
        if stage["code"] in standing
    }


def _place_wanted(stage: Content, number: int) -> str:
    return _(
        "Stage “{stage}” goes, and deals stand there: {number}. Choose under “Its deals go to” where they go."
    ).format(stage=words.here(stage["name"]), number=number)


def _any_of(kind: str, wished: Content) -> str:
    """Where deals would go that come at the very last moment to a stage that was empty."""
    return next(str(stage["code"]) for stage in wished["stages"] if stage["kind"] == kind)


def _write(pipeline: Pipeline, content: Content) -> dict[str, Stage]:
    pipeline.words = content["name"]
    pipeline.department = Department.objects.filter(code=content["department"]).first()
    pipeline.save(update_fields=["words", "department"])
    stages = write_stages(pipeline, content)
    write_rules(pipeline, content)
    return stages


@transaction.atomic
def switch(pipeline: Pipeline, *, on: bool, by: Actor) -> None:
    """Off, it takes no new deals; those that run go on. Nothing may lead into it, and one must remain."""
    current = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    if current.is_active == on:
        return
    if not on:
        _refuse_switching_off(current)
    current.is_active = on
    current.save(update_fields=["is_active"])
    record("pipelines.switched", _about(current), by=by, changes={"is_active": (not on, on)})


@transaction.atomic
def shift(pipeline: Pipeline, *, up: bool, by: Actor) -> None:
    """A place further up or down. New requests go into the first one that takes any."""
    if changes := reorder(Pipeline.objects.all(), pipeline, up=up):
        record("pipelines.shifted", _about(pipeline), by=by, changes=changes, note=words.to_store(pipeline.words))


def _refuse_switching_off(pipeline: Pipeline) -> None:
    if not Pipeline.objects.filter(is_active=True).exclude(pk=pipeline.pk).exists():
        raise Refused(_("This is the only pipeline that takes new deals."))
    rule = HandOffRule.objects.filter(to=pipeline, stage__pipeline__is_active=True).select_related("stage__pipeline")
    if leads := rule.first():
        raise Refused(
            _("The stage “{stage}” of “{pipeline}” hands on to it. Change that first.").format(
                stage=leads.stage.name, pipeline=leads.stage.pipeline.name
            )
        )


def _keep(pipeline: Pipeline, content: Content, *, by: Actor | None) -> None:
    PipelineVersion.objects.create(
        pipeline=pipeline,
        number=pipeline.version,
        at=clock.now(),
        by_id=by.actor_id if by else None,
        content=content,
    )


def _changed_by_other(pipeline: Pipeline, version: int, now: Content, house: House) -> ChangedMeanwhile:
    last = pipeline.versions.first()
    seen = pipeline.versions.filter(number=version).first()
    if last is None or seen is None:
        return ChangedMeanwhile()
    who = Person.objects.filter(pk=last.by_id or 0).first()
    said = differences.between(full(seen.content), now, house)
    return ChangedByOther(who.full_name if who else _("Somebody else"), said)


def _about(pipeline: Pipeline) -> About:
    return About("pipeline", pipeline.pk)
