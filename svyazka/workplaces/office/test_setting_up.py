"""Departments, sources, loss reasons, kinds of visits, and the order of the pipelines, on their screens."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Source
from svyazka.business.clients.sources import SOURCES
from svyazka.business.deals.models import LossReason, Pipeline
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths import pipelines
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.models import Department
from svyazka.business.visits import kinds
from svyazka.business.visits.models import VisitKind


@pytest.fixture
def browser(enter, anna):
    return enter(anna)


def main(answer) -> str:
    return " ".join(answer.content.decode().split("<main")[1].split())


@pytest.mark.parametrize(
    ("page", "model"), [("departments", Department), ("sources", Source), ("loss-reasons", LossReason)]
)
def test_names_are_added_and_changed_and_one_that_is_there_is_refused(browser, page, model):
    assert browser.post(f"/office/{page}/", {"ru": "Выставка", "en": "Fair"}).status_code == 302
    assert "Выставка" in main(browser.get(f"/office/{page}/"))
    refused = browser.post(f"/office/{page}/", {"ru": "Выставка"})
    assert (refused.status_code, "Такое название уже есть." in main(refused)) == (422, True)
    assert browser.post(f"/office/{page}/fair/", {"ru": "Ярмарка", "en": "Fair"}).status_code == 302
    assert model.objects.get(code="fair").words == {"ru": "Ярмарка", "en": "Fair"}


def test_a_department_with_people_stays_and_an_empty_one_goes(browser, mikhail):
    refused = browser.post(f"/office/departments/{mikhail.department.code}/removal/")
    assert (refused.status_code, mikhail.full_name in refused.content.decode()) == (422, True)
    browser.post("/office/departments/", {"ru": "Склад", "en": "Store"})
    assert browser.post("/office/departments/store/removal/").status_code == 302
    assert not Department.objects.filter(code="store").exists()


def test_a_source_that_nothing_came_from_goes(browser):
    browser.post("/office/sources/", {"ru": "Выставка", "en": "Fair"})
    assert browser.post("/office/sources/fair/removal/").status_code == 302
    assert not Source.objects.filter(code="fair").exists()


def test_a_reason_that_is_switched_off_is_not_offered_any_more(browser, vera, anna):
    deal, off = open_deal(vera, by=anna), LossReason.objects.first()
    browser.post(f"/office/loss-reasons/{off.code}/state/", {"on": "0"})
    lost = deal.pipeline.stages.get(kind="lost")
    dialog = browser.get(f"/deals/{deal.pk}/stage/?to={lost.pk}").content.decode()
    assert off.name not in dialog
    given = {"stage": lost.pk, "version": deal.version, "loss_reason": off.pk}
    assert browser.post(f"/deals/{deal.pk}/stage/", given).status_code == 422
    LossReason.objects.update(is_active=False)
    dialog = browser.get(f"/deals/{deal.pk}/stage/?to={lost.pk}").content.decode()
    assert 'href="/office/loss-reasons/"' in dialog


def test_a_kind_of_visits_chooses_out_of_the_stages_that_there_are(browser):
    page = main(browser.get("/office/visit-kinds/new/"))
    assert '<option value="measured">Замер выполнен (Окна)</option>' in page
    given = {"ru": "Осмотр", "en": "Survey", "minutes": "45", "booked_stage": "contacted", "done_stage": "measured"}
    assert browser.post("/office/visit-kinds/new/", given).status_code == 302
    assert "45 минут · назначен → Связались · выполнен → Замер выполнен" in main(browser.get("/office/visit-kinds/"))
    refused = browser.post("/office/visit-kinds/survey/", {**given, "done_stage": "gone"})
    assert (refused.status_code, "Ни в одной воронке нет этапа «gone»." in main(refused)) == (422, True)
    assert browser.post("/office/visit-kinds/survey/place/", {"to": "up"}).status_code == 302
    assert browser.post("/office/visit-kinds/survey/removal/").status_code == 302
    assert not VisitKind.objects.filter(code="survey").exists()


def test_a_kind_says_who_and_what_goes_and_for_how_long(anna, windows, enter):
    client, page = enter(anna), "/office/visit-kinds/installation/"
    shown = client.get(page).content.decode()
    assert ('name="people" value="2"' in shown, 'name="vehicles" value="1"' in shown) == (True, True)
    given = {
        "ru": "Монтаж", "en": "Installation", "minutes": "180", "minutes_per_opening": "60", "skill": "installation",
        "steps": "3: 240, 8: 480", "most_days": "2", "before": "20", "after": "30", "people": "3", "vehicles": "2",
        "more_skills": "Высота", "equipment": "Фургон, лестница",
    }  # fmt: skip
    assert client.post(page, given).status_code == 302
    kind = VisitKind.objects.get(code="installation")
    assert (kind.steps, kind.most_days, kind.before, kind.after) == ([[3, 240], [8, 480]], 2, 20, 30)
    assert (kind.people, kind.vehicles, kind.skills) == (3, 2, ["installation", "высота"])
    assert kind.equipment == ["фургон", "лестница"]
    listed = client.get("/office/visit-kinds/").content.decode()
    assert "Никто не умеет: высота." in listed
    assert "Нет такого автомобиля или инструмента: лестница." in listed
    assert "Никто не умеет: высота." in client.get(page).content.decode()
    wrong_ones = [{"steps": "8: 480, 3: 240"}, {"steps": "много"}, {"people": "0"}, {"most_days": "9"}]
    for wrong in [*wrong_ones, {"before": "999"}]:
        assert client.post(page, {**given, **wrong}).status_code == 422
    assert client.get(page).content.decode().count('value="3: 240, 8: 480"') == 1


def test_minutes_for_each_opening_are_asked_for_only_where_openings_are_counted(projects, enter):
    page = main(enter(projects["anna"]).get("/office/visit-kinds/new/"))
    assert "Минут на проём" not in page


def test_the_order_of_the_pipelines_changes_and_one_that_is_off_leaves_the_board(projects, enter, vera_of_sales):
    browser = enter(projects["anna"])
    browser.post("/office/pipelines/execution/place/", {"to": "up"})
    assert list(Pipeline.objects.values_list("code", flat=True)) == ["sales", "execution", "preparation"]
    made = pipelines.add({"ru": "Архив"}, stages=FIRST, by=projects["anna"])
    pipelines.switch(made, on=False, by=projects["anna"])
    assert "Архив" not in main(browser.get("/deals/"))
    assert "Архив" in main(browser.get(f"/pipelines/{made.code}/"))
    open_deal(vera_of_sales, pipeline=made, by=projects["anna"])
    assert "Архив" in main(browser.get("/deals/"))


FIRST = [{"code": kind, "kind": kind, "name": {"ru": kind}} for kind in ("open", "won", "lost")]


@pytest.fixture
def vera_of_sales(projects):
    from svyazka.business.clients.models import Client

    return Client.objects.create(name="Вера Павлова")


def test_the_head_comes_to_the_pipelines_by_the_settings_of_the_rail(roza, enter):
    rail = enter(roza).get("/deals/").content.decode().split("<main")[0]
    assert 'href="/office/pipelines/"' in rail
    assert 'href="/office/settings/"' not in rail
    assert enter(roza).get("/office/settings/").status_code == 403


@pytest.mark.parametrize(
    ("page", "add"),
    [
        ("departments", lambda name, by: DEPARTMENTS.add(name, by=by)),
        ("sources", lambda name, by: SOURCES.add(name, by=by)),
        ("loss-reasons", lambda name, by: LOSS_REASONS.add(name, by=by)),
        ("visit-kinds", lambda name, by: kinds.add(name, kinds.Wish(minutes=60), by=by)),
    ],
)
def test_many_ask_no_more_than_one(browser, anna, page, add):
    add({"ru": "Первый"}, anna)
    with CaptureQueriesContext(connection) as few:
        browser.get(f"/office/{page}/")
    for number in range(30):
        add({"ru": f"Ещё {number}"}, anna)
    with CaptureQueriesContext(connection) as many:
        assert "Ещё 29" in main(browser.get(f"/office/{page}/"))
    assert len(many) == len(few)
