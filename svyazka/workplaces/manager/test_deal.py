# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, FirstContact, HandOff, Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.problems.models import Problem
from svyazka.business.problems.sweep import sweep
from svyazka.business.staff.models import Person
from svyazka.business.visits.conftest import hour, measurement, monday, of_egor, visit  # noqa: F401
from svyazka.kit import clock


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, origin={"utm": {"utm_source": "yandex"}, "page": "https://okna.example.ru/"}, by=olga)


@pytest.fixture
def page(enter, olga):
    return enter(olga)


def test_the_page_says_what_to_do_and_what_is_known(deal, page):
    text = page.get(f"/deals/{deal.pk}/").content.decode()
    for said in ("Вера Павлова", "Позвоните клиенту в течение часа", "+7 916 123-45-67", "yandex", "Позвонить клиенту"):
        assert said in text
    assert 'href="tel:+79161234567"' in text


def test_it_says_how_long_the_client_waited_for_the_first_word(deal, page):
    now = clock.now()
    FirstContact.objects.create(deal=deal, asked_at=now - timedelta(minutes=5), reached_at=now - timedelta(minutes=2))
    assert "через 3 мин 0 с, сегодня" in page.get(f"/deals/{deal.pk}/").content.decode()


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_a_short_history_as_for_a_long_one(deal, page, olga, number, django_assert_num_queries):
    for at in range(number):
        history.note(deal.client_id, f"Заметка {at}", deal_id=deal.pk, by=olga)
    with django_assert_num_queries(21):  # one of them: why a parameter of the company could not be counted
        page.get(f"/deals/{deal.pk}/")


def test_earlier_history_is_asked_for(deal, page, olga):
    for at in range(35):
        history.note(deal.client_id, f"Заметка {at}.", deal_id=deal.pk, by=olga)
    text = page.get(f"/deals/{deal.pk}/").content.decode()
    assert "Заметка 34." in text
    assert "Заметка 0." not in text
    address = text.split(f'hx-get="/deals/{deal.pk}/history/?')[1].split('"')[0]
    assert "Заметка 0." in page.get(f"/deals/{deal.pk}/history/?{address}").content.decode()
    assert page.get(f"/deals/{deal.pk}/history/?before=nonsense").status_code == 200


def test_a_long_text_is_shown_by_its_beginning_and_whole_when_asked_for(deal, page, olga, enter, egor):
    for at in range(31):
        history.add(deal.client_id, kind="form", text=f"{at} " + "п" * 60_000 + "конец", deal_id=deal.pk, by=olga)
    answer = page.get(f"/deals/{deal.pk}/")
    assert len(answer.content) < 250_000
    assert "конец" not in answer.content.decode()
    address = re.findall(r"/interactions/\d+/text/", answer.content.decode())[0]
    assert "конец</div>" in page.get(address).content.decode()
    assert page.get("/interactions/999999/text/").status_code == 404
    assert enter(egor).get(address).status_code == 403


def test_a_text_of_usual_length_is_shown_whole(deal, page, olga):
    history.note(deal.client_id, "п" * 2000, deal_id=deal.pk, by=olga)
    assert "/interactions/" not in page.get(f"/deals/{deal.pk}/").content.decode()


def test_facts_are_saved_and_shown_in_russian_spelling(deal, page):
    given = {"version": deal.version, "amount": "54300,5", "openings": "3", "client_name": "Вера"}
    answer = page.post(f"/deals/{deal.pk}/fields/", given)
    assert answer.status_code == 200
    assert 'value="54\u00a0300,50"' in answer.content.decode()
    assert "54\u00a0300,50\u00a0₽" in answer.content.decode()
    assert Deal.objects.get(pk=deal.pk).facts == {"openings": 3}


def test_a_wrong_value_is_named_beside_its_input_and_everything_typed_stays(deal, page):
    given = {"version": deal.version, "amount": "много", "contract_number": "17-А", "address": "х" * 500}
    answer = page.post(f"/deals/{deal.pk}/fields/", given)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="много"' in text
    assert ">17-А</textarea>" in text
    assert text.count('aria-invalid="true"') == 2
    assert Deal.objects.get(pk=deal.pk).facts == {}


def test_two_people_change_the_same_deal_and_nothing_typed_is_lost(deal, page, mikhail):
    facts.change(deal, {"amount": "1000", "openings": "2"}, by=mikhail)
    given = {"version": deal.version, "amount": "2000", "openings": "2", "contract_number": "17"}
    answer = page.post(f"/deals/{deal.pk}/fields/", given)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Кто-то другой" in text or "уже изменил" in text or "изменил" in text
    assert 'value="2000"' in text
    assert "Сейчас записано: 1\u00a0000" in text
    assert Deal.objects.get(pk=deal.pk).amount == 1000
    again = {**given, "version": Deal.objects.get(pk=deal.pk).version}
    assert page.post(f"/deals/{deal.pk}/fields/", again).status_code == 200
    assert Deal.objects.get(pk=deal.pk).amount == 2000


@pytest.mark.parametrize(
    "given",
    [{"version": "x", "amount": "1"}, {"amount": "1"}, {"version": "1", "nothing": "1"}, {"version": "9" * 40}],
)
def test_bad_forms_store_nothing(deal, page, given):
    assert page.post(f"/deals/{deal.pk}/fields/", given).status_code in (409, 422)
    assert Deal.objects.get(pk=deal.pk).amount is None


def test_zero_signs_are_left_out(deal, page):
    answer = page.post(f"/deals/{deal.pk}/fields/", {"version": deal.version, "contract_number": "1\x007"})
    assert answer.status_code == 200
    assert Deal.objects.get(pk=deal.pk).facts == {"contract_number": "17"}


def test_somebody_becomes_responsible(deal, page, mikhail, egor):
    assert "Михаил Лебедев" in page.get(f"/deals/{deal.pk}/responsible/").content.decode()
    answer = page.post(f"/deals/{deal.pk}/responsible/", {"responsible": mikhail.pk, "version": deal.version})
    assert "Михаил Лебедев" in answer.content.decode()
    appointed = Deal.objects.get(pk=deal.pk)
    assert appointed.responsible == mikhail
    version = {"version": appointed.version}
    for given in ({"responsible": egor.pk, **version}, version, {}):
        assert page.post(f"/deals/{deal.pk}/responsible/", given).status_code == 422
    assert Deal.objects.get(pk=deal.pk).responsible == mikhail
    assert page.post(f"/deals/{deal.pk}/responsible/", {"responsible": "", **version}).status_code == 200
    assert Deal.objects.get(pk=deal.pk).responsible is None


def test_of_two_who_appoint_at_once_the_second_is_told(deal, page, olga, mikhail, roza):
    facts.appoint(deal, mikhail, by=roza)
    answer = page.post(f"/deals/{deal.pk}/responsible/", {"responsible": olga.pk, "version": deal.version})
    assert answer.status_code == 409
    assert "изменил кто-то другой" in answer.content.decode()
    assert f'value="{mikhail.pk}" selected' in answer.content.decode()
    current = Deal.objects.get(pk=deal.pk)
    assert current.responsible == mikhail
    assert f'name="version" value="{current.version}"' in answer.content.decode()


def test_a_note_stands_in_the_history(deal, page):
    assert "Замок сломан" in page.post(f"/deals/{deal.pk}/notes/", {"text": "Замок сломан"}).content.decode()
    assert Interaction.objects.get(kind="note").deal_id == deal.pk
    assert page.post(f"/deals/{deal.pk}/notes/", {"text": " \x00 "}).status_code == 422


def test_what_is_sent_twice_is_written_once(deal, page):
    step = {"what": "Перезвонить", "day": "2030-05-12", "hour": "10:30"}
    for _ in range(2):
        assert "Замок сломан" in page.post(f"/deals/{deal.pk}/notes/", {"text": "Замок сломан"}).content.decode()
        assert page.post(f"/deals/{deal.pk}/tasks/", step).status_code == 200
    assert Interaction.objects.filter(kind="note").count() == 1
    assert Task.objects.filter(what="Перезвонить").count() == 1
    page.post(f"/deals/{deal.pk}/tasks/", {**step, "hour": "11:30"})
    assert Task.objects.filter(what="Перезвонить").count() == 2


def test_the_same_words_of_another_or_later_are_a_note_of_their_own(deal, olga, mikhail):
    first = history.note(deal.client_id, "Не берёт трубку", deal_id=deal.pk, by=olga)
    history.note(deal.client_id, "Не берёт трубку", deal_id=deal.pk, by=mikhail)
    history.note(deal.client_id, "Не берёт трубку", deal_id=None, by=olga)
    assert Interaction.objects.filter(kind="note").count() == 3
    Interaction.objects.filter(pk=first.pk).update(at=first.at - 2 * history.SENT_TWICE)
    history.note(deal.client_id, "Не берёт трубку", deal_id=deal.pk, by=olga)
    assert Interaction.objects.filter(kind="note").count() == 4


def test_a_step_is_planned_and_ticked_off(deal, page):
    given = {"what": "Перезвонить", "day": "2030-05-12", "hour": "10:30", "plain": "1"}
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/deals/{deal.pk}/"}
    assert "Перезвонить" in page.post(f"/deals/{deal.pk}/tasks/", given, headers=here).content.decode()
    task = Task.objects.get(what="Перезвонить")
    assert f"{task.due_at:%d.%m.%Y %H:%M}" == "12.05.2030 07:30"
    assert "Готово: Перезвонить" in page.post(f"/tasks/{task.pk}/completion/").content.decode()
    assert Task.objects.get(pk=task.pk).done_at


@pytest.mark.parametrize(
    "given",
    [
        {"what": "x", "day": "завтра"},
        {"what": "x", "day": "2099-02-31"},
        {"what": "x", "day": "2099-02-01", "hour": "25:00"},
        {"what": "x", "day": "2001-02-01"},
        {"what": "", "day": "2099-02-01"},
        {"what": "x" * 5000, "day": "2099-02-01"},
        {},
    ],
)
def test_bad_steps_are_refused(deal, page, given):
    assert page.post(f"/deals/{deal.pk}/tasks/", given).status_code == 422
    assert Task.objects.count() == 1


def test_another_departments_deal_is_read_and_not_changed(deal, enter, olga, mikhail, dina):
    facts.appoint(deal, dina, by=olga)
    page = enter(mikhail)
    assert "facts-form" not in page.get(f"/deals/{deal.pk}/").content.decode()
    for noun in ("fields", "tasks", "responsible", "stage"):
        assert page.post(f"/deals/{deal.pk}/{noun}/", {"stage": deal.stage_id}).status_code == 403
    assert page.post(f"/tasks/{Task.objects.get().pk}/completion/").status_code == 403


def test_who_only_reads_reads_dates_in_words(deal, enter, konstantin, olga):
    facts.change(deal, {"measured_at": "2026-12-04"}, by=olga)
    text = enter(konstantin).get(f"/deals/{deal.pk}/").content.decode()
    assert "<dd>4 декабря 2026</dd>" in text


def test_a_controller_reads(deal, enter, konstantin):
    page = enter(konstantin)
    assert page.get(f"/deals/{deal.pk}/").status_code == 200
    assert page.post(f"/deals/{deal.pk}/fields/", {}).status_code == 403


def test_a_stage_chosen_on_the_page_draws_its_parts_again(deal, page):
    to = Stage.objects.get(code="contacted")
    answer = page.post(f"/deals/{deal.pk}/stage/", {"stage": to.pk, "version": deal.version})
    text = answer.content.decode()
    assert 'id="deal-head"' in text
    assert text.count('hx-swap-oob="true"') == 10
    assert page.get(f"/deals/{deal.pk}/parts/").content.decode().count('hx-swap-oob="true"') == 10


def test_the_history_reads_like_a_story(deal, page, olga):
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    assert "Новая заявка → Связались" in page.get(f"/deals/{deal.pk}/").content.decode()


def test_it_is_said_that_a_visit_goes_to_the_new_address(page, visit):
    given = {"version": visit.deal.version, "address": "Москва, ул. Лесная, 7"}
    answer = page.post(f"/deals/{visit.deal_id}/fields/", given)
    assert "1 предстоящий выезд" in json.loads(answer["HX-Trigger"])["toast"]["message"]
    visit.refresh_from_db()
    assert visit.address == "Москва, ул. Лесная, 7"


def test_a_stage_that_is_not_for_this_deal_is_passed_over_but_may_be_gone_to_by_hand(deal, page):
    Stage.objects.filter(code="contacted").update(only_when={"house": ["balcony"]})
    Deal.objects.filter(pk=deal.pk).update(facts={"house": "flat"})
    text = page.get(f"/deals/{deal.pk}/").content.decode()
    assert '<li class="tint cyan beside">' in text
    to = Stage.objects.get(code="contacted")
    asked = page.post(f"/deals/{deal.pk}/stage/", {"stage": to.pk, "version": deal.version})
    assert asked.status_code == 422
    assert "Этот этап не для сделок такого вида" in asked.content.decode()
    assert "Дальше, на этап «Замер назначен»" in asked.content.decode()
    assert Deal.objects.get(pk=deal.pk).stage.code == "new"
    page.post(f"/deals/{deal.pk}/stage/", {"stage": to.pk, "version": deal.version, "anyway": "1"})
    assert Deal.objects.get(pk=deal.pk).stage == to


def test_a_mention_is_drawn_with_the_name_of_today_and_refused_in_words(deal, vera, olga, mikhail, egor, enter):
    client = enter(olga)
    text = f"<b> @{mikhail.full_name}, посмотрите"
    assert client.post(f"/deals/{deal.pk}/notes/", {"text": text, "mentions": mikhail.pk}).status_code == 200
    Person.objects.filter(pk=mikhail.pk).update(full_name="Михаил <Новый>")
    for address in (f"/deals/{deal.pk}/", f"/clients/{vera.pk}/"):
        page = client.get(address).content.decode()
        assert '&lt;b&gt; <b class="mention">@Михаил &lt;Новый&gt;</b>, посмотрите' in page
    for address in (f"/deals/{deal.pk}/notes/", f"/clients/{vera.pk}/notes/"):
        answer = client.post(address, {"text": f"@{egor.full_name}"}, headers={"HX-Request": "true"})
        assert answer.status_code == 422
        assert "не видит" in answer.content.decode()


def test_a_hand_off_that_waits_is_said_once_and_a_company_without_visits_has_no_place_for_them(projects, enter):
    Stage.objects.update(required=[])
    client = Client.objects.create(name="ООО «Ромашка»")
    sale = open_deal(client, by=projects["timur"], responsible=projects["timur"])
    sale = moves.move(sale, to=Stage.objects.get(code="signed"), by=projects["timur"])
    waits = Deal.objects.select_related("responsible").get(parent=sale)
    HandOff.objects.update(due_at=clock.now() - timedelta(hours=1))
    sweep([waits.pk])
    assert "not_accepted" in Problem.objects.filter(deal=waits).values_list("kind", flat=True)
    text = enter(waits.responsible).get(f"/deals/{waits.pk}/").content.decode()
    assert "Передача не принята" not in text
    assert text.count(f"/deals/{waits.pk}/acceptance/") == 1
    assert 'aria-labelledby="visits-title" hidden' in text
