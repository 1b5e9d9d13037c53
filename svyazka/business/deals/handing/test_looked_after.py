from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.clients.models import Client
from svyazka.business.deals.handing.looked_after import Known, ask_of_client, ask_presence, carers
from svyazka.business.deals.models import Deal, Pipeline
from svyazka.business.staff.models import Absence
from svyazka.kit import clock
from svyazka.kit.asking import answered


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def ooo(projects):
    return Client.objects.create(name="ООО «Ромашка»")


def deal_of(client, pipeline, person, *, first=None, closed=False, ago=0):
    path = Pipeline.objects.get(code=pipeline)
    at = clock.now() - timedelta(days=ago)
    return Deal.objects.create(
        client=client, pipeline=path, stage=path.stages.first(), responsible=person, department=path.department,
        first=first, parent=first, opened_at=at, stage_since=at, closed_at=at if closed else None,
    )  # fmt: skip


def of_client(client_id):
    after = answered(ask_of_client(client_id))
    answered(ask_presence(after))
    return after


def said(client):
    return [
        (desk.name, [(one.name, one.was, one.is_head) for one in desk.carers]) for desk in of_client(client.pk).desks
    ]


def test_each_department_of_the_way_with_who_is_responsible_was_or_leads_it(projects, ooo):
    sale = deal_of(ooo, "sales", projects["timur"], closed=True, ago=9)
    deal_of(ooo, "preparation", projects["pavel"], first=sale, ago=2)
    assert said(ooo) == [
        ("Sales", [("Тимур Ахметов", True, False)]),
        ("Project preparation", [("Павел Никитин", False, False)]),
        ("Project execution", []),
    ]


def test_a_client_without_an_open_deal_is_known_to_those_who_had_him_last(projects, ooo):
    sale = deal_of(ooo, "sales", projects["timur"], closed=True, ago=30)
    deal_of(ooo, "preparation", projects["pavel"], first=sale, closed=True, ago=20)
    deal_of(ooo, "sales", projects["sofia"], closed=True, ago=90)
    found = of_client(ooo.pk)
    assert [[one.name for one in desk.carers] for desk in found.desks] == [["Тимур Ахметов"], ["Павел Никитин"], []]
    assert found.deals == []


def test_where_nobody_is_responsible_the_head_stands_and_whoever_has_left_does_not(projects, ooo):
    timur = projects["timur"]
    deal_of(ooo, "sales", timur)
    timur.is_active = False
    timur.save(update_fields=["is_active"])
    assert said(ooo)[0] == ("Sales", [("Ринат Сафин", False, True)])


def test_each_person_stands_once_with_his_deals_and_how_it_stands_with_him(projects, ooo):
    newer, older = (deal_of(ooo, "sales", projects["timur"], ago=ago) for ago in (1, 2))
    until = clock.now() + timedelta(days=2)
    Absence.objects.create(person=projects["timur"], during=(clock.now() - timedelta(days=1), until), note="отпуск")
    (desk, *_others) = of_client(ooo.pk).desks
    (carer,) = desk.carers
    assert carer.deals == [newer.pk, older.pk]
    assert (carer.presence.is_at_work, carer.presence.absent_until, carer.presence.note) == (False, until, "отпуск")


def test_a_company_without_departments_of_pipelines_shows_where_people_belong(windows, vera, mikhail):
    path = Pipeline.objects.get()
    now = clock.now()
    Deal.objects.create(
        client=vera, pipeline=path, stage=path.stages.first(), responsible=mikhail, opened_at=now, stage_since=now
    )
    assert said(vera) == [("Sales", [("Михаил Лебедев", False, False)])]


@pytest.mark.parametrize("many", [1, 30])
def test_one_deal_and_thirty_cost_the_same(projects, ooo, many, django_assert_num_queries):
    people = [projects[login] for login in ("timur", "sofia", "pavel", "elena")]
    for number in range(many):
        deal_of(ooo, ("sales", "preparation", "execution")[number % 3], people[number % 4], ago=number)
    with django_assert_num_queries(3):
        of_client(ooo.pk)


def known(number, is_open, department, person, working):
    return Known(number, is_open, "", "", "", "", None, department, person, f"n{person}", "", working)


deals = st.lists(
    st.builds(
        known, st.integers(1, 99), st.booleans(), st.sampled_from([1, 2]), st.none() | st.integers(1, 4), st.booleans()
    ),
    max_size=8,
).map(lambda found: sorted(found, key=lambda deal: not deal.is_open))


@given(deals)
def test_whoever_is_responsible_now_goes_before_whoever_was(found):
    theirs = [deal for deal in found if deal.department_id == 1 and deal.person_id and deal.is_working]
    now = {deal.person_id for deal in theirs if deal.is_open}
    shown = carers(1, found)
    assert len({one.person_id for one in shown}) == len(shown)
    if now:
        assert ({one.person_id for one in shown}, {one.was for one in shown}) == (now, {False})
        assert sorted(number for one in shown for number in one.deals) == sorted(d.id for d in theirs if d.is_open)
    else:
        assert [(one.person_id, one.was) for one in shown] == [(deal.person_id, True) for deal in theirs[:1]]
