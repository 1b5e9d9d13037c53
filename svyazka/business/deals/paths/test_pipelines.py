from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, Field, HandOff, LossReason, Pipeline, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths import pipelines, preview, versions
from svyazka.business.deals.paths.content import Content, content_of
from svyazka.business.deals.paths.pipelines import Wish
from svyazka.business.deals.paths.soundness import Unsound
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def pipeline(windows):
    return Pipeline.objects.get(code="windows")


@pytest.fixture
def content(pipeline):
    return content_of(pipeline)


def stage_of(content: Content, code: str) -> Content:
    return next(stage for stage in content["stages"] if stage["code"] == code)


def without(content: Content, code: str) -> Content:
    return {**content, "stages": [stage for stage in content["stages"] if stage["code"] != code]}


def codes(pipeline: Pipeline) -> list[str]:
    return list(pipeline.stages.values_list("code", flat=True))


def said_of(pipeline: Pipeline, wish: Wish, by) -> list[str]:
    """Why it cannot be saved; the preview has said the same before."""
    foretold = [fault.words for fault in preview.preview(pipeline, wish).faults]
    with pytest.raises(Unsound) as refusal:
        pipelines.save(pipeline, wish, by=by)
    assert refusal.value.missing == foretold
    return foretold


def test_c12_stages_are_renamed_moved_and_added_and_the_deals_stand_where_they_stood(pipeline, content, vera, anna):
    deal = moves.move(open_deal(vera, by=anna), to=Stage.objects.get(code="contacted"), by=anna)
    stage_of(content, "contacted")["name"]["ru"] = "Дозвонились"
    content["stages"].insert(0, content["stages"].pop(1))
    content["stages"].insert(2, {"code": "doubt", "name": {"ru": "Сомневается"}, "instruction": {"ru": "Подождите"}})
    saved = pipelines.save(pipeline, Wish(content), by=anna, version=1)
    assert codes(saved)[:4] == ["contacted", "new", "doubt", "measurement_booked"]
    assert [stage.position for stage in saved.stages.all()] == list(range(12))
    now = Deal.objects.get(pk=deal.pk)
    assert (now.stage.name, now.stage_due_at, now.version) == ("Дозвонились", deal.stage_due_at, deal.version)
    entry = Entry.objects.get(verb="pipelines.changed")
    assert (entry.by_id, entry.changes) == (anna.pk, {"version": [1, 2]})
    assert "Этап «Сомневается» добавлен" in entry.note


def test_a_stage_with_deals_goes_only_together_with_a_place_for_them(pipeline, content, vera, anna, mikhail):
    deal = moves.move(open_deal(vera, by=anna), to=Stage.objects.get(code="contacted"), by=mikhail)
    wish = Wish(without(content, "contacted"))
    (said,) = said_of(pipeline, wish, anna)
    assert said.startswith("Этап «Связались» уходит, а на нём стоят сделки: 1.")
    assert "Связались" in str(codes(pipeline)) or "contacted" in codes(pipeline)
    said_of(pipeline, Wish(wish.content, places={"contacted": "closed"}), anna)
    pipelines.save(pipeline, Wish(wish.content, places={"contacted": "new"}), by=anna)
    now = Deal.objects.get(pk=deal.pk)
    assert (now.stage.code, now.closed_at, now.responsible, now.version) == ("new", None, mikhail, deal.version + 1)
    assert (now.next_step, now.next_step_at) == ("Позвонить клиенту", now.stage_due_at)
    assert [(task.what, task.person) for task in Task.objects.filter(done_at=None)] == [("Позвонить клиенту", mikhail)]
    assert Interaction.objects.filter(kind="stage").latest("id").data["to"]["ru"] == "Новая заявка"


def test_lost_deals_go_to_another_stage_of_the_lost_and_stay_closed(pipeline, content, vera, anna):
    reason = LossReason.objects.first()
    deal = moves.move(open_deal(vera, by=anna), to=Stage.objects.get(code="lost"), loss_reason=reason, by=anna)
    gone = without(content, "lost")
    gone["stages"].append({"code": "refused", "kind": "lost", "name": {"ru": "Отказ"}})
    pipelines.save(pipeline, Wish(gone, places={"lost": "refused"}), by=anna)
    now = Deal.objects.get(pk=deal.pk)
    assert (now.stage.code, now.closed_at, now.loss_reason, now.next_step) == ("refused", deal.closed_at, reason, "")


def test_a_returned_deal_finds_the_place_of_the_stage_that_it_left(pipeline, content, vera, anna):
    deal = open_deal(vera, by=anna)
    leg = HandOff.objects.create(
        deal=deal, to_deal=deal, to_pipeline=pipeline, left_stage=Stage.objects.get(code="contacted"),
        handed_at=clock.now(), due_at=clock.now(),
    )  # fmt: skip
    pipelines.save(pipeline, Wish(without(content, "contacted"), places={"contacted": "new"}), by=anna)
    assert HandOff.objects.get(pk=leg.pk).left_stage.code == "new"


def test_a_stage_to_which_visits_lead_stays(pipeline, content, anna):
    assert said_of(pipeline, Wish(without(content, "measured")), anna) == [
        "Этап «Замер выполнен» убрать нельзя: на него переводят выезды (Замер). Сначала укажите для них другой этап."
    ]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda stages: stages.__delitem__(slice(0, 9)), "Нужен хотя бы один открытый этап: с него сделки начинают."),
        (lambda stages: stages.pop(9), "Нет этапа, на котором сделка успешна."),
        (lambda stages: stages.pop(10), "Нет этапа, на котором сделка потеряна."),
        (lambda stages: stages[2].update(code="new"), "Этап «Замер назначен»: такой код уже есть у другого этапа."),
        (lambda stages: stages[1].update(name={"ru": ""}), "Этап «пока без названия»: ему нужно название."),
        (
            lambda stages: stages[1].update(required=["shoe_size"]),
            "Этап «Связались»: обязательного поля «shoe_size» не существует.",
        ),
        (
            lambda stages: stages[1].update(required=["floor"]),
            "Этап «Связались»: обязательное поле «Этаж» относится к выезду, а не к сделке.",
        ),
        (
            lambda stages: stages[1].update(only_when={"openings": [1]}),
            "Этап «Связались»: условие может спрашивать список или «да/нет», но не «Проёмов».",
        ),
        (
            lambda stages: stages[1].update(only_when={"house": ["castle"]}),
            "Этап «Связались»: в условии значение, которого у поля «Дом» нет.",
        ),
        (
            lambda stages: stages[0].update(only_when={"house": ["flat"]}),
            "Этап «Новая заявка»: здесь сделки начинают, поэтому он должен быть для всех.",
        ),
        (lambda stages: stages[1].update(limit_hours=0), "Этап «Связались»: срок — число часов от 1 до 8784."),
        (lambda stages: stages[1].update(colour="puce"), "Этап «Связались»: такого цвета нет."),
        (
            lambda stages: stages[9].update(hand_off=[{"to": "windows"}]),
            "Передачи ходят по кругу: Окна → Окна.",
        ),
        (
            lambda stages: stages[9].update(hand_off=[{"to": "doors"}]),
            "Этап «Закрыта»: воронки «doors», в которую он передаёт, не существует.",
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_saved(pipeline, content, anna, spoil, said):
    Field.objects.create(code="floor", of="visit", kind="text", words={"ru": "Этаж"})
    choices = [{"code": "flat", "words": {"ru": "Квартира"}}]
    Field.objects.create(code="house", kind="choice", words={"ru": "Дом"}, choices=choices)
    before = copy.deepcopy(content)
    spoil(content["stages"])
    assert said in said_of(pipeline, Wish(content), anna)
    assert content_of(pipeline) == before


def test_hand_offs_in_a_circle_are_named_with_their_way(projects):
    execution = Pipeline.objects.get(code="execution")
    content = content_of(execution)
    stage_of(content, "finished")["hand_off"] = [{"to": "sales", "how": "nobody"}]
    said = said_of(execution, Wish(content), projects["anna"])
    assert said == ["Передачи ходят по кругу: Ведение → Продажи → Подготовка → Ведение."]


def test_a_rule_that_finds_nobody_is_warned_of(projects):
    sales = Pipeline.objects.get(code="sales")
    content = content_of(sales)
    stage_of(content, "signed")["hand_off"][0]["skill"] = "chinese"
    seen = preview.preview(sales, Wish(content))
    assert seen.faults == []
    assert [fault.stage for fault in seen.warnings] == ["signed"]
    pipelines.save(sales, Wish(content), by=projects["anna"])


def test_the_preview_says_how_many_deals_a_change_touches(pipeline, content, anna, django_assert_max_num_queries):
    contacted = Stage.objects.get(code="contacted")
    for number in range(5):
        deal = open_deal(Client.objects.create(name="Вера", address="Лесная, 5"), by=anna)
        deal = moves.move(deal, to=contacted, by=anna)
        Deal.objects.filter(pk=deal.pk).update(stage_since=clock.now() - timedelta(hours=4 * number, minutes=1))
    open_deal(Client.objects.create(name="Пётр"), by=anna)
    stage_of(content, "contacted").update(limit_hours=7, required=["address", "openings"])
    wish = Wish(without(content, "new"), places={"new": "contacted"}, new_limits=True)
    with django_assert_max_num_queries(20):
        seen = preview.preview(pipeline, wish)
    assert (seen.open_deals, seen.limits_changed) == (6, True)
    assert seen.touches == [
        "1 сделка стоит на этапе «Новая заявка», который уходит",
        "5 сделок на этапе «Связались»: не заполнено новое обязательное поле «Проёмов»",
        "3 сделки на этапе «Связались» сразу окажутся просрочены с новым сроком",
    ]


def test_running_deals_follow_a_changed_limit_only_when_that_is_wished(pipeline, content, vera, anna):
    deal = moves.move(open_deal(vera, by=anna), to=Stage.objects.get(code="contacted"), by=anna)
    stage_of(content, "contacted")["limit_hours"] = 48
    saved = pipelines.save(pipeline, Wish(content), by=anna)
    assert Deal.objects.get(pk=deal.pk).stage_due_at == deal.stage_due_at
    stage_of(content, "contacted")["limit_hours"] = 72
    pipelines.save(saved, Wish(content, new_limits=True), by=anna)
    now = Deal.objects.get(pk=deal.pk)
    assert now.stage_due_at == now.next_step_at == deal.stage_since + timedelta(hours=72)
    assert Task.objects.get(done_at=None).due_at == now.stage_due_at
    stage_of(content, "contacted")["limit_hours"] = None
    pipelines.save(saved, Wish(content, new_limits=True), by=anna)
    assert Deal.objects.get(pk=deal.pk).stage_due_at is None


def test_the_second_of_two_editors_is_told_what_the_first_changed(pipeline, content, anna, roza):
    mine = copy.deepcopy(content)
    stage_of(content, "contacted")["limit_hours"] = 48
    pipelines.save(pipeline, Wish(content), by=roza, version=1)
    mine["name"]["ru"] = "Окна и двери"
    with pytest.raises(ChangedMeanwhile) as refusal:
        pipelines.save(pipeline, Wish(mine), by=anna, version=1)
    assert str(refusal.value) == "Роза Каримова: воронка тем временем изменена."
    assert refusal.value.missing == ["Связались: срок в часах: 24 → 48"]
    assert Pipeline.objects.get(pk=pipeline.pk).name == "Окна"


def test_versions_say_what_changed_and_lead_back(pipeline, content, anna, roza):
    stage_of(content, "contacted")["required"] = ["address", "openings"]
    pipelines.save(pipeline, Wish(content), by=roza)
    content["stages"].insert(1, {"code": "doubt", "name": {"ru": "Сомневается"}})
    pipelines.save(pipeline, Wish(content), by=anna)
    versions.restore(pipeline, 1, by=anna)
    told = versions.list_versions(pipeline)
    assert [(one.version.number, one.by, one.changes) for one in told] == [
        (4, "Анна Власова", ["Этап «Сомневается» убран", "Связались: «Проёмов» больше не обязательно"]),
        (3, "Анна Власова", ["Этап «Сомневается» добавлен"]),
        (2, "Роза Каримова", ["Связались: обязательно заполнить «Проёмов»"]),
        (1, "", []),
    ]


def test_going_back_leaves_no_deal_without_its_stage(pipeline, content, vera, anna):
    content["stages"].insert(1, {"code": "doubt", "name": {"ru": "Сомневается"}, "required": []})
    pipelines.save(pipeline, Wish(content), by=anna)
    deal = moves.move(open_deal(vera, by=anna), to=Stage.objects.get(code="doubt"), by=anna)
    versions.restore(pipeline, 1, by=anna)
    assert Deal.objects.get(pk=deal.pk).stage.code == "doubt"
    assert codes(pipeline)[8:] == ["installed", "doubt", "closed", "lost"]


def test_a_pipeline_that_is_switched_off_takes_no_new_deals_and_one_remains(projects, vera_of):
    anna = projects["anna"]
    execution = Pipeline.objects.get(code="execution")
    with pytest.raises(Refused, match="передаёт"):
        pipelines.switch(execution, on=False, by=anna)
    sales = Pipeline.objects.get(code="sales")
    pipelines.switch(sales, on=False, by=anna)
    assert open_deal(vera_of, by=anna).pipeline.code == "preparation"
    pipelines.switch(sales, on=True, by=anna)
    assert open_deal(vera_of, by=anna).pipeline.code == "sales"


def test_the_last_pipeline_cannot_be_switched_off(pipeline, anna):
    with pytest.raises(Refused, match="единственная"):
        pipelines.switch(pipeline, on=False, by=anna)


@pytest.fixture
def vera_of(projects):
    return Client.objects.create(name="Вера")
