"""What the companies have set up to happen by itself, out of their blueprints: the worker hears it, and acts."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.automation import follow, run, sweep
from svyazka.business.automation.models import Run
from svyazka.business.clients.models import Client, ContactPoint, Interaction, Source
from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, HandOff, Question, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.suspicions import suspect
from svyazka.business.money import debts, invoices, payments
from svyazka.business.money.lines import line
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking
from svyazka.business.visits.models import VisitKind
from svyazka.engines.matching.decide import decide
from svyazka.engines.matching.record import Given, normalise
from svyazka.kit import clock


def act() -> None:
    """The worker goes round until nothing is due."""
    for _round in range(6):
        sweep.sweep()
        if not follow.follow() + run.work_off() + run.work_off_outside():
            return


def go(deal: Deal, code: str, by) -> None:
    current = Deal.objects.get(pk=deal.pk)
    moves.move(current, to=Stage.objects.get(pipeline_id=current.pipeline_id, code=code), by=by)


@pytest.fixture
def of_windows(windows):
    """From now on the rules hear what happens."""
    act()
    return windows


@pytest.fixture
def of_projects(projects):
    act()
    Stage.objects.update(required=[])
    return projects


def test_w10_at_the_third_move_of_a_visit_the_controller_asks_whoever_is_responsible(
    of_windows, vera, mikhail, olga, konstantin
):
    deal = open_deal(vera, responsible=mikhail, by=olga)
    kind = VisitKind.objects.get(code="measurement")
    window = booking.others(deal, kind).windows[-1]
    visit = booking.book(deal, kind, window.resource, window.starts_at, request_id=uuid4(), by=olga)
    for week in (1, 2):
        visit = booking.move(
            visit, window.starts_at + timedelta(weeks=week), window.resource, reason="Просит позже", by=olga
        )
        act()
        assert not Question.objects.exists()
    visit = booking.move(visit, window.starts_at + timedelta(weeks=3), window.resource, reason="Снова", by=olga)
    act()
    question = Question.objects.get()
    assert (question.by, question.deal) == (konstantin, deal)
    assert question.text.startswith("Выезд переносят уже 3-й раз")
    assert [one.person for one in question.asked.all()] == [mikhail]
    assert Notice.objects.filter(person=mikhail, kind="question.asked").count() == 1
    booking.move(visit, window.starts_at + timedelta(weeks=4), window.resource, reason="И ещё", by=olga)
    act()
    assert Question.objects.count() == 1


def test_c2_an_agencys_lead_that_is_a_duplicate_is_a_task_that_names_of_whom_and_why(of_projects):
    timur, olga = of_projects["timur"], of_projects["olga"]
    known = Client.objects.create(name="ООО «Ромашка»")
    ContactPoint.objects.create(client=known, kind="phone", value="+79161234567")
    again = Client.objects.create(name="Ромашка")
    source = Source.objects.get(code="agency_vector")
    lead = open_deal(again, source=source, responsible=timur, by=olga)
    records = [
        normalise(Given(names=(one.name,), phones=("+79161234567",), companies=(one.name,))) for one in (again, known)
    ]
    decision = decide(records[0], [(known.pk, records[1])])
    assert suspect(again, decision, deal=lead, by=olga)
    act()
    task = Task.objects.get(what__startswith="Лид агентства, возможно, дубль")
    assert (task.person, task.deal) == (timur, lead)
    assert f"ООО «Ромашка» (№\u00a0{known.pk})" in task.what
    assert "телефон" in task.what
    note = Interaction.objects.get(kind="note", deal_id=lead.pk)
    assert "ООО «Ромашка»" in note.text
    assert list(Run.objects.values_list("state", flat=True)) == ["done"]


def test_a_duplicate_that_no_agency_sent_is_left_to_the_task_of_the_house(of_projects):
    timur, olga = of_projects["timur"], of_projects["olga"]
    first, again = (Client.objects.create(name="Ирина Соколова") for _one in range(2))
    lead = open_deal(again, source=Source.objects.get(code="site_main"), responsible=timur, by=olga)
    records = [normalise(Given(names=(one.name,), phones=("+79161234567",))) for one in (again, first)]
    suspect(again, decide(records[0], [(first.pk, records[1])]), deal=lead, by=olga)
    act()
    assert not Task.objects.filter(what__startswith="Лид агентства").exists()
    assert list(Run.objects.values_list("state", flat=True)) == ["left"]


def test_c4_a_signed_contract_hands_the_deal_on_and_managers_are_appointed(of_projects):
    olga, timur = of_projects["olga"], of_projects["timur"]
    client = Client.objects.create(name="ООО «Ромашка»")
    deal = open_deal(client, source=Source.objects.get(code="agency_vector"), by=olga)
    assert deal.responsible is None
    facts.change(deal, {"project_kind": "inbound", "seats": "40"}, by=olga)
    facts.change(deal, {"contract_number": "17-А"}, by=olga)
    act()
    deal.refresh_from_db()
    leg = HandOff.objects.get(deal=deal)
    assert deal.stage.code == "signed"
    assert deal.responsible.department.code == "sales"
    assert leg.to_deal.pipeline.code == "preparation"
    assert leg.to_deal.responsible.department.code == "preparation"
    assert leg.to_deal.facts["seats"] == 40
    assert timur.department == deal.responsible.department
    facts.change(Deal.objects.get(pk=deal.pk), {"contract_number": ""}, by=olga)
    facts.change(Deal.objects.get(pk=deal.pk), {"contract_number": "17-Б"}, by=olga)
    act()
    assert HandOff.objects.count() == 1


def test_a_line_that_works_gets_its_day(of_projects):
    elena = of_projects["elena"]
    client = Client.objects.create(name="ООО «Ромашка»")
    launch = Stage.objects.get(pipeline__code="execution", code="launch")
    deal = open_deal(client, responsible=elena, pipeline=launch.pipeline, by=elena)
    go(deal, "running", elena)
    act()
    deal.refresh_from_db()
    assert deal.facts["launched_on"] == clock.today().isoformat()


def test_a_prepayment_lets_the_debt_fall_and_production_begins(of_windows, vera, mikhail, anna):
    Stage.objects.update(required=[])
    deal = open_deal(vera, responsible=mikhail, by=mikhail)
    go(deal, "contract", mikhail)
    Stage.objects.filter(code="contract").update(required=["contract_number", "prepaid"])
    facts.change(Deal.objects.get(pk=deal.pk), {"contract_number": "12"}, by=mikhail)
    billed = [line("Окна", Decimal(1), Decimal(50000))]
    invoices.issue(deal, billed, due_on=clock.today(), by=mikhail)
    assert debts.of_client(vera.pk).owed == 50000
    payments.enter(vera, Decimal(30000), paid_on=clock.today(), origin="hand", deal=deal, by=anna)
    act()
    deal.refresh_from_db()
    assert (deal.stage.code, deal.facts["prepaid"]) == ("production", "30000.00")
    assert debts.of_client(vera.pk).owed == 20000
