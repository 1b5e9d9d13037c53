"""All that amoCRM knows, read before its stand-in: once through, in the middle of trouble, and while people go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.moving_in.foreign import KINDS, ForeignDeal, ForeignEvent, ForeignPerson, ForeignStage
from svyazka.business.moving_in.system import Access, TryLater
from svyazka.connectors.amocrm import cards, history
from svyazka.connectors.amocrm.conftest import BEGIN, PIPELINE, SECOND, entered, field, fill, note, read_all
from svyazka.connectors.amocrm.read import AmoCrm
from svyazka.connectors.amocrm.stand_in import CODE, SECRET, SEVEN, TOKEN
from svyazka.kit.pace import Pace
from svyazka.kit.refusals import Refused

SAMPLES = Path(__file__).parents[4] / "shared/samples/amocrm"  # beside the project, where there is one


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def ids(things) -> list[str]:
    return [thing.id for thing in things]


# Once through.


def test_everything_is_read_once(amo):
    fill(amo, clients=600)
    from_there = entered(amo)
    read = {kind: read_all(from_there, kind) for kind in KINDS}
    assert [unreadable for _things, unreadable in read.values()] == [[]] * 5
    assert ids(read["people"][0]) == ["1", "2", "3", "4", "5"]
    expected = [f"company-{one}" for one in sorted(amo.lists["companies"])]
    assert ids(read["clients"][0]) == expected + [f"contact-{one}" for one in sorted(amo.lists["contacts"])]
    assert ids(read["deals"][0]) == [str(one) for one in sorted(amo.lists["leads"])]
    kinds = {"leads": "deal", "contacts": "contact", "companies": "company"}
    notes = [f"note-{kind}-{one}" for part, kind in kinds.items() for one in sorted(amo.lists[f"{part}/notes"])]
    tasks = [f"task-{one}" for one in sorted(amo.lists["tasks"])]
    moves = sorted((f"move-{one['id']}" for one in amo.events), reverse=True)
    assert ids(read["events"][0]) == notes + tasks + moves


def test_a_card_in_our_words(amo):
    fill(amo, clients=60)
    amo.change(
        "contacts", 700_004, updated_at=BEGIN + 9, _embedded={"tags": [{"name": "VIP"}], "companies": [{"id": 500_002}]}
    )
    amo.change("companies", 500_002, name="ООО «Гранит»", custom_fields_values=[field("ИНН", "7700000002")])
    clients = {one.id: one for one in read_all(entered(amo), "clients")[0]}
    one = clients["contact-700004"]
    assert (one.company, one.phones, one.emails) == ("ООО «Гранит»", ("+79160000004",), ("client4@example.ru",))
    assert (one.handles, one.changed_at, one.is_company) == ({"telegram": "@client4"}, at(BEGIN + 9), False)
    assert one.extra == {"Дата рождения": "2023-11-15", "Этаж": "4", "Теги": "VIP"}
    assert clients["contact-700003"].phones == ("+79160000003", "8 (495) 0000003")
    assert (clients["contact-700009"].phones, clients["contact-700009"].extra) == ((), {})
    firm = clients["company-500002"]
    assert (firm.is_company, firm.tax_number, firm.name) == (True, "7700000002", "ООО «Гранит»")


def test_a_deal_in_our_words(amo):
    fill(amo, clients=30)
    amo.change("leads", 900_001, price=46_333, status_id=143, pipeline_id=PIPELINE, closed_at=BEGIN + 7,
               responsible_user_id=3, updated_at=BEGIN + 8, created_at=BEGIN,
               _embedded={"contacts": [{"id": 700_001}, {"id": 700_002, "is_main": True}], "tags": [],
                          "companies": [{"id": 500_001}], "loss_reason": [{"id": 1, "name": "Дорого"}]})  # fmt: skip
    deals = {one.id: one for one in read_all(entered(amo), "deals")[0]}
    assert deals["900001"] == ForeignDeal(
        "900001",
        ("contact-700002", "contact-700001", "company-500001"),
        "Сделка 1",
        f"{PIPELINE}:143",
        str(PIPELINE),
        Decimal(46333),
        "Сайт",
        responsible_id="3",
        created_at=at(BEGIN),
        changed_at=at(BEGIN + 8),
        closed_at=at(BEGIN + 7),
        lost_because="Дорого",
        extra={"Окон": "1"},
    )


def test_people_and_stages_in_our_words(amo):
    fill(amo, clients=0)
    people, stages = read_all(entered(amo), "people")[0], read_all(entered(amo), "stages")[0]
    assert people[4] == ForeignPerson("5", "Сотрудник 5", "person5@example.ru", is_active=False)
    assert stages[0] == ForeignStage(f"{PIPELINE}:32392156", str(PIPELINE), "Продажи", "Новая заявка")
    assert [one.end for one in stages] == ["", "", "", "won", "lost"] * 2
    assert len({one.id for one in stages}) == 10


def test_a_history_in_our_words(amo):
    amo.pipelines = [{"id": 5, "name": "П", "_embedded": {"statuses": [{"id": 1, "name": "Замер"}]}}]
    note(amo, "contacts", 7, BEGIN, "call_out", duration="95", link="https://r.example.ru/1.mp3", phone="+79160000001")
    note(amo, "leads", 9, BEGIN, "common", text="Просил тихий двор")
    note(amo, "leads", 9, BEGIN, "sms_in", text="Буду в семь")
    note(amo, "companies", 3, BEGIN, "amomail_message", income=True, subject="Счёт", content_summary="Во вложении")
    amo.add("tasks", {"text": "Позвонить", "entity_id": 9, "entity_type": "leads", "is_completed": True,
                      "result": {"text": "Договорились"}, "complete_till": BEGIN + 60, "responsible_user_id": 4,
                      "created_at": BEGIN})  # fmt: skip
    amo.events.append({"id": "01e", "type": "lead_status_changed", "entity_id": 9, "entity_type": "lead",
                       "created_by": 4, "created_at": BEGIN,
                       "value_before": [{"lead_status": {"id": 8, "pipeline_id": 5}}],
                       "value_after": [{"lead_status": {"id": 1, "pipeline_id": 5}}]})  # fmt: skip
    amo.events.append({"id": "01f", "type": "lead_added", "entity_id": 9, "created_at": BEGIN})
    said, text, call, letter, task, move = read_all(entered(amo), "events")[0][0:6]
    assert (said.kind, said.deal_id, said.text, said.by_id) == ("note", "9", "Просил тихий двор", "2")
    assert (text.kind, text.direction, text.text) == ("message", "in", "Буду в семь")
    assert call == ForeignEvent(
        "note-contact-1001", "call", at(BEGIN), client_id="contact-7", direction="out", by_id="2", phone="+79160000001",
        seconds=95, recording="https://r.example.ru/1.mp3",
    )  # fmt: skip
    assert (letter.direction, letter.text, letter.client_id) == ("in", "Счёт\nВо вложении", "company-3")
    assert (task.text, task.is_done, task.due_at, task.by_id) == (
        "Позвонить\nДоговорились", True, at(BEGIN + 60), "4",
    )  # fmt: skip
    assert (move.kind, move.text, move.deal_id) == ("stage", "5:8 → Замер", "9")


def test_how_many_there_are_and_how_much(amo):
    fill(amo, clients=777)
    there = entered(amo).counts()
    assert there == {"people": 5, "stages": 10, "clients": 777, "deals": 388}
    expected: dict[str, list] = {}
    for lead in amo.lists["leads"].values():
        of_stage = expected.setdefault(f"{lead['pipeline_id']}:{lead['status_id']}", [0, Decimal()])
        of_stage[0] += 1
        of_stage[1] += lead["price"] or 0
    assert {stage: [number, amount] for stage, number, amount in entered(amo).sums()} == expected
    assert len(amo.asked) < 60


@pytest.mark.parametrize("clients", [0, 1, 3])
def test_a_small_base_is_counted_rightly(amo, clients):
    fill(amo, clients=clients)
    assert entered(amo).counts()["clients"] == clients


# Trouble.


_ANOTHER = """
import json, sys
import django
django.setup()
from svyazka.business.moving_in.system import Access
from svyazka.connectors.amocrm.read import AmoCrm
page = AmoCrm(Access({"address": sys.argv[1], "token": sys.argv[3]})).read("clients", after=sys.argv[2])
print(json.dumps([[thing.id for thing in page.things], page.next]))
"""


def test_another_process_goes_on_in_the_middle(amo):
    fill(amo, clients=600)
    begun = entered(amo).read("clients")
    others = {**os.environ, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings", "SVYAZKA_MOVING_SERVERS": "127.0.0.1"}
    words = [amo.url, begun.next, TOKEN]
    said = subprocess.run(
        [sys.executable, "-c", _ANOTHER, *words], env=others, capture_output=True, check=True, timeout=60
    )
    there, after = json.loads(said.stdout)
    assert there
    rest, _unreadable = read_all(entered(amo), "clients", after=after)
    read = [*ids(begun.things), *there, *ids(rest)]
    assert len(read) == len(set(read)) == 600


@pytest.mark.parametrize("fault", [429, 500, 503, "half", "cut"])
def test_it_goes_on_where_it_stopped(amo, fault):
    fill(amo, clients=600)
    from_there = entered(amo)
    first = from_there.read("clients")
    amo.faults.waiting.append(fault)
    with pytest.raises(TryLater) as told:
        from_there.read("clients", after=first.next)
    assert told.value.seconds > 0
    rest, unreadable = read_all(from_there, "clients", after=first.next)
    assert (len({*ids(first.things), *ids(rest)}), len(first.things) + len(rest), unreadable) == (600, 600, [])


def test_a_page_that_takes_it_too_long_is_read_in_smaller_ones(amo):
    fill(amo, clients=2000)
    amo.faults.heavy = {"leads"}
    read = whole(amo, "deals", lambda number: number == 1 and amo.delete("leads", 900_001))
    assert read == [str(900_001 + number) for number in range(1000)]
    amo.faults.waiting.extend([504, 504])
    with pytest.raises(TryLater, match="slow"):
        entered(amo).read("deals")


def test_nobody_listens(amo, settings):
    gone = AmoCrm(Access({"address": "http://127.0.0.1:9", "token": TOKEN}))
    with pytest.raises(TryLater, match="silent"):
        gone.read("clients")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [("token", "long-lived token"), ("unpaid", "paid"), ("forbidden", "“companies”"), ("nowhere", "example.amocrm.ru")],
)
def test_what_to_do_is_said(amo, trouble, words):
    amo.faults.unpaid = trouble == "unpaid"
    amo.faults.forbidden = {"companies"} if trouble == "forbidden" else set()
    if trouble == "nowhere":
        amo.faults.waiting.append(302)
    with translation.override("en"), pytest.raises(Refused) as told:
        entered(amo, given={"token": "wrong"} if trouble == "token" else {}).read("clients")
    assert words in str(told.value.message)


@pytest.mark.parametrize(
    "address",
    ["", "amocrm.ru", "example.com", "127.0.0.2", "http://169.254.169.254/", "a.amocrm.ru.evil.ru", "a b.amocrm.ru"],
)
def test_only_accounts_of_amocrm_are_asked(amo, address):
    with pytest.raises(Refused) as told:
        AmoCrm(Access({"address": address, "token": TOKEN}))
    assert "address" in told.value.fields


@pytest.mark.parametrize(
    "address", ["example.amocrm.ru", " https://Example.amocrm.ru/leads/list/?x=1 ", "a.kommo.com/"]
)
def test_an_address_may_be_copied_from_the_browser(address):
    assert AmoCrm(Access({"address": address, "token": TOKEN}))._account._base.startswith("https://")


def test_without_any_key_nobody_is_asked():
    with pytest.raises(Refused) as told:
        AmoCrm(Access({"address": "example.amocrm.ru", "client_id": "x"}))
    assert "token" in told.value.fields


def test_it_keeps_to_seven_in_a_second(amo):
    amo.limit = SEVEN
    fill(amo, clients=20)
    from_there = entered(amo)
    things = read_all(from_there, "events")[0]
    assert from_there.counts()["clients"] == 20
    assert len(things) > 20
    assert len(amo.asked) > 2 * SEVEN


def test_secrets_are_not_shown(amo, caplog):
    caplog.set_level(0)
    access = Access({"address": amo.url, "token": "a-secret-token"})
    from_there = AmoCrm(access, pace=Pace(0))
    with pytest.raises(Refused):
        from_there.read("deals")
    assert "a-secret-token" not in f"{access!r} {from_there!r} {vars(from_there)!r} {caplog.text}"


# Tokens that are used once.


def test_tokens_of_oauth_are_kept_before_they_are_used(amo):
    fill(amo, clients=3)
    kept: dict[str, str] = {}
    given = {"address": amo.url, "client_id": "1", "client_secret": SECRET, "redirect_uri": "https://x", "code": CODE}
    from_there = AmoCrm(Access(given, kept.update), pace=Pace(0))
    assert from_there.name() == "Stand-in"
    first = dict(kept)
    amo.expire()
    assert len(from_there.read("clients").things) == 1
    assert (kept["refresh_token"], amo.refresh_token) == (amo.refresh_token, kept["refresh_token"])
    assert kept != first
    amo.expire()
    again = AmoCrm(Access({**given, **kept}, kept.update), pace=Pace(0))  # days later, out of what was kept
    assert len(again.read("clients").things) == 1
    amo.expire()
    with pytest.raises(Refused) as told:
        AmoCrm(Access({**given, **first}), pace=Pace(0)).read("clients")
    assert "code" in told.value.fields


# While people go on working.


def whole(peer, kind: str, meanwhile) -> list[str]:
    """All ids, where `meanwhile(number)` happens after each page."""
    from_there, read, after, number = entered(peer), [], "", 0
    while True:
        page = from_there.read(kind, after=after)
        read += ids(page.things)
        number += 1
        meanwhile(number)
        if not page.next:
            return read
        after = page.next


def test_what_changes_while_it_is_read_is_neither_missed_nor_read_twice(amo):
    fill(amo, clients=2400)

    def busy(number: int) -> None:
        amo.change("leads", 900_000 + number, name="Изменена")
        amo.change("leads", 901_200 - number, name="Изменена")
        amo.add("leads", {"name": "Новая", "pipeline_id": SECOND, "status_id": 142})

    read = whole(amo, "deals", busy)
    there = [str(one) for one in sorted(amo.lists["leads"])]
    assert read == there[: len(read)]
    assert len(read) >= 1200


@pytest.mark.parametrize("at_once", [1, 300, 700])
def test_what_is_deleted_while_it_is_read_takes_nothing_else_along(amo, at_once):
    fill(amo, clients=2400)
    gone: list[int] = []

    def clear_out(number: int) -> None:
        if number == 3:
            gone.extend(sorted(amo.lists["leads"])[:at_once])
            for one in gone:
                amo.delete("leads", one)

    read = whole(amo, "deals", clear_out)
    assert len(read) == len(set(read))
    assert set(read) >= {str(one) for one in amo.lists["leads"]}


def test_what_comes_back_from_the_bin_is_no_double(amo):
    fill(amo, clients=2400)
    binned = amo.lists["leads"].pop(900_002)
    read = whole(amo, "deals", lambda number: number == 2 and amo.add("leads", binned))
    assert len(read) == len(set(read)) == 1199


def test_moves_that_come_while_they_are_read_change_nothing(amo):
    fill(amo, clients=800)
    late = {**amo.events[0], "created_at": 2_000_000_000}
    read = whole(amo, "events", lambda number: amo.events.append({**late, "id": f"late{number}"}))
    moves = [one for one in read if one.startswith("move-")]
    assert len(moves) == len(set(moves)) == 400


def test_only_what_has_changed_since_is_read(amo):
    fill(amo, clients=600)
    amo.change("contacts", 700_005, name="Другое имя")
    amo.change("leads", 900_007, price=1)
    note(amo, "leads", 900_007, 1_800_000_000, "common", text="Новое")
    since = at(1_750_000_000)
    delta = {kind: ids(read_all(entered(amo), kind, since=since)[0]) for kind in ("clients", "deals", "events")}
    assert delta["clients"] == ["contact-700005"]
    assert delta["deals"] == ["900007"]
    assert delta["events"] == [f"note-deal-{max(amo.lists['leads/notes'])}"]


# What cannot be understood.


def test_what_cannot_be_understood_is_named_and_the_rest_is_read(amo):
    fill(amo, clients=9)
    amo.lists["contacts"][700_001]["_embedded"] = {"companies": "?"}
    amo.lists["contacts"][700_002] = {"id": 700_002, "name": None, "custom_fields_values": "?", "created_at": "?"}
    amo.lists["contacts"][700_003]["custom_fields_values"] = [
        None,
        {"values": None},
        {"values": [None, {"value": None}]},
    ]
    amo.lists["leads"][900_001] |= {"price": "дорого", "_embedded": {"contacts": [{"nobody": 1}]}}
    amo.lists["leads"][900_002] |= {"price": "дорого", "created_at": 10**30, "_embedded": []}
    note(amo, "leads", 900_002, BEGIN, "geolocation")
    amo.add("tasks", {"text": "Когда-то", "created_at": None})
    clients, deals, events = (read_all(entered(amo), kind) for kind in ("clients", "deals", "events"))
    assert (len(clients[0]), clients[1]) == (9, [])
    assert deals[1] == [("leads/900001", "not_understood")]
    assert [(one.sum, one.extra["Сумма"], one.created_at) for one in deals[0] if one.id == "900002"] == [
        (None, "дорого", None)
    ]
    assert [code for _id, code in events[1]] == ["nothing_said", "no_moment"]
    assert {code for _id, code in deals[1] + events[1]} <= set(AmoCrm.reasons)


def test_fields_of_every_kind_become_words(amo):
    fill(amo, clients=3)
    values = [
        field("Согласие", True, kind="checkbox"), field("Отказ", False, kind="checkbox"),
        field("Услуги", "Замер", "Монтаж", kind="multiselect"),
        field("Юрлицо", {"name": "ООО «Вектор»", "vat_id": "7701"}, kind="legal_entity"),
        field("Дата", BEGIN, kind="date"), field("Услуги", "Замер"), field("Skype", "vera.p", code="IM", enum="SKYPE"),
        field("Файл", {"file_name": "план.pdf"}, kind="file"),
    ]  # fmt: skip
    amo.change("contacts", 700_001, custom_fields_values=values)
    one = read_all(entered(amo), "clients")[0][1]
    assert one.extra == {
        "Согласие": "да", "Отказ": "нет", "Услуги": "Замер; Монтаж; Замер", "Юрлицо": "ООО «Вектор»",
        "Дата": "2023-11-15", "Файл": "план.pdf",
    }  # fmt: skip
    assert (one.tax_number, one.handles) == ("7701", {"skype": "vera.p"})


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.exists(), reason="third parties' samples are not here")
def test_cards_that_others_have_written_down():
    def of(name: str) -> dict:
        return json.loads((SAMPLES / f"aioamocrm_doc_{name}.json").read_text())

    contact, company, lead = cards.client(of("contact"), {}), cards.company(of("company")), cards.deal(of("lead"))
    assert (contact.name, contact.phones, contact.emails) == (
        "Иван Иванов", ("+79123456789", "+79990001122"), ("ivan@example.com",),
    )  # fmt: skip
    assert (company.id, company.name, company.is_company) == ("company-1", "АО Рога и копыта", True)
    assert (lead.sum, lead.stage_id, lead.closed_at) == (Decimal(46333), "1300:142", at(1483005931))
    pipelines = of("pipelines")["_embedded"]["pipelines"]
    assert [one.end for one in cards.stages(pipelines[0])] == ["", "won"]
    assert history.note(of("note"), "leads/notes").text == "Текст примечания"
    assert history.task(of("task")).due_at == at(1575665940)
    assert cards.person(of("user")).email == "manager@example.com"
