# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import pytest

from svyazka.business.deals.opening import open_deal
from svyazka.business.staff import hire
from svyazka.business.visits import resources
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401
from svyazka.business.visits.models import Resource

ROOM = "/office/resources/"


@pytest.fixture
def nina(windows, anna):
    return hire.hire(login="nina", full_name="Нина Котова", role="engineer", password="quite a long phrase", by=anna)


def typed(person="", **more):
    return {
        "name": "Бригада Котовой",
        "kind": "crew",
        "person": person,
        "skills": ["measurement", "installation"],
        "from_0": ["09:00", "14:00"],
        "to_0": ["13:00", "00:00"],
        **more,
    }


def test_the_page_of_a_new_engineer_leads_to_the_working_hours(anna, nina, enter):
    client = enter(anna)
    page = f"/office/staff/{nina.pk}/"
    assert f"{ROOM}new/?person={nina.pk}" in client.get(page).content.decode()
    form = client.get(f"{ROOM}new/?person={nina.pk}").content.decode()
    assert 'value="Нина Котова"' in form
    assert f'<option value="{nina.pk}" selected>' in form
    assert client.post(f"{ROOM}new/", typed(nina.pk))["Location"] == ROOM
    added = Resource.objects.get(person=nina)
    assert (added.hours, added.skills) == (
        {"0": [["09:00", "13:00"], ["14:00", "24:00"]]},
        ["measurement", "installation"],
    )
    assert f"{ROOM}new/" not in client.get(page).content.decode()
    assert "Бригада Котовой" in client.get(ROOM).content.decode()


def test_a_resource_is_changed_and_taken_out_of_use(anna, of_egor, visit, enter):
    client, page = enter(anna), f"{ROOM}{of_egor.pk}/"
    shown = client.get(page).content.decode()
    assert 'name="from_0" value="09:00"' in shown
    assert "Впереди 1 выезд" in shown
    assert client.post(page, typed(of_egor.person_id)).status_code == 302
    of_egor.refresh_from_db()
    assert (of_egor.name, of_egor.kind, of_egor.is_active) == ("Бригада Котовой", "crew", False)
    assert 'name="to_0" value="00:00"' in client.get(page).content.decode()


def test_what_was_typed_stays_beside_the_refusal(anna, windows, enter):
    half = enter(anna).post(f"{ROOM}new/", typed(from_1=["10:00"], to_1=[""]))
    assert half.status_code == 422
    assert "Нужны и начало, и конец" in half.content.decode()
    assert 'name="from_1" value="10:00"' in half.content.decode()
    backwards = enter(anna).post(f"{ROOM}new/", typed(from_1=["18:00"], to_1=["10:00"]))
    assert "позже, чем начинается" in backwards.content.decode()
    assert enter(anna).post(f"{ROOM}new/", typed(person="7\x00", kind="tank", from_0=["x"])).status_code == 422


def test_one_and_thirty_ask_the_same_number_of_queries(anna, vera, enter, django_assert_num_queries):
    client = enter(anna)
    open_deal(vera, by=anna)  # the company works: it is not led from step to step any more
    with django_assert_num_queries(4):  # session, kinds of visits, resources, whether the company works
        client.get(ROOM)
    for number in range(30):
        Resource.objects.create(kind="crew", name=f"Бригада {number}", skills=["installation"])
    with django_assert_num_queries(4):
        client.get(ROOM)


def test_the_head_sees_and_only_the_administrator_changes(roza, olga, of_egor, enter):
    assert [enter(person).get(ROOM).status_code for person in (roza, olga)] == [200, 403]
    assert enter(roza).get(f"{ROOM}{of_egor.pk}/").status_code == 403


def test_letting_go_says_how_many_visits_are_ahead_and_which_stay(anna, egor, visit, monday, enter):
    client, page = enter(anna), f"/office/staff/{egor.pk}/"
    Resource.objects.exclude(person=egor).update(is_active=False)  # nobody else can go there
    for said_there in ("1 предстоящий выезд", "впереди 1 выезд"):
        said = client.get(page).content.decode()
        assert said_there in said
        assert f"/calendar/?day={monday}&amp;view=week" in said
        client.post(page + "dismissal/")
    assert "предстоящий" not in client.get(f"/office/staff/{anna.pk}/").content.decode()


def test_the_calendar_offers_no_time_of_one_who_left(anna, egor, visit, monday, enter):
    resources.let_go(egor, by=anna)
    said = enter(anna).get(f"/calendar/?day={monday}").content.decode()
    row = said.split('aria-label="Егор Кузнецов"')[1].split("</section>")[0]
    assert "Вера Павлова" in row
    assert "block free" not in row
