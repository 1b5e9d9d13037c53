"""All that Bitrix24 knows, read before its stand-in: once through, in the middle of trouble, and while people go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.moving_in.foreign import KINDS, ForeignDeal, ForeignEvent, ForeignPerson, ForeignStage
from svyazka.business.moving_in.system import Access, TryLater
from svyazka.connectors.bitrix24 import cards, history
from svyazka.connectors.bitrix24.conftest import (
    BEGIN,
    COMPANY,
    CONTACT,
    DEAL,
    FLOOR,
    LEAD,
    WAY,
    activity,
    at,
    comment,
    entered,
    fill,
    fill_lists,
    iso,
    item,
    place,
    read_all,
    requisite,
    telephony,
    ways,
)
from svyazka.connectors.bitrix24.read import Bitrix24
from svyazka.connectors.bitrix24.stand_in import KEY, BitrixStandIn
from svyazka.connectors.bitrix24.wire import rows_in
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused

SAMPLES = Path(__file__).parents[4] / "shared/samples/bitrix24/docs"  # beside the project, where there is one


def ids(things) -> list[str]:
    return [thing.id for thing in things]


# Once through.


def test_everything_is_read_once(bitrix):
    fill(bitrix, clients=330, leads=70)
    from_there = entered(bitrix)
    read = {kind: read_all(from_there, kind) for kind in KINDS}
    assert [unreadable for _things, unreadable in read.values()] == [[]] * 5
    assert ids(read["people"][0]) == [str(number) for number in range(1, 61)]
    leads = [f"lead-{one}" for one in range(1, 71)]
    companies, contacts = (
        [f"{kind}-{one}" for one in sorted(bitrix.items[number])]
        for kind, number in (("company", COMPANY), ("contact", CONTACT))
    )
    assert ids(read["clients"][0]) == companies + contacts + [one for one in leads if int(one[5:]) % 3]
    assert ids(read["deals"][0]) == [str(one) for one in sorted(bitrix.items[DEAL])] + leads
    activities = [f"activity-{row['ID']}" for row in bitrix.tables["activities"]]
    comments = [f"comment-{row['ID']}" for row in bitrix.tables["comments"]]
    moves = [f"move-deal-{row['ID']}" for row in bitrix.moves[DEAL]] + [f"move-lead-{one}" for one in range(1, 71)]
    assert ids(read["events"][0]) == activities + comments + moves


def test_a_card_in_our_words(bitrix):
    fill(bitrix, clients=60)
    item(bitrix, CONTACT, 4, name="Вера", lastName="Павлова", secondName="Ильинична", post="Директор",
         companyIds=[2, 3], companyId=3, birthdate="1990-03-08T03:00:00+03:00", comments="[B]Тихий[/B] двор<br>",
         updatedTime=iso(BEGIN + 9),
         fm=ways(["8 916 123-45-67", "+7 495 1"], ["v@example.ru"], [("TELEGRAM", "@vera"), ("TELEGRAM", "@vera2")]),
         **{FLOOR: 4, WAY: ["45", "46"]})  # fmt: skip
    bitrix.tables["requisites"] += [requisite(90, CONTACT, 4, "500100732259"), requisite(91, CONTACT, 4, "7707083893")]
    bitrix.tables["addresses"] += [place(CONTACT, 4, "Лесная, 5", "12"), place(CONTACT, 4, "Мира, 1")]
    clients = {one.id: one for one in read_all(entered(bitrix), "clients")[0]}
    one = clients["contact-4"]
    assert (one.name, one.company, one.phones) == (
        "Павлова Вера Ильинична",
        "ООО «Вектор 3»",
        ("8 916 123-45-67", "+7 495 1"),
    )
    assert (one.emails, one.handles, one.note) == (("v@example.ru",), {"telegram": "@vera"}, "Тихий двор")
    assert (one.tax_number, one.address, one.changed_at) == ("500100732259", "Тюмень, Лесная, 5, 12", at(BEGIN + 9))
    assert one.extra == {
        "telegram": "@vera2", "Этаж": "4", "Как узнали": "По совету; 46", "Должность": "Директор",
        "Дата рождения": "1990-03-08", "Другие компании": "ООО «Вектор 2»", "Другой ИНН": "7707083893",
        "Другой адрес": "Тюмень, Мира, 1",
    }  # fmt: skip
    firm = clients["company-2"]
    assert (firm.is_company, firm.name, firm.tax_number, firm.extra) == (
        True,
        "ООО «Вектор 2»",
        "7700000002",
        {"КПП": "770101001"},
    )


def test_a_deal_in_our_words(bitrix):
    fill(bitrix, clients=9)
    item(bitrix, DEAL, 1, title="Окна на дачу", categoryId=1, stageId="C1:LOSE", stageSemanticId="F",
         opportunity=46_333.5, currencyId="RUB", contactId=2, contactIds=[1, 2], companyId=3, sourceId="WEB",
         closed="Y", comments="[i]Срочно[/i]",
         closedate=iso(BEGIN + 7), createdTime=iso(BEGIN), updatedTime=iso(BEGIN + 8), assignedById=3,
         utmSource="yandex", **{FLOOR: "7"})  # fmt: skip
    deals = {one.id: one for one in read_all(entered(bitrix), "deals")[0]}
    assert deals["1"] == ForeignDeal(
        "1",
        ("contact-2", "contact-1", "company-3"),
        "Окна на дачу",
        "C1:LOSE",
        "1",
        Decimal("46333.5"),
        "Сайт",
        note="Срочно",
        responsible_id="3",
        created_at=at(BEGIN),
        changed_at=at(BEGIN + 8),
        closed_at=at(BEGIN + 7),
        extra={"Этаж": "7", "utmSource": "yandex"},
    )


def test_a_lead_is_a_deal_and_its_client_as_long_as_he_has_no_card(bitrix):
    fill(bitrix, clients=6, leads=3)
    from_there = entered(bitrix)
    clients = {one.id: one for one in read_all(from_there, "clients")[0]}
    deals = {one.id: one for one in read_all(from_there, "deals")[0]}
    assert (clients["lead-1"].company, clients["lead-1"].phones) == ("ООО «Гранит»", ("+79030000001",))
    assert "lead-3" not in clients
    assert deals["lead-3"].extra["Телефон"] == "+79030000003"
    assert "Телефон" not in deals["lead-1"].extra
    assert (deals["lead-1"].client_ids, deals["lead-3"].client_ids) == (("lead-1",), ("contact-1",))
    assert (deals["lead-1"].stage_id, deals["lead-1"].pipeline_id, deals["lead-1"].source) == (
        "leads:NEW",
        "leads",
        "Звонок",
    )


def test_people_and_stages_in_our_words(bitrix):
    fill(bitrix, clients=0)
    people, stages = read_all(entered(bitrix), "people")[0], read_all(entered(bitrix), "stages")[0]
    assert people[4] == ForeignPerson("5", "Сотрудник 5", "person5@example.ru", is_active=False)
    assert stages[0] == ForeignStage("NEW", "0", "Общая", "Новая")
    assert stages[6] == ForeignStage("C1:WON", "1", "Монтаж", "Успешна", "won")
    assert stages[11] == ForeignStage("leads:LOSE", "leads", "Лиды", "Провалена", "lost")
    assert len(stages) == 12


def test_a_history_in_our_words(bitrix):
    fill_lists(bitrix)
    item(bitrix, DEAL, 9)
    of_call = activity(bitrix, BEGIN, TYPE_ID="2", OWNER_ID="7", PROVIDER_ID="VOXIMPLANT_CALL", DIRECTION="2")
    with_whom = [{"ID": "1", "TYPE": "EMAIL", "VALUE": "v@example.ru", "ENTITY_ID": "15", "ENTITY_TYPE_ID": "3"}]
    activity(bitrix, BEGIN, TYPE_ID="4", OWNER_ID="9", OWNER_TYPE_ID="2", SUBJECT="Счёт",
             DESCRIPTION="<p>Во вложении</p>", COMMUNICATIONS=with_whom)  # fmt: skip
    activity(bitrix, BEGIN, TYPE_ID="6", OWNER_ID="9", OWNER_TYPE_ID="2", PROVIDER_ID="CRM_TODO", SUBJECT="Позвонить",
             COMPLETED="N", DEADLINE=iso(BEGIN + 60), RESPONSIBLE_ID="4")  # fmt: skip
    activity(bitrix, BEGIN, TYPE_ID="2", OWNER_ID="5", OWNER_TYPE_ID="1", COMPLETED="N", SUBJECT="Набрать")
    bitrix.tables["calls"] = [
        telephony(bitrix, BEGIN + 5, CRM_ACTIVITY_ID=of_call, CALL_DURATION="95", CALL_TYPE="1"),
        telephony(bitrix, BEGIN + 6, ID="2", CALL_TYPE="3", CALL_RECORD_URL=None, CRM_ACTIVITY_ID="999"),
    ]
    comment(bitrix, "deal", 9, BEGIN, "[URL=https://x]Чертёж[/URL]", {"1": {"name": "план.pdf"}})
    bitrix.moves[DEAL] = [{"ID": 1, "OWNER_ID": 9, "CREATED_TIME": iso(BEGIN), "STAGE_ID": "PREPARATION"}]
    called, letter, task, planned, alone, said, move = read_all(entered(bitrix), "events")[0]
    assert called == ForeignEvent(
        "activity-1", "call", at(BEGIN + 5), client_id="contact-7", direction="out", text="Звонок", by_id="2",
        phone="+79160000001", seconds=95, recording="https://r.example.ru/1.mp3",
    )  # fmt: skip
    assert (letter.kind, letter.text, letter.deal_id, letter.client_id) == (
        "message",
        "Счёт\nВо вложении",
        "9",
        "contact-15",
    )
    assert (task.kind, task.text, task.due_at, task.is_done, task.by_id) == (
        "task",
        "Позвонить",
        at(BEGIN + 60),
        False,
        "4",
    )
    assert (planned.kind, planned.deal_id, planned.due_at) == ("task", "lead-5", None)
    assert (alone.id, alone.direction, alone.client_id, alone.recording) == ("call-2", "in", "contact-1", "")
    assert (said.kind, said.text, said.deal_id, said.by_id) == ("note", "Чертёж\nплан.pdf", "9", "2")
    assert (move.kind, move.text, move.deal_id) == ("stage", "Замер", "9")


def test_a_card_with_many_comments_gives_all_of_them(bitrix):
    fill(bitrix, clients=120)
    for number in range(130):
        comment(bitrix, "deal", 7, BEGIN + number, f"Комментарий {number}")
    notes = [one for one in read_all(entered(bitrix), "events")[0] if one.kind == "note"]
    assert len(notes) == len(set(ids(notes))) == 60 + 130


def test_how_many_there_are_and_how_much(bitrix):
    fill(bitrix, clients=330, leads=70)
    there = entered(bitrix).counts()
    assert there == {"people": 60, "stages": 12, "deals": 165 + 70}
    expected: dict[str, list] = {}
    for kind in (DEAL, LEAD):
        for row in bitrix.items[kind].values():
            stage = f"leads:{row['stageId']}" if kind == LEAD else row["stageId"]
            of_stage = expected.setdefault(stage, [0, Decimal()])
            of_stage[0] += 1
            of_stage[1] += Decimal(str(row["opportunity"] or 0))
    assert {stage: [number, amount] for stage, number, amount in entered(bitrix).sums()} == expected


def test_clients_are_counted_where_there_are_no_leads(bitrix):
    fill(bitrix, clients=30)
    assert entered(bitrix).counts()["clients"] == 30


def test_fifty_cards_cost_two_questions_and_their_comments_two(bitrix):
    fill(bitrix, clients=300)
    from_there = entered(bitrix)
    from_there.read("clients", after="contacts:0")
    from_there.read("events", after="comments/deals:0")
    bitrix.asked.clear()
    from_there.read("clients", after="contacts:50")
    assert bitrix.asked == ["crm.item.list", "batch"]
    bitrix.asked.clear()
    from_there.read("events", after="comments/deals:50")
    assert bitrix.asked == ["crm.item.list", "batch"]


# Trouble.


_ANOTHER = """
import json, sys
import django
django.setup()
from svyazka.business.moving_in.system import Access
from svyazka.connectors.bitrix24.read import Bitrix24
page = Bitrix24(Access({"webhook": sys.argv[1]})).read("clients", after=sys.argv[2])
print(json.dumps([[thing.id for thing in page.things], page.next]))
"""


def test_another_process_goes_on_in_the_middle(bitrix):
    fill(bitrix, clients=180)
    begun = entered(bitrix).read("clients")
    others = {**os.environ, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings", "SVYAZKA_MOVING_SERVERS": "127.0.0.1"}
    words = [bitrix.url, begun.next]
    said = subprocess.run(
        [sys.executable, "-c", _ANOTHER, *words], env=others, capture_output=True, check=True, timeout=60
    )
    there, after = json.loads(said.stdout)
    assert there
    rest, _unreadable = read_all(entered(bitrix), "clients", after=after)
    read = [*ids(begun.things), *there, *ids(rest)]
    assert len(read) == len(set(read)) == 180


@pytest.mark.parametrize("fault", [429, 500, 503, 504, "half", "cut"])
@pytest.mark.parametrize("at_the", [0, 1])
def test_it_goes_on_where_it_stopped(bitrix, fault, at_the):
    """At the list, or at the batch that belongs to it."""
    fill(bitrix, clients=330)
    from_there = entered(bitrix)
    first = from_there.read("clients")
    bitrix.faults.waiting.extend([0] * at_the + [fault])
    with pytest.raises(TryLater) as told:
        from_there.read("clients", after=first.next)
    assert told.value.seconds > 0
    rest, unreadable = read_all(from_there, "clients", after=first.next)
    assert (len({*ids(first.things), *ids(rest)}), len(first.things) + len(rest), unreadable) == (330, 330, [])


def test_a_full_bucket_is_waited_for(bitrix):
    fill(bitrix, clients=3)
    bitrix.burst = 50
    bitrix._level = 50.5
    with pytest.raises(TryLater, match="limit") as told:
        entered(bitrix).read("people")
    assert told.value.seconds == 5


@pytest.mark.parametrize("kind", ["clients", "people"])
def test_a_method_that_has_worked_too_long_is_waited_for_as_long_as_it_is_blocked(bitrix, kind):
    """Also where it is one of a batch."""
    fill(bitrix, clients=3)
    bitrix._worked["crm.requisite.list"].append((time.monotonic() - 500, 481))
    bitrix._worked["user.get"].append((time.monotonic() - 500, 481))
    with pytest.raises(TryLater, match="limit") as told:
        entered(bitrix).read(kind)
    assert 90 < told.value.seconds <= 101


def test_it_keeps_to_the_limit_by_itself(bitrix):
    fill(bitrix, clients=150)
    bitrix.burst, bitrix.drain = 4, 10
    from_there = Bitrix24(Access({"webhook": bitrix.url}), pace=Pace(0.1, at_once=3))
    assert len(read_all(from_there, "clients")[0]) == 150


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("key", "make a new one"),
        ("scope", "Telephony"),
        ("right", "administrator"),
        ("moved", "rest/1"),
        ("method", "“user.get”"),
    ],
)
def test_what_to_do_is_said(bitrix, trouble, words):
    fill(bitrix, clients=3)
    if trouble == "scope":
        bitrix.faults.scopes.discard("user")
    if trouble == "right":
        bitrix.faults.denied.add("user.get")
    if trouble in ("moved", "method"):
        bitrix.faults.waiting.append(302 if trouble == "moved" else 400)
    with translation.override("en"), pytest.raises(Refused) as told:
        entered(bitrix, webhook=bitrix.url.replace(KEY, "wrong") if trouble == "key" else "").read("people")
    with translation.override("en"):
        assert words in str(told.value.message)


@pytest.mark.parametrize(
    "webhook",
    [
        "",
        "https://example.bitrix24.ru/",
        "ftp://a/rest/1/b/",
        "http://example.bitrix24.ru/rest/1/abc/",
        "https://u:p@a.ru/rest/1/b/",
    ],
)
def test_an_address_that_is_no_webhook_is_refused(webhook):
    with pytest.raises(Refused) as told:
        Bitrix24(Access({"webhook": webhook}))
    assert "webhook" in told.value.fields


def test_our_own_network_is_not_asked(bitrix, settings):
    settings.MOVING_SERVERS = []
    from_there = Bitrix24(Access({"webhook": bitrix.url.replace("http://", "https://")}))
    with pytest.raises(Refused) as told:
        from_there.read("people")
    assert "webhook" in told.value.fields
    assert bitrix.asked == []


def test_the_key_is_not_shown(bitrix, caplog):
    caplog.set_level(0)
    access = Access({"webhook": bitrix.url.replace(KEY, "asecretkey")})
    from_there = Bitrix24(access, pace=Pace(0))
    with pytest.raises(Refused) as told:
        from_there.read("deals")
    assert "asecretkey" not in f"{access!r} {from_there!r} {vars(from_there)!r} {told.value!r} {caplog.text}"


# While people go on working.


def test_what_changes_or_goes_while_it_is_read_is_neither_missed_nor_read_twice(bitrix):
    fill(bitrix, clients=600)
    read, after, number, gone = [], "", 0, set()
    while not number or after:
        page = entered(bitrix).read("deals", after=after)
        read += ids(page.things)
        after, number = page.next, number + 1
        bitrix.change(DEAL, number + 10, title="Изменена")
        bitrix.change(DEAL, 299 - number, title="Изменена")
        bitrix.delete(DEAL, number)
        gone.add(str(number))
        if number < 5:
            item(bitrix, DEAL, 1000 + number, stageId="NEW", categoryId=0, opportunity=1)
    assert len(read) == len(set(read))
    assert set(read) >= {str(one) for one in range(1, 301)} - gone


def test_only_what_has_changed_since_is_read(bitrix):
    fill(bitrix, clients=330, leads=3)
    bitrix.change(CONTACT, 5, lastName="Другая")
    bitrix.change(DEAL, 7, title="Другая")
    late = 1_790_000_000
    comment(bitrix, "deal", 7, late, "Новый")
    activity(bitrix, late, TYPE_ID="1", OWNER_ID="5", SUBJECT="Встреча")
    since = at(1_780_000_000)
    delta = {kind: ids(read_all(entered(bitrix), kind, since=since)[0]) for kind in ("clients", "deals", "events")}
    assert delta == {
        "clients": ["contact-5"],
        "deals": ["7"],
        "events": [f"activity-{len(bitrix.tables['activities'])}", f"comment-{len(bitrix.tables['comments'])}"],
    }


# What cannot be understood, or may not be seen.


def test_what_cannot_be_understood_is_named_and_the_rest_is_read(bitrix):
    fill(bitrix, clients=9)
    bitrix.items[CONTACT][1] |= {"fm": "?"}
    bitrix.items[CONTACT][2] |= {"fm": [{}, {"typeId": "PHONE", "value": None}], "updatedTime": "?"}
    bitrix.items[DEAL][1] |= {"opportunity": "дорого", "createdTime": None, "currencyId": "USD"}
    bitrix.tables["activities"] = []
    activity(bitrix, BEGIN, TYPE_ID="1", OWNER_ID="1", SUBJECT="", DESCRIPTION=None)
    activity(bitrix, BEGIN, TYPE_ID="1", OWNER_ID="1", CREATED=None, START_TIME=None)
    activity(bitrix, BEGIN, TYPE_ID="?", OWNER_ID="1")
    clients, deals, events = (read_all(entered(bitrix), kind) for kind in ("clients", "deals", "events"))
    assert clients[1] == [("contacts/1", "not_understood")]
    assert len(clients[0]) == 8
    assert [(one.sum, one.extra, one.created_at) for one in deals[0] if one.id == "1"] == [
        (None, {"Сумма": "дорого", "Валюта": "USD"}, None)
    ]
    assert [code for _id, code in events[1]] == ["nothing_said", "no_moment", "not_understood"]
    assert {code for _id, code in events[1]} <= set(Bitrix24.reasons)


def test_what_may_not_be_seen_is_named_and_the_rest_is_read(bitrix):
    fill(bitrix, clients=9)
    bitrix.faults.scopes.discard("telephony")
    bitrix.faults.denied |= {"crm.requisite.list", "crm.timeline.comment.list"}
    clients, events = (read_all(entered(bitrix), kind) for kind in ("clients", "events"))
    assert (len(clients[0]), clients[1]) == (
        9,
        [("companies/requisites", "no_right"), ("contacts/requisites", "no_right")],
    )
    assert ("calls", "no_telephony") in events[1]
    assert ("deals/1", "no_right") in events[1]
    calls = [one for one in events[0] if one.kind == "call"]
    assert {(one.seconds, one.recording) for one in calls} == {(30, "")}


def test_an_empty_portal_is_read_to_the_end(bitrix):
    bitrix.tables["users"] = [{"ID": "1", "ACTIVE": True, "NAME": "Анна", "LAST_NAME": "", "EMAIL": None}]
    bitrix.categories = [{"id": 0, "name": "Общая"}]
    from_there = entered(bitrix)
    assert [len(read_all(from_there, kind)[0]) for kind in KINDS] == [1, 0, 0, 0, 0]
    assert from_there.name() == "Анна"


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.exists(), reason="third parties' samples are not here")
def test_cards_of_the_documents():
    def of(name: str):
        return json.loads((SAMPLES / f"{name}.response.json").read_text())["result"]

    lead = of("crm-item-get.1")["item"]
    client, deal = cards.of_lead(lead, {}), cards.deal(lead, {}, {"TRADE_SHOW": "Выставка"}, is_lead=True)
    assert (client.name, client.company) == ("Админов Админ Админович", "Административная компания")
    assert (client.phones, client.emails, client.note) == (
        ("+6111111111",),
        ("admin@example.com",),
        "Комментарий об админе",
    )
    assert (deal.sum, deal.source, deal.stage_id) == (Decimal("999.9"), "Выставка", "leads:IN_PROCESS")
    assert [cards.deal(row, {}, {}, is_lead=True).name for row in rows_in(of("crm-item-list.1"))][0] == "Лид #253"
    stages = [cards.stage(row, {"0": "Общая"}) for row in rows_in(of("crm-status-list.1"))]
    assert [one.end for one in stages][5:7] == ["won", "lost"]
    assert cards.person(rows_in(of("user-get.1"))[0]).name == "Вадим Валеев"
    assert [history.call(row).direction for row in rows_in(of("voximplant-statistic-get.1"))] == ["out", "in"]
    said = history.comment(rows_in(of("crm-timeline-comment-list.1"))[0], DEAL, "2")
    assert (said.deal_id, said.text) == ("2", "New comment was added\n1.gif, 2.gif")
    rang = history.activity(of("crm-activity-get.1"), None)
    assert (rang.kind, rang.direction, rang.client_id, rang.seconds) == ("call", "out", "contact-15", 6 * 3600)


def test_the_stand_in_knows_what_a_batch_may_not_do():
    peer = BitrixStandIn()
    body = peer.take(f"/rest/1/{KEY}/batch", {"cmd": {"a": "batch?x=1"}})[1]["result"]
    assert (body["result"], body["result_error"]["a"]["error"]) == ([], "ERROR_BATCH_METHOD_NOT_ALLOWED")
    many = {f"c{number}": "user.get" for number in range(51)}
    assert peer.take(f"/rest/1/{KEY}/batch", {"cmd": many})[0] == 400
