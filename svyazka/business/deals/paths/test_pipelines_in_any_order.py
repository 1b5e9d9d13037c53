"""Whatever several people edit and move, and in whatever order."""

from __future__ import annotations

import contextlib

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, LossReason, Pipeline, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths import pipelines, versions
from svyazka.business.deals.paths.content import Content, content_of, full
from svyazka.business.deals.paths.pipelines import Wish
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import Refused

SMALL = [
    {"code": "new", "name": {"ru": "Новая"}, "limit_hours": 1, "next_step": {"ru": "Позвонить"}},
    {"code": "talk", "name": {"ru": "Разговор"}, "limit_hours": 24},
    {"code": "won", "kind": "won", "name": {"ru": "Выиграна"}},
    {"code": "lost", "kind": "lost", "name": {"ru": "Потеряна"}},
]
KINDS = ["open", "won", "lost"]
number = st.integers(0, 9)
click = st.one_of(
    st.tuples(st.just("move"), number, number),
    st.tuples(st.just("remove"), number, number),
    st.tuples(st.just("add"), number, st.integers(0, 2)),
    st.tuples(st.just("turn"), number, st.integers(0, 2)),
    st.tuples(st.just("shift"), number, number),
    st.tuples(st.just("limit"), number, number),
    st.tuples(st.just("restore"), number, number),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(clicks=st.lists(st.tuples(click, st.sampled_from(["roza", "anna", "mikhail"])), max_size=8))
def test_every_deal_has_a_pipeline_a_stage_of_it_and_once_moved_a_person(windows, clicks):
    with transaction.atomic():
        pipeline = pipelines.add({"ru": "Проба"}, stages=SMALL, by=windows["anna"])
        for _number in range(2):
            open_deal(Client.objects.create(name="Вера"), pipeline=pipeline, by=windows["anna"])
        for (what, first, second), login in clicks:
            with contextlib.suppress(Refused):
                _click(pipeline, what, first, second, windows[login])
            _all_is_well(pipeline)
        for kept in pipeline.versions.order_by("number")[:3]:
            versions.restore(pipeline, kept.number, by=windows["anna"])
            _all_is_well(pipeline)
        transaction.set_rollback(True)


def _click(pipeline: Pipeline, what: str, first: int, second: int, by) -> None:
    if what == "move":
        deals, stages = list(Deal.objects.filter(pipeline=pipeline)), list(pipeline.stages.all())
        moves.move(
            deals[first % len(deals)],
            to=stages[second % len(stages)],
            loss_reason=LossReason.objects.first(),
            by=by,
        )
    elif what == "restore":
        versions.restore(pipeline, first + 1, by=by)
    else:
        pipelines.save(pipeline, _edited(content_of(pipeline), what, first, second), by=by)


def _edited(content: Content, what: str, first: int, second: int) -> Wish:
    stages = content["stages"]
    chosen = stages[first % len(stages)]
    places = {}
    if what == "remove":
        stages.remove(chosen)
        places = {chosen["code"]: stages[second % len(stages)]["code"]}
    elif what == "add":
        stages.insert(first, {"code": f"added{len(stages)}", "kind": KINDS[second], "name": {"ru": "Ещё"}})
    elif what == "turn":
        chosen["kind"] = KINDS[second]
    elif what == "shift":
        stages.insert(second, stages.pop(first % len(stages)))
    elif what == "limit":
        chosen["limit_hours"] = second or None
    return Wish(content, places=places, new_limits=bool(first % 2))


def _all_is_well(pipeline: Pipeline) -> None:
    assert list(pipeline.stages.values_list("position", flat=True)) == list(range(pipeline.stages.count()))
    assert {stage.kind for stage in pipeline.stages.all()} == set(KINDS)
    deals = list(Deal.objects.filter(pipeline=pipeline).select_related("stage"))
    assert len(deals) == 2
    for deal in deals:
        assert deal.stage.pipeline_id == pipeline.pk
        assert deal.is_open == deal.stage.is_open
        assert deal.responsible_id or not _has_been_moved(deal)
        assert Task.objects.filter(deal=deal, done_at=None, of_stage=True).count() == bool(deal.stage.next_step)
    current = Pipeline.objects.get(pk=pipeline.pk)
    assert full(current.versions.get(number=current.version).content) == content_of(current)


def _has_been_moved(deal: Deal) -> bool:
    return Entry.objects.filter(deal_id=deal.pk, verb="deals.moved").exists()


def test_stages_that_the_world_has_moved_on_from_come_back_as_far_as_they_can(projects):
    """The department, the source, the pipeline of a rule are gone; two pipelines would hand on to each other."""
    anna = projects["anna"]
    preparation, execution = (Pipeline.objects.get(code=code) for code in ("preparation", "execution"))
    content = content_of(preparation)
    for stage in content["stages"]:
        stage["hand_off"] = []
    pipelines.save(preparation, Wish(content), by=anna)
    other = content_of(execution)
    next(one for one in other["stages"] if one["code"] == "finished")["hand_off"] = [{"to": "preparation"}]
    pipelines.save(execution, Wish(other), by=anna)
    versions.restore(preparation, 1, by=anna)
    assert not Stage.objects.filter(pipeline=preparation, hand_offs__isnull=False).exists()
    assert preparation.versions.count() == 2
