# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import pytest

from svyazka.business.deals.opening import open_deal
from svyazka.business.staff import hire
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
    # session, kinds of visits, resources (all, then those shown), what is wrong (5), whether the company works
    with django_assert_num_queries(10):
        client.get(ROOM)
    for number in range(30):
        Resource.objects.create(kind="crew", name=f"Бригада {number}", skills=["installation"])
    with django_assert_num_queries(10):
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


def found(client, query):
    said = client.get(f"{ROOM}?{query}").content.decode()
    return [name for name in Resource.objects.values_list("name", flat=True) if f"<strong>{name}</strong>" in said]


def test_the_list_is_searched_and_those_with_problems_stand_out(anna, of_egor, enter):
    client = enter(anna)
    assert found(client, "q=газель") == ["Газель, А123ВС", "Газель, М456ОР"]
    assert found(client, "kind=crew") == ["Бригада Орлова"]
    assert found(client, "wrong=1") == []
    Resource.objects.filter(pk=of_egor.pk).update(hours={})
    assert found(client, "wrong=1") == [of_egor.name]
    assert "Нет рабочего времени" in client.get(ROOM).content.decode()
    assert "Нет рабочего времени" in client.get(f"{ROOM}{of_egor.pk}/").content.decode()


def test_more_than_a_page(anna, windows, enter):
    Resource.objects.bulk_create(Resource(kind="tool", name=f"Лестница {number}") for number in range(60))
    client = enter(anna)
    assert len(found(client, "kind=tool")) == 50
    assert len(found(client, "kind=tool&page=1")) == 11


def test_a_van_is_entered_without_people_and_hours(anna, windows, enter):
    van = {"name": "Газель, К777КК", "kind": "vehicle", "good_for": "Фургон, прицеп", "skills": ["measurement"]}
    assert enter(anna).post(f"{ROOM}new/", van)["Location"] == ROOM
    added = Resource.objects.get(name="Газель, К777КК")
    assert (added.skills, added.hours, added.person) == (["фургон", "прицеп"], {}, None)
    assert 'value="фургон, прицеп"' in enter(anna).get(f"{ROOM}{added.pk}/").content.decode()


def test_everything_of_a_crew_is_kept(anna, windows, boris, of_egor, enter):
    crew, client = boris.resource, enter(anna)
    Resource.objects.filter(pk=crew.pk).update(placed_by="hand")
    more = {
        "members": [of_egor.pk],
        "break_minutes": "45",
        "break_from": "12:00",
        "break_to": "15:00",
        "home": "Москва, Лесная, 1",
        "territory": "Химки, Мытищи",
        "most_visits": "4",
        "most_minutes": "600",
    }
    page = f"{ROOM}{crew.pk}/"
    assert client.post(page, typed(boris.pk, is_active="1", **more)).status_code == 302
    crew.refresh_from_db()
    assert (crew.breaks, crew.home) == ([[45, "12:00", "15:00"]], "Москва, Лесная, 1")
    assert crew.territory == ["Химки", "Мытищи"]
    assert (crew.most_visits, crew.most_minutes, crew.lat, crew.placed_by) == (4, 600, None, "")
    assert [one.member for one in crew.members.all()] == [of_egor]
    said = client.get(page).content.decode()
    assert all(f'value="{value}"' in said for value in ("45", "12:00", "15:00", "Химки, Мытищи", "600"))


def test_half_a_break_is_refused(anna, boris, enter):
    refused = enter(anna).post(f"{ROOM}{boris.resource.pk}/", typed(boris.pk, is_active="1", break_minutes="45"))
    assert (refused.status_code, "в какое время он может быть" in refused.content.decode()) == (422, True)


def test_a_day_unlike_the_others_is_entered_and_removed(anna, of_egor, monday, enter):
    client, page = enter(anna), f"{ROOM}{of_egor.pk}/"
    given = {"day": monday.isoformat(), "from": "10:00", "to": "14:00", "note": "врач"}
    assert client.post(f"{page}days/", given)["Location"] == page
    shift = of_egor.shifts.get()
    said = client.get(page).content.decode()
    assert ("10:00–14:00" in said, "врач" in said) == (True, True)
    half = client.post(f"{page}days/", {"day": monday.isoformat(), "from": "10:00"})
    assert (half.status_code, 'value="10:00"' in half.content.decode()) == (422, True)
    assert client.post(f"{page}days/", {"from": "10:00", "to": "12:00"}).status_code == 422
    for _click in range(2):
        assert client.post(f"{page}days/{shift.pk}/removal/").status_code == 302
    assert not of_egor.shifts.exists()


def test_somebody_goes_in_anothers_place(anna, boris, of_egor, monday, enter):
    crew, client = boris.resource, enter(anna)
    away, page = crew.members.first().member, f"{ROOM}{crew.pk}/"
    given = {"day": monday.isoformat(), "away": away.pk, "instead": of_egor.pk}
    assert client.post(f"{page}substitutions/", given)["Location"] == page
    row = crew.substitutions.get()
    assert f"{away} → {of_egor}" in client.get(page).content.decode()
    wrong = client.post(f"{page}substitutions/", {**given, "away": ""})
    assert (wrong.status_code, "Выберите, кто не выйдет" in wrong.content.decode()) == (422, True)
    for _click in range(2):
        assert client.post(f"{page}substitutions/{row.pk}/removal/").status_code == 302
    assert not crew.substitutions.exists()
