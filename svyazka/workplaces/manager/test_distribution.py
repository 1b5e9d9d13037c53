from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import history
from svyazka.business.clients.models import Client
from svyazka.business.deals.handing import distribution
from svyazka.business.deals.models import Deal, DistributionRule, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.staff.models import Absence
from svyazka.kit import clock


@pytest.fixture
def rinat(projects):
    return projects["rinat"]


def leads(number):
    stage, now = Stage.objects.filter(pipeline__code="sales").first(), clock.now()
    client = Client.objects.create(name="ООО Ромашка")
    made = Deal.objects.bulk_create(
        Deal(client=client, pipeline_id=stage.pipeline_id, stage=stage, opened_at=now, stage_since=now)
        for _one in range(number)
    )
    return [deal.pk for deal in made]


def test_the_head_gives_ticked_leads_to_a_person_and_takes_them_back(projects, rinat, enter):
    many, timur = leads(3), projects["timur"]
    browser = enter(rinat)
    answer = browser.post("/distribution/gifts/", {"deals": many[:2], "to": timur.pk})
    assert "Отдано: " in answer.content.decode()
    assert set(Deal.objects.filter(responsible=timur).values_list("pk", flat=True)) == set(many[:2])
    batch = answer.context["shared"].batch
    assert "Возвращено" in browser.post("/distribution/undo/", {"batch": batch}).content.decode()
    assert not Deal.objects.filter(responsible=timur).exists()
    assert browser.post("/distribution/undo/", {"batch": batch}).status_code == 422


def test_by_rule_without_ticks_means_all(projects, rinat, enter):
    leads(4)
    enter(rinat).post("/distribution/gifts/?pipeline=sales", {"to": "rule"})
    assert not Deal.objects.filter(responsible=None).exists()


def test_without_ticks_a_person_gets_nothing(projects, rinat, enter):
    leads(1)
    assert enter(rinat).post("/distribution/gifts/", {"to": projects["timur"].pk}).status_code == 422


def test_the_second_head_is_told_what_was_gone(projects, rinat, enter):
    many = leads(2)
    distribution.hand_out(many[:1], to=projects["sofia"], by=projects["anna"])
    answer = enter(rinat).post("/distribution/gifts/", {"deals": many, "to": projects["timur"].pk})
    assert f"№ {many[0]}" in answer.content.decode()
    assert Deal.objects.get(pk=many[1]).responsible == projects["timur"]


def test_absent_people_are_marked(projects, rinat, enter):
    now = clock.now()
    Absence.objects.create(person=projects["timur"], during=(now - timedelta(hours=1), now + timedelta(days=1)))
    assert "отсутствует до завтра" in enter(rinat).get("/distribution/").content.decode()


def test_all_deals_of_a_person_go_to_others(projects, rinat, enter):
    DistributionRule.objects.all().delete()
    timur, sofia = projects["timur"], projects["sofia"]
    deal = open_deal(Client.objects.create(name="ООО Ромашка"), responsible=timur, by=rinat)
    browser = enter(rinat)
    assert deal.stage.name in browser.get(f"/distribution/of/{timur.pk}/").content.decode()
    browser.post(f"/distribution/of/{timur.pk}/", {"stages": deal.stage_id, "to": sofia.pk})
    assert Deal.objects.get(pk=deal.pk).responsible == sofia


def test_one_lead_costs_as_many_statements_as_thirty(projects, rinat, enter):
    browser, counts = enter(rinat), []
    for number in (1, 29):
        leads(number)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/distribution/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_rail_leads_there_only_who_may_distribute(projects, rinat, enter):
    assert "/distribution/" in enter(rinat).get("/deals/").content.decode()
    assert "/distribution/" not in enter(projects["timur"]).get("/deals/").content.decode()
    assert enter(projects["timur"]).get("/distribution/").status_code == 403


def test_its_person_takes_a_lead_up_on_its_page(projects, enter):
    deal = open_deal(Client.objects.create(name="ООО Ромашка"), by=projects["rinat"])
    person = Deal.objects.get(pk=deal.pk).responsible
    browser = enter(person)
    assert "Взять в работу" in browser.get(f"/deals/{deal.pk}/").content.decode()
    answer = browser.post(f"/deals/{deal.pk}/take/").content.decode()
    assert "Взять в работу" not in answer
    assert Deal.objects.get(pk=deal.pk).take_due_at is None


def test_taken_up_out_of_the_queue_it_is_taken_up(projects, enter):
    deal = open_deal(Client.objects.create(name="ООО Ромашка"), by=projects["rinat"])
    happened = history.add(deal.client_id, kind="form", deal_id=deal.pk, waiting=True, by=projects["rinat"])
    enter(Deal.objects.get(pk=deal.pk).responsible).post(f"/queue/{happened.pk}/taking/")
    assert Deal.objects.get(pk=deal.pk).take_due_at is None


def test_a_note_of_its_person_takes_it_up(projects, enter):
    deal = open_deal(Client.objects.create(name="ООО Ромашка"), by=projects["rinat"])
    enter(Deal.objects.get(pk=deal.pk).responsible).post(f"/deals/{deal.pk}/notes/", {"text": "Звоню"})
    assert Deal.objects.get(pk=deal.pk).take_due_at is None
