from __future__ import annotations

import json

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.handing import answering
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Pipeline, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.visits.conftest import hour, measurement, monday, of_egor, visit  # noqa: F401 - fixtures


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code)


def move(page, deal, code, **more):
    given = {"stage": stage(code).pk, "version": deal.version, **more}
    return page.post(f"/deals/{deal.pk}/stage/?board=1", given, headers={"HX-Request": "true"})


def test_the_board_says_of_each_stage_what_to_do(deal, enter, olga):
    text = enter(olga).get("/deals/").content.decode()
    for stage in Stage.objects.filter(kind="open"):
        assert stage.instruction in text
    assert "срок 1\u00a0ч" in text
    assert "Вера Павлова" in text
    assert "Москва, ул. Лесная, 5, кв. 12" in text


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_one_deal_as_for_thirty(windows, olga, enter, number, django_assert_num_queries):
    for at in range(number):
        open_deal(Client.objects.create(name=f"Клиент {at}"), by=olga)
    page = enter(olga)
    with django_assert_num_queries(9):
        page.get("/deals/")
    with django_assert_num_queries(9):
        page.get("/deals/list/")


def test_nothing_that_people_wrote_becomes_html(windows, olga, enter):
    nasty = "<script>\"'&"
    open_deal(Client.objects.create(name=nasty), address=nasty, by=olga)
    for path in ("/deals/", "/deals/list/"):
        text = enter(olga).get(path).content.decode()
        assert nasty not in text
        assert "&lt;script&gt;" in text


def test_numbers_beyond_a_thousand_keep_their_addresses(deal, enter, olga, vera):
    Deal.objects.create(
        pk=7654321,
        client=vera,
        pipeline=deal.pipeline,
        stage=deal.stage,
        opened_at=deal.opened_at,
        stage_since=deal.stage_since,
    )
    page = enter(olga)
    assert 'href="/deals/7654321/"' in page.get("/deals/").content.decode()
    text = page.get("/deals/7654321/").content.decode()
    assert "/deals/7654321/stage/" in text
    assert "7\u00a0654" not in text


def test_the_filters_choose_and_stand_in_the_address(deal, enter, mikhail):
    page = enter(mikhail)
    asked = {"HX-Request": "true", "HX-Target": "board"}
    answer = page.get("/deals/?whose=mine&q=&source=", headers=asked)
    assert answer["HX-Replace-Url"] == "/deals/?whose=mine"
    assert "Вера Павлова" not in answer.content.decode()
    assert "Вера Павлова" in page.get("/deals/?whose=department%00&responsible=x&source=-1").content.decode()


def test_more_cards_of_a_column(windows, olga, enter):
    for at in range(22):
        open_deal(Client.objects.create(name=f"Клиент {at}"), by=olga)
    text = enter(olga).get("/deals/").content.decode()
    assert "Клиент 1<" not in text
    address = text.split('class="more"')[1].split('hx-get="')[1].split('"')[0]
    assert "Клиент 1<" in enter(olga).get(address).content.decode()


def test_a_move_answers_with_the_card_and_the_counters(deal, enter, olga):
    answer = move(enter(olga), deal, "contacted")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="d{deal.pk}" data-s="{stage("contacted").pk}"' in text
    assert text.count('class="tally"') == 2
    assert "Вернуть" in text


def test_a_refusal_is_a_dialog_with_what_is_missing(windows, enter, olga):
    deal = open_deal(Client.objects.create(), by=olga)
    answer = move(enter(olga), deal, "measurement_booked")
    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog")
    assert "fact_client_name" in text
    assert "fact_address" in text
    assert "fact_amount" not in text
    assert move(enter(olga), deal, "measurement_booked", fact_client_name="Вера", without_visit="1").status_code == 422
    filled = {"fact_client_name": "Вера", "fact_address": "Лесная, 5", "without_visit": "1"}
    assert move(enter(olga), deal, "measurement_booked", **filled).status_code == 200
    assert Deal.objects.get(pk=deal.pk).client.name == "Вера"


def test_a_stage_that_says_booked_offers_to_book(deal, enter, olga):
    moves.move(deal, to=stage("contacted"), by=olga)
    deal = Deal.objects.get(pk=deal.pk)
    answer = move(enter(olga), deal, "measurement_booked")
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog")
    assert 'name="book"' in answer.content.decode()
    booked = move(enter(olga), deal, "measurement_booked", book="1")
    assert json.loads(booked["HX-Location"])["path"] == f"/deals/{deal.pk}/visits/new/?kind=measurement"
    assert move(enter(olga), deal, "measurement_booked", without_visit="1").status_code == 200


def test_what_was_typed_on_the_way_to_a_booking_is_stored(windows, enter, olga):
    deal = open_deal(Client.objects.create(), by=olga)
    half = move(enter(olga), deal, "measurement_booked", book="1", fact_client_name="Вера", fact_address="")
    assert (half.status_code, "HX-Location" in half) == (422, False)
    deal = Deal.objects.get(pk=deal.pk)
    whole = move(enter(olga), deal, "measurement_booked", book="1", fact_client_name="Вера", fact_address="Лесная, 5")
    assert whole.status_code == 200
    deal = Deal.objects.select_related("client", "stage").get(pk=deal.pk)
    assert (deal.client.name, deal.address, deal.stage.code) == ("Вера", "Лесная, 5", "new")


def test_what_was_typed_into_the_dialog_is_kept_beside_its_refusal(windows, enter, olga):
    deal = open_deal(Client.objects.create(name="Вера"), address="Лесная, 5", by=olga)
    facts.change(deal, {"measured_at": "2026-12-01"}, by=olga)
    deal = Deal.objects.get(pk=deal.pk)
    answer = move(enter(olga), deal, "offer_sent", fact_amount="много", fact_openings="3")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="много"' in text
    assert 'value="3"' in text
    assert "Здесь нужна сумма" in text


def test_lost_needs_a_reason(deal, enter, olga):
    assert "Почему сделка потеряна?" in move(enter(olga), deal, "lost").content.decode()
    reason = LossReason.objects.first().pk
    assert move(enter(olga), deal, "lost", loss_reason=reason).status_code == 200
    assert move(enter(olga), deal, "lost", loss_reason="99999").status_code == 422


def test_a_lost_deal_says_which_visits_are_called_off(visit, enter, olga):  # noqa: F811 - the fixture
    deal = Deal.objects.get()
    asked = move(enter(olga), deal, "lost").content.decode()
    assert "Эти выезды будут отменены" in asked
    assert "Егор Кузнецов" in asked
    answer = move(enter(olga), deal, "lost", loss_reason=LossReason.objects.first().pk)
    assert "Отменён 1 выезд" in answer.content.decode()
    # The deal would come back without its visit.
    assert "data-undo" not in answer.content.decode()
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_two_people_move_the_same_deal(deal, enter, olga, mikhail):
    moves.move(deal, to=stage("contacted"), by=mikhail)
    answer = move(enter(olga), deal, "measurement_booked")
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#toasts")
    assert Deal.objects.get(pk=deal.pk).stage.code == "contacted"


@pytest.mark.parametrize("given", [{}, {"stage": "x"}, {"stage": "0"}, {"stage": "9" * 30}, {"stage": "\x00"}])
def test_a_stage_that_is_none_is_refused(deal, enter, olga, given):
    assert enter(olga).post(f"/deals/{deal.pk}/stage/", given).status_code == 422
    assert enter(olga).get(f"/deals/{deal.pk}/stage/", {"to": given.get("stage", "")}).status_code == 422


def test_another_pipelines_stage_is_refused(deal, enter, olga):
    other = Stage.objects.create(pipeline=Pipeline.objects.create(code="other"), code="x", position=0)
    assert enter(olga).post(f"/deals/{deal.pk}/stage/", {"stage": other.pk}).status_code == 422


def test_another_departments_deal_is_seen_and_not_moved(deal, enter, olga, mikhail, dina):
    facts.appoint(deal, dina, by=olga)
    page = enter(mikhail)
    assert 'class="deal fixed"' in page.get("/deals/").content.decode()
    assert move(page, deal, "contacted").status_code == 403


def test_a_card_that_left_the_board_is_taken_out(deal, enter, mikhail):
    answer = enter(mikhail).get(f"/deals/{deal.pk}/card/?whose=mine&left={deal.stage_id}")
    assert f'<li id="d{deal.pk}" data-gone>' in answer.content.decode()
    assert enter(mikhail).get("/deals/99999999999999999999/card/").status_code == 404


def test_engineers_have_no_board(windows, enter, egor):
    assert enter(egor).get("/deals/").status_code == 403


def test_a_second_pipeline_has_a_board_of_its_own(deal, enter, olga):
    second = Pipeline.objects.create(code="repairs", words={"ru": "Ремонт"}, position=1)
    Stage.objects.create(pipeline=second, code="first", position=0, words={"ru": "Начало"})
    text = enter(olga).get("/pipelines/repairs/").content.decode()
    assert "Начало" in text
    assert "Вера Павлова" not in text
    assert enter(olga).get("/pipelines/none/").status_code == 404


def test_closing_a_won_deal_asks_what_becomes_of_its_visits(visit, enter, olga):  # noqa: F811 - the fixture
    known = {"openings": 3, "amount": "54300", "contract_number": "17-А", "prepaid": "1"}
    dates = {"ready_at": "2026-12-01", "installed_at": "2026-12-02"}
    facts.change(visit.deal, {**known, **dates}, by=olga)
    deal = Deal.objects.get(pk=visit.deal_id)
    asked = move(enter(olga), deal, "closed")
    assert (asked.status_code, "По сделке ещё назначены выезды" in asked.content.decode()) == (422, True)
    answer = move(enter(olga), deal, "closed", visits="cancel")
    assert "Отменён 1 выезд" in answer.content.decode()
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_board_and_list_have_one_name_and_show_what_is_not_accepted_yet(projects, enter):
    Stage.objects.update(required=[])
    client = Client.objects.create(name="ООО «Ромашка»", kind="company")
    sale = open_deal(client, by=projects["timur"], responsible=projects["timur"])
    moves.move(sale, to=Stage.objects.get(code="signed"), by=projects["timur"])
    waits = Deal.objects.get(parent=sale)
    for path in ("/pipelines/preparation/", "/deals/list/"):
        page = enter(projects["rinat"])
        assert "<h1>Сделки" in page.get(path).content.decode()
        assert f"/deals/{waits.pk}/" in page.get(f"{path}?not_accepted=1").content.decode()
    answering.accept(waits, by=projects["pavel"])
    for path in ("/pipelines/preparation/", "/deals/list/"):
        text = page.get(f"{path}?not_accepted=1").content.decode()
        assert f"/deals/{waits.pk}/" not in text
        assert 'name="not_accepted" value="1" checked' in text


def test_a_company_without_a_pipeline_is_led_to_where_one_is_set_up(anna, olga, enter):
    Pipeline.objects.all().delete()
    page = enter(anna).get("/deals/").content.decode()
    assert 'href="/office/pipelines/"' in page
    assert 'href="/office/blueprint/"' in page
    assert 'href="/office/pipelines/"' not in enter(olga).get("/deals/").content.decode()
