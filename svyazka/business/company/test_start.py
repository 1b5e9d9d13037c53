from __future__ import annotations

import pytest

from svyazka.business.company import start
from svyazka.business.company.blueprint import of_house
from svyazka.business.deals.models import DistributionRule, Field, HandOffRule, Pipeline, Stage, Task
from svyazka.business.journal.models import Entry
from svyazka.business.places import find
from svyazka.business.places.models import Place
from svyazka.business.staff.models import Person
from svyazka.engines.routing.problem import Point


def test_windows_starts_with_the_stages_of_the_brief(windows):
    codes = list(Stage.objects.filter(pipeline__code="windows").values_list("code", flat=True))
    assert codes == [
        "new", "contacted", "measurement_booked", "measured", "offer_sent", "contract",
        "production", "installation_booked", "installed", "closed", "lost",
    ]  # fmt: skip


def test_a_blueprint_begins_only_an_empty_company(windows):
    with pytest.raises(start.AlreadyStarted):
        start.start(of_house("windows"))


def test_projects_starts_with_three_pipelines_that_hand_on_to_each_other(projects):
    legs = HandOffRule.objects.order_by("stage__pipeline__position").values_list(
        "stage__pipeline__code", "stage__code", "to__code", "how", "department__code", "accept_hours"
    )
    assert list(Pipeline.objects.values_list("code", "department__code")) == [
        ("sales", "sales"), ("preparation", "preparation"), ("execution", "execution"),
    ]  # fmt: skip
    assert list(legs) == [
        ("sales", "signed", "preparation", "former", "preparation", 8),
        ("preparation", "ready", "execution", "least_loaded", "execution", 8),
    ]


def test_the_preparation_differs_by_kind_of_project(projects):
    stages = Stage.objects.filter(pipeline__code="preparation").exclude(only_when={})
    kinds = {choice["code"] for choice in Field.objects.get(code="project_kind").choices}
    assert {stage.code: stage.only_when["project_kind"] for stage in stages} == {
        "line": ["inbound"],
        "base": ["outbound", "survey"],
        "questionnaire": ["survey"],
        "script": ["inbound", "outbound"],
        "rules_of_work": ["back_office"],
    }
    assert kinds == {"inbound", "outbound", "survey", "back_office"}


def test_leads_of_agencies_are_handed_out_by_hand_and_others_in_turn(projects):
    rules = DistributionRule.objects.values_list("how", "source__code", "role", "take_minutes")
    assert list(rules) == [
        ("nobody", "agency_vector", "", None),
        ("nobody", "agency_media", "", None),
        ("former", "recommended", "manager", 60),
        ("round_robin", None, "manager", 30),
    ]


def test_the_staff_of_projects_has_its_skills(projects):
    assert Person.objects.get(login="sofia").skills == ["исходящие кампании", "опросы"]


def test_a_step_says_how_it_is_done(windows):
    kinds = dict(Stage.objects.values_list("code", "next_step_kind"))
    assert (kinds["new"], kinds["offer_sent"], kinds["contract"]) == (Task.Kind.CALL, Task.Kind.CALL, Task.Kind.OTHER)


def test_addresses_of_the_demonstration_are_on_the_map_as_if_pinned_by_dina(db):
    start.start(of_house("windows"))
    start.add_demonstration(of_house("windows"), password="correct horse battery", bot_secret="of the bot")
    placed = find.of("г. Москва, Новослободская улица, д. 16, кв. 40")
    assert (placed.point, placed.source) == (Point(55.7793, 37.6003), Place.HAND)
    assert set(Place.objects.values_list("placed_by__login", flat=True)) == {"dina"}
    dina = Person.objects.get(login="dina")
    assert Entry.objects.filter(verb="places.placed", by_id=dina.pk).count() == Place.objects.count()
    assert not Place.objects.exclude(ask_at=None).exists()
