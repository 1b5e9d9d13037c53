"""A company that works in amoCRM, out of a seed, behind its stand-in."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from svyazka.business.moving_in.system import Access
from svyazka.connectors.amocrm.read import AmoCrm
from svyazka.connectors.amocrm.stand_in import TOKEN, AmoStandIn, on_a_socket
from svyazka.kit.pace import Pace

PIPELINE, SECOND = 3177727, 3177999
STAGES = {32392156: "Новая заявка", 32392157: "Замер", 32392158: "Договор", 142: "Успешно реализовано", 143: "Закрыто"}
BEGIN = 1_700_000_000
FIRST = ("Иван", "Мария", "Пётр", "Анна", "Юрий", "Ольга", "Фёдор", "Елена")
LAST = ("Иванов", "Смирнова", "Щукин", "Королёва", "Ткач", "Белых", "Чернышёв", "Левченко")
FIRMS = ("Рога и копыта", "Вектор", "Северный дом", "Окна-М", "Гранит")


def field(title: str, *values: object, code: str | None = None, kind: str = "text", enum: str = "WORK") -> dict:
    cells = [{"value": value, "enum_id": 1, "enum_code": enum} for value in values]
    return {"field_id": 100 + len(title), "field_name": title, "field_code": code, "field_type": kind, "values": cells}


def fill(peer: AmoStandIn, *, clients: int, seed: int = 7) -> None:
    """A third of them firms, a deal for each two, notes, calls, tasks and moves."""
    by = random.Random(seed)
    peer.pipelines = [pipeline(PIPELINE, "Продажи"), pipeline(SECOND, "Монтаж")]
    for number in range(1, 6):
        peer.add("users", {"id": number, "name": f"Сотрудник {number}", "email": f"person{number}@example.ru",
                           "rights": {"is_active": number != 5}})  # fmt: skip
    firms = [firm(peer, by, number) for number in range(1, clients // 3 + 1)]
    people = [person(peer, by, number, firms) for number in range(1, clients - len(firms) + 1)]
    for number in range(1, clients // 2 + 1):
        deal(peer, by, number, people, firms)


def pipeline(number: int, name: str) -> dict:
    statuses = [{"id": status, "name": title, "pipeline_id": number, "type": 0} for status, title in STAGES.items()]
    return {"id": number, "name": name, "is_archive": False, "_embedded": {"statuses": statuses}}


def firm(peer: AmoStandIn, by: random.Random, number: int) -> int:
    at = BEGIN + number * 60
    values = [field("ИНН", f"77{number:08}"), field("Адрес", f"Москва, ул. Лесная, {number}", code="ADDRESS")]
    peer.add("companies", {"id": 500_000 + number, "name": f"ООО «{by.choice(FIRMS)} {number}»", "created_at": at,
                           "updated_at": at, "responsible_user_id": by.randint(1, 5),
                           "custom_fields_values": by.choice([values, None]), "_embedded": {"tags": []}})  # fmt: skip
    return 500_000 + number


def person(peer: AmoStandIn, by: random.Random, number: int, firms: list[int]) -> int:
    at = BEGIN + number * 60
    values = [
        field("Телефон", f"+7916{number:07}", *([f"8 (495) {number:07}"] if number % 3 == 0 else []), code="PHONE"),
        field("Email", f"client{number}@example.ru", code="EMAIL"),
        field("Дата рождения", BEGIN, kind="birthday"),
        field("Telegram", f"@client{number}"),
        field("Этаж", str(number % 20)),
    ]
    of = [{"id": by.choice(firms)}] if firms and number % 4 == 0 else []
    peer.add("contacts", {"id": 700_000 + number, "name": f"{by.choice(FIRST)} {by.choice(LAST)}", "created_at": at,
                          "updated_at": at, "responsible_user_id": by.randint(1, 5),
                          "custom_fields_values": None if number % 9 == 0 else values,
                          "_embedded": {"tags": [{"name": "постоянный"}] if number % 5 == 0 else [],
                                        "companies": of}})  # fmt: skip
    return 700_000 + number


def deal(peer: AmoStandIn, by: random.Random, number: int, people: list[int], firms: list[int]) -> None:
    at, lead, owner = BEGIN + number * 90, 900_000 + number, people[number % len(people)]
    status = by.choice(list(STAGES))
    parts = {"tags": [], "contacts": [{"id": people[0], "is_main": False}, {"id": owner, "is_main": True}],
             "companies": [{"id": by.choice(firms)}] if firms and number % 3 == 0 else [],
             "loss_reason": [{"id": 1, "name": "Дорого"}] if status == 143 else []}  # fmt: skip
    peer.add("leads", {"id": lead, "name": f"Сделка {number}", "price": by.choice([None, 0, 46_333, number * 100]),
                       "pipeline_id": by.choice([PIPELINE, SECOND]), "status_id": status, "created_at": at,
                       "updated_at": at, "closed_at": at + 5 if status in (142, 143) else None,
                       "responsible_user_id": by.randint(1, 5), "_embedded": parts,
                       "custom_fields_values": [field("Источник", "Сайт"), field("Окон", number % 7)]})  # fmt: skip
    note(peer, "leads", lead, at, "common", text=f"Просил перезвонить {number}")
    note(peer, "contacts", owner, at + 1, "call_in", duration=61, link=f"https://records.example.ru/{number}.mp3",
         phone=f"+7916{number:07}", uniq=f"u{number}")  # fmt: skip
    if number % 4 == 0:
        note(peer, "leads", lead, at + 2, "sms_out", text="Ждём вас", phone="+79160000000")
    peer.add("tasks", {"id": 40_000 + number, "text": "Позвонить", "entity_id": lead, "entity_type": "leads",
                       "is_completed": number % 2 == 0, "complete_till": at + 86_400, "result": [],
                       "responsible_user_id": 1, "created_at": at, "updated_at": at})  # fmt: skip
    moved = {name: [{"lead_status": {"id": one, "pipeline_id": PIPELINE}}]
             for name, one in (("value_before", 32392156), ("value_after", 32392157))}  # fmt: skip
    peer.events.append({"id": f"01e{number:06}", "type": "lead_status_changed", "entity_id": lead, "created_by": 2,
                        "entity_type": "lead", "created_at": at + 3, **moved})  # fmt: skip


def note(peer: AmoStandIn, of: str, entity: int, at: int, kind: str, **params: object) -> None:
    peer.add(f"{of}/notes", {"entity_id": entity, "note_type": kind, "params": params, "created_by": 2,
                             "responsible_user_id": 2, "created_at": at, "updated_at": at})  # fmt: skip


def entered(peer: AmoStandIn, **more) -> AmoCrm:
    """As the company has entered it; a test may be in more of a hurry than the house."""
    given = {"address": peer.url, "token": TOKEN, **more.pop("given", {})}
    return AmoCrm(Access(given, **more), pace=Pace(0) if peer.limit is None else None)


def read_all(from_there: AmoCrm, kind, *, since=None, after: str = "") -> tuple[list, list]:
    """All things of a kind, and what could not be understood."""
    things, unreadable = [], []
    while True:
        page = from_there.read(kind, after=after, since=since)
        things += page.things
        unreadable += page.unreadable
        if not page.next:
            return things, unreadable
        after = page.next


@pytest.fixture
def amo(settings) -> Iterator[AmoStandIn]:
    """Without its limit, unless a test sets one."""
    settings.MOVING_SERVERS = ["127.0.0.1"]
    with on_a_socket(AmoStandIn(limit=None)) as peer:
        yield peer
