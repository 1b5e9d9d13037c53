"""Comparing a company with a blueprint, and taking over what was chosen."""

from __future__ import annotations

from copy import deepcopy

import pytest
from django.utils import translation

from svyazka.business.calls.dialling.hours import of_company
from svyazka.business.calls.models import CallingHours
from svyazka.business.company import words
from svyazka.business.company.blueprint import company, faults_of, of_house, sound
from svyazka.business.company.compare import Kind, compare
from svyazka.business.company.take import Unfit, fingerprint, take
from svyazka.business.company.touched import deals_of
from svyazka.business.company.write import written
from svyazka.business.deals.models import Deal, DistributionRule, Field, Pipeline, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.business.site_work import prices
from svyazka.business.site_work.models import PriceLine
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def newer():
    """The blueprint of the house as a newer version might be."""
    return deepcopy(of_house("windows").content)


def differences(given):
    return [(one.kind.value, one.part) for one in compare(company(), given) if one.section != "forms"]


def stage(content, code):
    return next(one for one in content["pipelines"][0]["stages"] if one["code"] == code)


def test_a_company_that_was_just_begun_differs_in_nothing_but_its_forms(windows, newer):
    assert differences(newer) == []
    assert {one.part for one in compare(company(), newer)} == {"forms/okna", "forms/balkony"}


def test_what_is_new_different_and_only_ours(windows, newer):
    Field.objects.create(code="floor", kind="number", words={"ru": "Этаж"}, position=9)
    newer["sources"].append({"code": "radio", "name": {"ru": "Радио"}})
    stage(newer, "new")["limit_hours"] = 2
    stage(newer, "contacted")["name"] = {"ru": "Дозвонились", "en": "Contacted"}
    newer["pipelines"][0]["stages"].remove(stage(newer, "contract"))
    found = compare(company(), newer)
    assert differences(newer) == [
        ("new", "sources/radio"),
        ("ours", "fields/floor"),
        ("changed", "pipelines/windows/new"),
        ("changed", "pipelines/windows/contacted"),
        ("ours", "pipelines/windows/contract"),
    ]
    names = words.Names(company(), newer)
    assert [(one.what, one.before, one.after) for it in found for one in words.changes_of(it, names)] == [
        ("Срок, часов", "1", "2"),
        ("Название", "Связались", "Дозвонились"),
    ]


def test_the_other_language_is_shown_when_only_that_one_differs(windows, newer):
    stage(newer, "new")["name"]["en"] = "Fresh"
    (one,) = (one for one in compare(company(), newer) if one.section == "pipelines")
    assert words.changes_of(one, words.Names(newer)) == [words.Change("Название (en)", "New request", "Fresh")]


def test_rules_are_told_in_words(projects):
    given = deepcopy(of_house("projects").content)
    given["pipelines"][0]["distribution"] = given["pipelines"][0]["distribution"][-1:]
    given["pipelines"][0]["stages"][3]["only_when"] = {}
    found = compare(company(), given)
    names = words.Names(company(), given)
    told = {it.part: [(one.what, one.before, one.after) for one in words.changes_of(it, names)] for it in found}
    assert told["pipelines/sales/trial"] == [("Только когда", "Вид проекта: Исходящая кампания или Опрос", "—")]
    assert told["pipelines/sales"][0][2] == (
        "Назначается: по очереди, Отдел: Отдел продаж, Роль: Менеджер, Взять в работу за, минут: 30"
    )


def test_only_what_was_chosen_is_taken_over_and_each_leaves_its_row(windows, newer, anna):
    newer["sources"].append({"code": "radio", "name": {"ru": "Радио"}})
    stage(newer, "new")["limit_hours"] = 2
    stage(newer, "contacted")["limit_hours"] = 5
    before = Entry.objects.count()
    take(newer, ["sources", "pipelines/windows/new"], by=anna)
    assert differences(newer) == [("changed", "pipelines/windows/contacted")]
    entries = Entry.objects.order_by("pk")[before:]
    assert [(entry.verb, entry.kind, entry.note, entry.by_id) for entry in entries] == [
        ("pipelines.changed", "pipeline", "Новая заявка: срок в часах: 1 → 2", anna.pk),
        ("company.taken_over", "source", "sources/radio", anna.pk),
    ]
    assert entries[1].changes == {"part": [None, "Радио"]}
    assert Pipeline.objects.get().version == 2


def test_a_price_list_that_was_taken_over_reaches_the_phones(windows, newer, anna):
    foam, handle, way = *newer["price_list"][0:1], newer["price_list"][7], newer["payment_ways"][0]
    mark = prices.mark()
    foam["price"], handle["name"] = "600", {"ru": "Ручка новая"}
    take(newer, ["price_list/foam", "price_list/handle"], by=anna)
    listed = {one.code: one for one in PriceLine.objects.filter(code__in=["foam", "handle"])}
    assert (listed["foam"].price, listed["foam"].price_before, listed["foam"].version) == (600, 520, 2)
    assert listed["foam"].price_since is not None
    assert (listed["handle"].price_before, listed["handle"].version) == (None, 2)
    of_lines = prices.mark()
    way["name"] = {"ru": "Деньгами"}
    take(newer, ["payment_ways"], by=anna)
    assert len({mark, of_lines, prices.mark()}) == 3


def test_stages_with_deals_and_whatever_only_the_company_has_stay(windows, newer, anna, vera):
    deal = open_deal(vera, by=anna, responsible=windows["mikhail"])
    Field.objects.create(code="floor", kind="number", words={"ru": "Этаж"}, position=9)
    newer["pipelines"][0]["stages"].remove(stage(newer, "measured"))
    newer["pipelines"][0]["stages"].remove(stage(newer, "new"))
    newer["pipelines"][0]["name"] = {"ru": "Остекление"}
    for visit_kind in newer["visit_kinds"]:
        visit_kind["done_stage"] = ""
    take(newer, ["pipelines", "visit_kinds"], by=anna)
    assert Deal.objects.get(pk=deal.pk).stage.code == "new"
    assert Field.objects.filter(code="floor").exists()
    order = list(Stage.objects.values_list("code", flat=True))
    assert order[:5] == ["new", "contacted", "measurement_booked", "measured", "offer_sent"]
    assert str(Pipeline.objects.get()) == "Остекление"


def test_a_new_stage_stands_where_it_stands_in_the_file_between_ones_own(windows, newer, anna):
    Stage.objects.filter(code__in=["closed", "lost"]).update(position=50)
    Stage.objects.filter(code="lost").update(position=51)
    pipeline = Pipeline.objects.get()
    Stage.objects.create(pipeline=pipeline, code="review", position=40, words={"ru": "Отзыв"})
    added = {**stage(newer, "measured"), "code": "drawing", "name": {"ru": "Чертёж"}}
    newer["pipelines"][0]["stages"].insert(4, added)
    take(newer, ["pipelines/windows/drawing"], by=anna)
    order = list(Stage.objects.values_list("code", flat=True))
    assert order[3:6] == ["measured", "drawing", "offer_sent"]
    assert order[-4:] == ["installed", "review", "closed", "lost"]


def test_a_stage_that_asks_for_a_field_which_was_not_chosen_is_refused_and_nothing_stored(windows, newer, anna):
    newer["fields"].append({**newer["fields"][0], "code": "colour", "name": {"ru": "Цвет"}})
    stage(newer, "new")["required"] = ["client_name", "colour"]
    newer["sources"].append({"code": "radio", "name": {"ru": "Радио"}})
    own = company()
    with pytest.raises(Unfit, match="colour") as refused:
        take(newer, ["sources", "pipelines/windows/new"], by=anna)
    assert refused.value.reasons == ["Поля «colour» нет."]
    assert company() == own
    take(newer, ["sources", "pipelines/windows/new", "fields/colour"], by=anna)
    assert differences(newer) == []


def test_a_choice_that_is_no_longer_offered_keeps_its_words(projects):
    given = deepcopy(of_house("projects").content)
    kind = next(one for one in given["fields"] if one["code"] == "project_kind")
    kind["choices"].append({"code": "chat", "name": {"ru": "Чат"}, "gone": False})
    hours = next(one for one in given["fields"] if one["code"] == "working_hours")
    hours["choices"] = hours["choices"][:1]
    take(given, ["fields"], by=projects["anna"])
    kept = Field.objects.get(code="working_hours").choices
    assert [(one["code"], one.get("gone", False)) for one in kept] == [
        ("around_the_clock", False), ("daytime", True), ("weekdays", True),
    ]  # fmt: skip
    assert [one.part for one in compare(company(), given) if one.section == "fields"] == []


def test_a_field_keeps_its_kind(windows, newer, anna):
    newer["fields"][2]["kind"] = "number"
    with pytest.raises(Refused, match="Номер договора"):
        take(newer, ["fields"], by=anna)
    assert Field.objects.get(code="contract_number").kind == "text"


def test_whether_a_stage_ends_its_deals_cannot_change_under_them(windows, newer, anna, vera):
    deal = open_deal(vera, by=anna)
    Deal.objects.filter(pk=deal.pk).update(stage=Stage.objects.get(code="installed"))
    stage(newer, "installed")["kind"] = "won"
    with pytest.raises(Refused) as refused:
        take(newer, ["pipelines"], by=anna)
    assert refused.value.missing == ["Этап «Смонтировано»: на нём стоят сделки (1), поэтому его вид не изменить."]


def test_people_whom_rules_name_go_on_being_named(projects):
    rule = DistributionRule.objects.get(how="round_robin")
    DistributionRule.objects.filter(pk=rule.pk).update(people=[projects["sofia"].pk])
    given = deepcopy(of_house("projects").content)
    given["pipelines"][0]["name"]["ru"] = "Сделки"
    take(given, ["pipelines"], by=projects["anna"])
    assert DistributionRule.objects.get(pk=rule.pk).people == [projects["sofia"].pk]


def test_what_another_changed_since_it_was_looked_at_is_not_overwritten(windows, newer, anna):
    seen = fingerprint(company())
    Stage.objects.filter(code="new").update(limit_hours=3)
    stage(newer, "contacted")["limit_hours"] = 5
    with pytest.raises(ChangedMeanwhile):
        take(newer, ["pipelines"], by=anna, seen=seen)
    take(newer, ["pipelines/windows/contacted"], by=anna, seen=fingerprint(company()))
    assert Stage.objects.get(code="new").limit_hours == 3


def test_a_part_that_is_not_offered_is_refused(windows, newer, anna):
    with translation.override("en"), pytest.raises(Refused, match="nothing to take over in “fields/nothing”"):
        take(newer, ["fields/nothing"], by=anna)


def test_one_company_can_take_over_another_whole(windows, anna):
    given = of_house("projects").content
    take(
        given,
        [
            "departments",
            "roles",
            "sources",
            "fields",
            "loss_reasons",
            "pipelines",
            "product_groups",
            "offer_templates",
            "products",
            "sheet_forms",
            "parameters",
            "automations",
        ],
        by=anna,
    )
    left = {one.kind for one in compare(company(), given)}
    assert left == {Kind.OURS}
    assert Pipeline.objects.count() == 4


def test_how_many_deals_a_change_touches(windows, newer, anna, vera):
    for _ in range(3):
        open_deal(vera, by=anna, facts={"openings": 2})
    stage(newer, "new")["limit_hours"] = 2
    stage(newer, "contacted")["limit_hours"] = 2
    newer["fields"][0]["name"] = {"ru": "Окон"}
    assert deals_of(one for one in compare(company(), newer) if one.section != "forms") == {
        "fields/openings": 3,
        "pipelines/windows/new": 3,
        "pipelines/windows/contacted": 0,
    }


def hours(**more):
    return [
        {"code": "weekdays", "begins": "09:00", "ends": "21:00", **more},
        {"code": "weekend", "begins": "11:00", "ends": "16:00"},
    ]


def test_hours_for_calls_out_are_compared_and_taken_part_by_part(windows, newer, anna):
    newer["calling_hours"] = hours()
    (found,) = [one for one in compare(company(), newer) if one.section == "calling_hours"]
    names = words.Names(company(), newer)
    assert (found.part, words.name_of(found.item)) == ("calling_hours/weekend", "Выходные")
    assert [(one.what, one.before, one.after) for one in words.changes_of(found, names)] == [
        ("Не раньше", "10:00", "11:00"),
        ("Не позже", "20:00", "16:00"),
    ]
    take(newer, ["calling_hours/weekend"], by=anna)
    kept = of_company()
    assert [f"{at:%H}" for at in (kept.begins, kept.ends, kept.weekend_begins, kept.weekend_ends)] == [
        "09", "21", "11", "16",
    ]  # fmt: skip
    assert "calling_hours" not in {one.section for one in compare(company(), newer)}
    assert Entry.objects.get(verb="company.taken_over").kind == "calling_hours"


def test_a_company_that_never_said_its_hours_may_take_one_part_of_them(windows, newer, anna):
    CallingHours.objects.all().delete()
    newer["calling_hours"] = hours(begins="08:00")
    assert {one.part for one in compare(company(), newer) if one.section == "calling_hours"} == {
        "calling_hours/weekdays", "calling_hours/weekend",
    }  # fmt: skip
    take(newer, ["calling_hours/weekdays"], by=anna)
    kept = of_company()
    assert [f"{at:%H}" for at in (kept.begins, kept.weekend_begins)] == ["08", "10"]


LETTER = {"code": "reminder", "title": "Завтра {span}", "text": "Ждите.\n{link}", "is_on": True, "by_hand": False}
RULES = {
    "code": "rules", "company": "Окна", "phone": "+74950000000", "reminds_at": "16:00", "quiet_from": "20:00",
    "quiet_until": "10:00", "changes_until_hours": 12, "most_moves": 3, "confirmed_hours": 6,
}  # fmt: skip


def test_what_clients_are_told_is_compared_taken_and_written(windows, newer, anna):
    newer |= {"client_messages": [LETTER], "client_rules": [RULES]}
    assert differences(newer) == [("new", "client_messages/reminder"), ("new", "client_rules/rules")]
    take(newer, ["client_messages", "client_rules"], by=anna)
    assert differences(newer) == []
    assert sound(written(company()).encode()).content == company()
    assert Entry.objects.filter(verb="company.taken_over", kind="client_messages").count() == 2
    newer["client_rules"] = [{**RULES, "most_moves": 1}]
    newer["client_messages"] = [{**LETTER, "is_on": False}]
    found = compare(company(), newer)
    names = words.Names(company(), newer)
    said = [(words.name_of(one.item), *words.changes_of(one, names)) for one in found if one.section != "forms"]
    assert [(name, change.what, change.before, change.after) for name, change in said] == [
        ("Напоминание накануне", "Клиентам сообщаем", "да", "нет"),
        ("Правила", "Переносит выезд не больше, раз", "3", "1"),
    ]


@pytest.mark.parametrize(
    ("section", "given", "said"),
    [
        ("client_messages", {**LETTER, "text": "Ждите."}, "не хватает {link}"),
        ("client_messages", {**LETTER, "title": "{amount}"}, "Поля {amount} нет"),
        ("client_rules", {**RULES, "phone": "x"}, "Это не телефонный номер"),
        ("client_rules", {**RULES, "reminds_at": "21:00"}, "никому ничего не сообщаем"),
    ],
)
def test_what_cannot_be_told_to_clients_is_a_fault(newer, section, given, said):
    with translation.override("ru"):
        (fault,) = faults_of({**newer, section: [given]})
    assert fault.path[:2] == (section, given["code"])
    assert said in fault.text
