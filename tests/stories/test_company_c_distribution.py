"""Company C's leads are given out: by rule as they come, by the head and his assistant by hand, and back."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients.models import Client, Source
from svyazka.business.deals.handing import coming_back
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Absence
from svyazka.kit import clock


def form(number: int) -> Deal:
    """A request of one more company by the form of the site."""
    now, key = clock.now(), str(uuid4())
    body = {"name": f"ООО «Ромашка {number}»", "phone": f"891612345{number:02}"}
    Arrival.objects.create(
        received_at=now, account="web_form/main", connector="web_form", outside_id=key, conversation=key,
        headers={"content-type": "application/json"}, body=json.dumps(body).encode(), next_try_at=now,
    )  # fmt: skip
    work_off()
    return Deal.objects.select_related("responsible").latest("pk")


def from_agency(number: int, by) -> Deal:
    client = Client.objects.create(name=f"АО «Ветер {number}»", kind="company")
    return open_deal(client, source=Source.objects.get(code="agency_vector"), by=by)


def test_c3_leads_go_out_by_rule_in_turn_and_what_is_not_taken_up_goes_to_the_next(projects, enter):
    first, second = form(1), form(2)
    assert {first.responsible, second.responsible} == {projects["timur"], projects["sofia"]}
    assert first.take_due_at - first.assigned_at == timedelta(minutes=30)
    assert Notice.objects.filter(kind="deals.given").count() == 2

    assert enter(first.responsible).post(f"/deals/{first.pk}/take/").status_code == 200
    Deal.objects.filter(pk__in=[first.pk, second.pk], take_due_at__isnull=False).update(take_due_at=clock.now())
    coming_back.bring_back()
    taken, passed_on = Deal.objects.get(pk=first.pk), Deal.objects.get(pk=second.pk)
    assert (taken.responsible, taken.take_due_at) == (first.responsible, None)
    assert passed_on.responsible == first.responsible


@pytest.mark.parametrize("login", ["rinat", "lidia"])
def test_c3_the_head_and_the_assistant_give_out_what_agencies_send_many_at_once(projects, enter, login):
    timur = projects["timur"]
    sent = [from_agency(number, projects["olga"]) for number in range(4)]
    assert not any(lead.responsible for lead in sent), "the rule leaves them to the head"
    page = enter(projects[login])
    board = page.get("/distribution/?pipeline=sales").content.decode()
    assert all(lead.client.name in board for lead in sent)

    given = page.post("/distribution/gifts/?pipeline=sales", {"deals": [lead.pk for lead in sent[:3]], "to": timur.pk})
    assert f"Отдано: {timur.full_name}: 3" in given.content.decode()
    assert "открытых 3, новых сегодня 3" in given.content.decode()
    assert page.post("/distribution/undo/", {"batch": given.context["shared"].batch}).status_code == 200
    assert Deal.objects.filter(responsible=None).count() == 4


def test_c3_whoever_is_away_gets_nothing_and_what_he_had_goes_to_others(projects, enter):
    timur, sofia = projects["timur"], projects["sofia"]
    had = [lead for lead in (form(1), form(2)) if lead.responsible == timur]
    now = clock.now()
    Absence.objects.create(person=timur, during=(now - timedelta(1), now + timedelta(1)))
    assert [form(number).responsible for number in (3, 4)] == [sofia, sofia]
    stage = had[0].stage_id
    answer = enter(projects["rinat"]).post(f"/distribution/of/{timur.pk}/", {"stages": stage, "to": sofia.pk})
    assert answer.status_code == 200
    assert set(Deal.objects.values_list("responsible", flat=True)) == {sofia.pk}
