"""Company C, from the site's form to the project that is carried out, through the pages people use."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, HandOff, Stage
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.staff.models import Absence
from svyazka.kit import clock

AGREED = {"project_kind": "inbound", "seats": 40, "contact_person": "Ирина", "contract_number": "17-А"}


@pytest.fixture
def sale(projects):
    """It comes by the form of the site; the rule gives it to somebody, the assistant to Timur, and he learns more."""
    now = clock.now()
    body = {"name": "ООО «Ромашка»", "phone": "8 (916) 123-45-67"}
    Arrival.objects.create(
        received_at=now, account="web_form/main", connector="web_form", outside_id="1", conversation="1",
        headers={"content-type": "application/json"}, body=json.dumps(body).encode(), next_try_at=now,
    )  # fmt: skip
    work_off()
    sale = Deal.objects.get(source__code="site_main")
    facts.appoint(sale, projects["timur"], by=projects["lidia"])
    Stage.objects.update(required=[])
    return facts.change(sale, AGREED, by=projects["timur"])


def go(page, deal, code):
    current = Deal.objects.get(pk=deal.pk)
    to = Stage.objects.get(pipeline_id=current.pipeline_id, code=code)
    answer = page.post(f"/deals/{deal.pk}/stage/", {"stage": to.pk, "version": current.version})
    assert answer.status_code == 200


def version(deal):
    return {"version": Deal.objects.get(pk=deal.pk).version}


def test_c4_c12_a_sale_goes_through_three_departments_is_returned_once_and_nothing_is_typed_twice(
    sale, projects, enter
):
    now = clock.now()
    Absence.objects.create(person=projects["polina"], during=(now - timedelta(1), now + timedelta(1)))
    go(enter(projects["timur"]), sale, "signed")
    prepared = Deal.objects.get(parent=sale)
    assert (prepared.responsible, prepared.facts["seats"]) == (projects["pavel"], 40)

    page = enter(projects["pavel"])
    assert "Передал отдел «Продажи»" in page.get(f"/deals/{prepared.pk}/").content.decode()
    assert page.post(f"/deals/{prepared.pk}/return/", {"reason": " ", **version(prepared)}).status_code == 422
    answer = page.post(f"/deals/{prepared.pk}/return/", {"reason": "Нет даты запуска", **version(prepared)})
    assert "Отложена, пока «Продажи»" in answer.content.decode()

    page = enter(projects["timur"])
    assert "Нет даты запуска" in page.get(f"/deals/{sale.pk}/").content.decode()
    given = {"start_on": "2027-02-01", **version(sale)}
    assert page.post(f"/deals/{sale.pk}/fields/", given).status_code == 200
    go(page, sale, "signed")

    page = enter(projects["pavel"])
    assert page.post(f"/deals/{prepared.pk}/acceptance/", version(prepared)).status_code == 200
    prepared.refresh_from_db()
    assert (prepared.facts["start_on"], prepared.accept_due_at) == ("2027-02-01", None)
    go(page, prepared, "ready")
    carried_out = Deal.objects.get(parent=prepared)
    assert (carried_out.first_id, carried_out.responsible.department.code) == (sale.pk, "execution")

    page = enter(carried_out.responsible)
    assert page.post(f"/deals/{carried_out.pk}/acceptance/", version(carried_out)).status_code == 200
    page.post(f"/deals/{carried_out.pk}/notes/", {"text": "Линия работает"})
    go(page, carried_out, "finished")
    text = enter(projects["timur"]).get(f"/deals/{sale.pk}/").content.decode()
    for said in ("Линия работает", "Ведение · № ", "Нет даты запуска", "Завершён"):
        assert said in text


def test_c4_a_mistaken_answer_is_taken_back_and_a_correction_is_taken_over(sale, projects, enter):
    go(enter(projects["timur"]), sale, "signed")
    prepared = Deal.objects.get(parent=sale)
    page = enter(prepared.responsible)
    page.post(f"/deals/{prepared.pk}/acceptance/", version(prepared))
    assert "Принято по ошибке" in page.get(f"/deals/{prepared.pk}/").content.decode()
    assert page.post(f"/deals/{prepared.pk}/answer_undoing/").status_code == 200
    assert Deal.objects.get(pk=prepared.pk).accept_due_at
    enter(projects["timur"]).post(f"/deals/{sale.pk}/fields/", {"seats": "60", **version(sale)})
    page = enter(prepared.responsible)
    assert "С тех пор «Продажи» исправили" in page.get(f"/deals/{prepared.pk}/").content.decode()
    assert page.post(f"/deals/{prepared.pk}/taking_over/", {"code": "seats"}).status_code == 200
    assert Deal.objects.get(pk=prepared.pk).facts["seats"] == 60


def test_another_department_neither_accepts_nor_returns(sale, projects, enter):
    go(enter(projects["timur"]), sale, "signed")
    prepared = Deal.objects.get(parent=sale)
    page = enter(projects["elena"])
    for noun in ("acceptance", "return", "answer_undoing", "taking_over"):
        assert page.post(f"/deals/{prepared.pk}/{noun}/", {"reason": "Нет"}).status_code == 403


def test_c4_what_was_accepted_is_returned_as_long_as_it_has_not_gone_on(sale, projects, enter):
    go(enter(projects["timur"]), sale, "signed")
    prepared = Deal.objects.get(parent=sale)
    page, address = enter(prepared.responsible), f"/deals/{prepared.pk}/"
    page.post(f"{address}acceptance/", version(prepared))
    HandOff.objects.update(answered_at=clock.now() - timedelta(days=1))
    text = page.get(address).content.decode()
    assert "Принято по ошибке" not in text
    assert f'hx-get="{address}return/"' in text
    assert page.post(f"{address}return/", {"reason": "Нет базы", **version(prepared)}).status_code == 200
    assert f'hx-get="{address}return/"' not in page.get(address).content.decode()
