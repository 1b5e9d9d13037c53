from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, HandOff, Stage, Task
from svyazka.business.deals.moves import move
from svyazka.business.deals.opening import open_deal
from svyazka.business.problems import digest
from svyazka.business.problems.models import DayCount, Problem
from svyazka.business.problems.sweep import sweep
from svyazka.business.staff.models import Department
from svyazka.kit import clock
from svyazka.workplaces.shared import problems as wording
from svyazka.workplaces.shared.problems import Why
from svyazka.workplaces.shared.short import Short

HTMX = {"HX-Request": "true", "HX-Target": "dialog"}


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def names(answer) -> list[str]:
    return re.findall(r'id="problem-\d+">.*?class="name cut" href="\D*(\d+)', answer.content.decode(), re.S)


def test_a_line_says_who_since_when_and_why(enter, konstantin, mikhail, troubled):
    deal = troubled(mikhail, "stuck", amount=Decimal(54300))
    page = text(enter(konstantin).get("/problems/"))
    assert "Вера Павлова" in page
    assert f"№ {deal.pk}" in page
    assert "Стоит на этапе «Новая заявка» 4 ч при норме 1 ч" in page
    assert mikhail.full_name in page
    assert "54 300 ₽" in page


def test_everything_in_order_pleases(enter, konstantin):
    assert "Всё в порядке" in text(enter(konstantin).get("/problems/"))


def test_the_page_costs_the_same_questions_with_one_and_with_thirty(enter, konstantin, mikhail, troubled):
    troubled(mikhail, "stuck")
    entered = enter(konstantin)
    entered.get("/problems/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        entered.get("/problems/")
    for number in range(29):
        troubled(mikhail, "no_step", client=Client.objects.create(name=f"Клиент {number}"))
    with CaptureQueriesContext(connection) as thirty:
        page = entered.get("/problems/")
    assert len(names(page)) == 30
    assert len(one) == len(thirty)


def test_further_pages_show_the_rest_once(enter, konstantin, mikhail, troubled):
    made = {str(troubled(mikhail, "stuck", hours=number + 1, amount=number).pk) for number in range(35)}
    for sort in ("", "?sort=amount"):
        first = enter(konstantin).get(f"/problems/{sort}")
        more = re.search(r'hx-get="(/problems/\?[^"]*after[^"]*)"', first.content.decode())[1].replace("&amp;", "&")
        second = enter(konstantin).get(more)
        assert len(names(first)) == 30
        assert {*names(first), *names(second)} == made
        assert "Ещё" not in text(second)


@pytest.mark.parametrize("after", ["nonsense", "1~", "2026-01-01~x", "NaN~5", "2026-13-01T00:00~1", "~"])
def test_nonsense_begins_from_the_top(enter, konstantin, mikhail, troubled, after):
    troubled(mikhail, "stuck")
    assert len(names(enter(konstantin).get("/problems/", {"after": after}))) == 1
    assert enter(konstantin).get("/problems/", {"after": after, "sort": "amount"}).status_code == 200


def test_oldest_first_or_dearest_first(enter, konstantin, mikhail, troubled):
    young = str(troubled(mikhail, "stuck", hours=1, amount=900).pk)
    old = str(troubled(mikhail, "stuck", hours=9, amount=100).pk)
    assert names(enter(konstantin).get("/problems/")) == [old, young]
    assert names(enter(konstantin).get("/problems/?sort=amount")) == [young, old]


def test_filters_and_counts_go_together(enter, konstantin, mikhail, dina, troubled):
    stuck = str(troubled(mikhail, "stuck").pk)
    of_dina = str(troubled(dina, "no_step").pk)
    entered = enter(konstantin)
    assert names(entered.get("/problems/?kind=stuck")) == [stuck]
    assert names(entered.get(f"/problems/?person={dina.pk}")) == [of_dina]
    assert names(entered.get(f"/problems/?department={mikhail.department_id}")) == [stuck]
    page = text(entered.get(f"/problems/?person={dina.pk}"))
    assert "Все 1" in page
    assert "Нет следующего шага 1" in page
    assert "Застряла на этапе" not in page.split("Сначала крупные")[1].split("Отметьте")[0]


def test_a_manager_sees_his_department_an_operator_himself(enter, mikhail, dina, olga, roza, troubled):
    own, theirs = str(troubled(mikhail, "stuck").pk), str(troubled(dina, "stuck").pk)
    of_olga = str(troubled(olga, "stuck").pk)
    assert names(enter(mikhail).get("/problems/")) == [own]
    assert names(enter(olga).get("/problems/")) == [of_olga]
    assert set(names(enter(roza).get("/problems/"))) == {own, theirs, of_olga}
    troubled(mikhail, "no_person")
    Problem.objects.filter(kind="no_person").update(department=None)
    assert len(names(enter(mikhail).get("/problems/"))) == 2


def test_who_has_how_many(enter, konstantin, mikhail, dina, troubled):
    troubled(mikhail, "stuck")
    troubled(mikhail, "no_step")
    troubled(dina, "no_step")
    answer = enter(konstantin).get("/problems/people/")
    row = re.search(rf"{mikhail.full_name}.*?</tr>", answer.content.decode())[0]
    assert re.findall(r">(\d+)<", row) == ["2", "1", "1"]
    assert f"/problems/?kind=stuck&amp;person={mikhail.pk}" in row
    assert Department.objects.get(pk=mikhail.department_id).name in text(answer)


def test_the_badge_counts_ones_own(enter, mikhail, dina, troubled):
    troubled(mikhail, "stuck")
    troubled(dina, "stuck")
    assert enter(mikhail).get("/problems/count/").content == b"1"
    assert 'id="own-problems"' in enter(mikhail).get("/deals/").content.decode()


def test_a_step_is_planned_for_many_and_the_lines_go(enter, mikhail, troubled):
    deals = [troubled(mikhail, "no_step"), troubled(mikhail, "no_step")]
    entered = enter(mikhail)
    asked = [("deal", deal.pk) for deal in deals]
    dialog = entered.get("/problems/steps/?" + "&".join(f"{name}={pk}" for name, pk in asked), headers=HTMX)
    assert "Для 2 сделок" in text(dialog)
    tomorrow = clock.today() + timedelta(days=1)
    body = {"deal": [deal.pk for deal in deals], "what": "Позвонить", "day": tomorrow.isoformat(), "hour": "10:00"}
    answer = entered.post("/problems/steps/", body, headers=HTMX)
    assert answer.status_code == 204
    assert "dialog:close" in answer["HX-Trigger"]
    assert Task.objects.filter(what="Позвонить", person=mikhail).count() == 2
    assert Problem.objects.count() == 0


def test_an_overdue_step_is_ticked_off_with_the_next_one(enter, mikhail, troubled):
    deal = troubled(mikhail, "step_overdue")
    task = deal.tasks.get()
    entered = enter(mikhail)
    page = entered.get("/problems/").content.decode()
    url = re.search(r'hx-get="(/problems/steps/\?[^"]+)"', page)[1].replace("&amp;", "&")
    assert f"Шаг «{task.what}» сделан" in text(entered.get(url, headers=HTMX))
    tomorrow = clock.today() + timedelta(days=1)
    body = {"deal": deal.pk, "done": task.pk, "what": "Отправить", "day": tomorrow.isoformat()}
    assert entered.post("/problems/steps/", body, headers=HTMX).status_code == 204
    assert Task.objects.get(pk=task.pk).done_by == mikhail
    assert Problem.objects.count() == 0


@pytest.mark.parametrize("given", [{"what": "", "day": "2030-01-01"}, {"what": "Позвонить", "day": "nonsense"}, {}])
def test_a_plan_that_is_refused_keeps_what_was_typed_and_stores_nothing(enter, mikhail, troubled, given):
    deal = troubled(mikhail, "no_step")
    answer = enter(mikhail).post("/problems/steps/", {"deal": deal.pk, **given}, headers=HTMX)
    assert answer.status_code == 422
    assert answer["HX-Retarget"] == "#dialog"
    assert given.get("what", "") in answer.content.decode()
    assert not deal.tasks.exists()


def test_a_person_is_appointed_to_many(enter, roza, mikhail, dina, troubled):
    deals = [troubled(dina, "no_person"), troubled(dina, "no_person")]
    entered = enter(roza)
    assert entered.get(f"/problems/responsible/?deal={deals[0].pk}", headers=HTMX).status_code == 200
    body = {"deal": [deal.pk for deal in deals], "responsible": mikhail.pk}
    assert entered.post("/problems/responsible/", body, headers=HTMX).status_code == 204
    assert set(Deal.objects.values_list("responsible", flat=True)) == {mikhail.pk}
    assert Problem.objects.count() == 0


def test_of_many_one_that_is_not_ours_stops_all(enter, mikhail, dina, troubled):
    own, theirs = troubled(mikhail, "no_step"), troubled(dina, "no_step")
    body = {"deal": [own.pk, theirs.pk], "responsible": mikhail.pk}
    assert enter(mikhail).post("/problems/responsible/", body, headers=HTMX).status_code == 403
    assert Deal.objects.get(pk=theirs.pk).responsible == dina
    for empty in ({}, {"deal": own.pk, "responsible": ""}, {"responsible": mikhail.pk}):
        assert enter(mikhail).post("/problems/responsible/", empty, headers=HTMX).status_code == 422


def test_the_controller_looks_and_the_others_help(enter, konstantin, mikhail, troubled):
    troubled(mikhail, "no_step")
    assert "Запланировать шаг" not in text(enter(konstantin).get("/problems/"))
    assert "Открыть сделку" in text(enter(konstantin).get("/problems/"))
    assert "Запланировать шаг" in text(enter(mikhail).get("/problems/"))


SAID = {
    "visit_beside": (
        {"at": "@", "who": "Егор Кузнецов"},
        "Егор Кузнецов работал без связи; выезд тем временем изменили (сегодня @)",
        "Егор Кузнецов worked without signal; the visit was changed meanwhile (today @)",
    ),
    "visit_orphaned": (
        {"at": "@", "who": "Егор Кузнецов"},
        "Не сможет приехать: Егор Кузнецов (сегодня @)",
        "Егор Кузнецов cannot come: today @",
    ),
    "visit_late": (
        {"at": "@", "who": "Егор Кузнецов"},
        "Егор Кузнецов опаздывает и не успеет: сегодня @",
        "Егор Кузнецов runs late and will not be there in time: today @",
    ),
    "waits_too_long": (
        {"begun": "@", "kind": {"ru": "Замер", "en": "Measurement"}},
        "Ждёт окна (Замер), записан сегодня @",
        "Waits for a window (Measurement), put down today @",
    ),
    "no_person": ({}, "Уже 3 ч нет ответственного", "Nobody has been responsible for 3 h"),
    "no_step": ({}, "Уже 3 ч ничего не запланировано", "Nothing has been planned for 3 h"),
    "step_overdue": ({"what": "Позвонить"}, "«Позвонить»: просрочено на 3 ч", "“Позвонить” is 3 h overdue"),
    "stuck": (
        {"limit": 7200},
        "Стоит на этапе «Оффер» 6 дн при норме 2 ч",
        "Stands at “Оффер” for 6 d; the limit is 2 h",
    ),
    "slow": ({"usual": 259200}, "Стоит на этапе «Оффер» 6 дн, обычно 3 дн", "Stands at “Оффер” for 6 d; usual are 3 d"),
    "unanswered": ({"by": "form"}, "Заявка ждёт уже 3 ч", "A request has been waiting for 3 h"),
    "missed_call": ({}, "Уже 3 ч никто не перезвонил", "Nobody has rung back for 3 h"),
    "question": ({"text": "Когда?"}, "Ответ опаздывает на 3 ч: «Когда?»", "The answer is 3 h late: “Когда?”"),
    "not_accepted": ({}, "Передачу никто не принял, опоздание 3 ч", "Nobody has accepted the hand-off; 3 h late"),
    "returned": ({"reason": "Нет брифа"}, "Возвращена 3 ч назад: Нет брифа", "Returned 3 h ago: Нет брифа"),
    "ping_pong": ({"legs": 3}, "Передавали уже 3 раза", "Handed on 3 times already"),
    "visit_impossible": (
        {"at": "@", "who": "Газель"},
        "Не сможет приехать: Газель (сегодня @)",
        "Газель cannot come: today @",
    ),
    "visit_unconfirmed": ({"at": "@"}, "Клиент не подтвердил время: сегодня @", "The client has not confirmed today @"),
    "visit_moved": (
        {"at": "@", "moves": 2, "reason": "Просит"},
        "Выезд переносили 2 раза, теперь сегодня @: Просит",
        "The visit was moved 2 times, now to today @: Просит",
    ),
    "not_agreed": (
        {"works": "Откос", "who": "Егор", "at": "@"},
        "Клиент не согласовал: Откос (Егор, сегодня @)",
        "The client has not agreed to: Откос (Егор, today @)",
    ),
    "agreement_not_sent": (
        {"number": "17"},
        "Клиент не получил соглашение № 17",
        "The client does not get agreement № 17",
    ),
    "invoice_overdue": (
        {"number": 17, "due": "2020-05-12"},
        "Счёт № 17 надо было оплатить до 12 мая 2020",
        "Invoice № 17 was to be paid until 12 May 2020",
    ),
    "visit_not_done": (
        {"at": "@", "reason": "Никого", "kind": {"ru": "Замер", "en": "Measurement"}},
        "«Замер» не состоялся (сегодня @): Никого",
        "“Measurement” could not be done (today @): Никого",
    ),
    "visit_without_result": (
        {"at": "@"},
        "Никто не сказал, как прошёл выезд (сегодня @)",
        "Nobody has said how the visit went (today @)",
    ),
}


@pytest.mark.parametrize("kind", Problem.Kind)
def test_every_reason_in_both_languages(kind):
    of, *said = SAID[kind]
    noon = clock.at(clock.today(), clock.time(12))
    for language, words in zip(("ru", "en"), said, strict=True):
        with translation.override(language):
            short = Short()
            since, stage_since = short.now - timedelta(hours=3), short.now - timedelta(days=6)
            given = {name: noon.isoformat() if value == "@" else value for name, value in of.items()}
            reason = wording.reason(kind, Why(given, since, "Оффер", stage_since, short))
            assert reason.replace("\u00a0", " ") == words.replace("@", "12:00")


def test_a_hand_off_is_accepted_where_it_is_listed(projects, enter):
    client = Client.objects.create(name="ООО «Ромашка»", kind="company")
    sale = open_deal(client, by=projects["olga"], responsible=projects["timur"], facts={"project_kind": "inbound"})
    Stage.objects.update(required=[])
    move(sale, to=Stage.objects.get(pipeline_id=sale.pipeline_id, code="signed"), by=projects["timur"])
    prepared = Deal.objects.get(parent=sale)
    HandOff.objects.update(due_at=clock.now() - timedelta(hours=1))
    sweep([prepared.pk])
    page = enter(prepared.responsible)
    shown = page.get("/problems/?kind=not_accepted").content.decode()
    url, version = re.search(
        r'hx-post="(/deals/\d+/acceptance/\?list)" hx-vals=\'{"version": "(\d+)"}\'', shown
    ).groups()
    assert page.post(url, {"version": int(version) + 1}).status_code == 409
    assert page.post(url, {"version": version}).status_code == 204
    assert HandOff.objects.get().state == HandOff.State.ACCEPTED


def test_a_deals_page_says_its_problems_and_helps_in_place(enter, mikhail, konstantin, troubled):
    deal = troubled(mikhail, "no_step")
    page = enter(mikhail).get(f"/deals/{deal.pk}/").content.decode()
    part = re.search(r'id="deal-problems".*?</section>', page, re.S)[0]
    assert "Уже 3" not in part
    assert "ничего не запланировано" in part
    assert f'hx-get="/problems/steps/?deal={deal.pk}"' in part
    looked = enter(konstantin).get(f"/deals/{deal.pk}/parts/").content.decode()
    part = re.search(r'id="deal-problems".*?</section>', looked, re.S)[0]
    assert "ничего не запланировано" in part
    assert "button" not in part


def test_a_card_of_the_board_is_marked(enter, mikhail, troubled):
    deal, healthy = troubled(mikhail, "no_step"), open_deal(Client.objects.create(name="Ян"), by=mikhail)
    page = enter(mikhail)
    board = page.get("/deals/").content.decode()
    assert re.findall(r'class="pain"[^>]*title="([^"]*)"', board) == ["Нет следующего шага"]
    card = page.get(f"/deals/{deal.pk}/card/?board={deal.pipeline_id}").content.decode()
    assert 'class="pain"' in card
    assert 'class="pain"' not in page.get(f"/deals/{healthy.pk}/card/").content.decode()


def test_when_the_digest_comes_is_the_companys_to_say(enter, anna, roza, windows):
    page = enter(anna)
    assert "Утренняя сводка" in text(page.get("/problems/people/"))
    assert "Утренняя сводка" not in text(enter(roza).get("/problems/people/"))
    page = enter(anna)
    assert page.post("/problems/morning/", {"at": "07:15", "day": ["0", "5"]}).status_code == 204
    assert (f"{digest.plan().at:%H:%M}", digest.plan().days) == ("07:15", [0, 5])
    for wrong in ({}, {"at": "nonsense"}, {"at": "99:99"}, {"at": "08:00", "day": ["9"]}):
        assert page.post("/problems/morning/", wrong).status_code == 422
    assert enter(roza).post("/problems/morning/", {"at": "07:15"}).status_code == 403


def test_the_curve_stands_on_the_counters_page(enter, roza, mikhail, troubled):
    troubled(mikhail, "stuck")
    assert 'class="curve"' not in enter(roza).get("/problems/people/").content.decode()
    for passed, number in ((29, 4), (3, 2), (0, 1)):
        DayCount.objects.create(day=clock.today() - timedelta(days=passed), kind="stuck", number=number)
    DayCount.objects.create(day=clock.today() - timedelta(days=30), kind="stuck", number=9)
    page = enter(roza).get("/problems/people/").content.decode()
    assert re.findall(r'<rect x="(\d+).1" y="(\d+)" width="0.8" height="(\d+)"', page) == [
        ("0", "0", "100"), ("26", "50", "50"), ("29", "75", "25"),
    ]  # fmt: skip


def test_a_digest_counts_every_kind_in_words():
    with translation.override("ru"):
        every = wording.counted(dict.fromkeys(Problem.Kind, 5)).split(", ")
        assert [one.split()[0] for one in every] == ["5"] * len(Problem.Kind)
        assert wording.counted({"question": 2, "step_overdue": 1}) == "1 просроченный шаг, 2 вопроса без ответа"
        assert (wording.counted({}), wording.change(0)) == ("проблем нет", "столько же, сколько накануне")
        assert (wording.change(3), wording.change(-1)) == ("на 3 больше, чем накануне", "на 1 меньше, чем накануне")
    with translation.override("en"):
        assert wording.counted({"question": 1}) == "1 unanswered question"


def test_the_frame_counts_no_further_than_anybody_reads(enter, mikhail, troubled):
    deal = troubled(mikhail, "no_step")
    one = Problem.objects.get(deal=deal)
    Problem.objects.bulk_create(
        Problem(deal=deal, kind=one.kind, subject_id=number, since=one.since, person=mikhail, found_at=one.found_at)
        for number in range(1, 101)
    )
    page = enter(mikhail)
    assert page.get("/problems/count/").content == b"99+"
    assert ">99+</span>" in page.get("/my-day/").content.decode()


def test_a_step_that_the_stage_asks_for_is_said_in_the_readers_language(enter, mikhail, troubled):
    deal = troubled(mikhail, "step_overdue")
    page = enter(mikhail)
    for path in ("/problems/", f"/deals/{deal.pk}/"):
        assert "«Позвонить клиенту»: просрочено" in text(page.get(path))
    mikhail.language = "en"
    mikhail.save()
    for path in ("/problems/", f"/deals/{deal.pk}/"):
        said = text(page.get(path))
        assert f"“{deal.stage.next_step_words['en']}” is" in said
        assert "Позвонить клиенту" not in said
