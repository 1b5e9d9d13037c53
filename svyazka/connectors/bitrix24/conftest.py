"""A company that works in Bitrix24, out of a seed, behind its stand-in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from svyazka.business.moving_in.system import Access
from svyazka.connectors.bitrix24.read import Bitrix24
from svyazka.connectors.bitrix24.stand_in import BitrixStandIn, on_a_socket
from svyazka.kit.pace import Pace

LEAD, DEAL, CONTACT, COMPANY = 1, 2, 3, 4
BEGIN = 1_700_000_000
FIRST = ("Иван", "Мария", "Пётр", "Анна", "Юрий", "Ольга", "Фёдор", "Елена")
LAST = ("Иванов", "Смирнова", "Щукин", "Королёва", "Ткач", "Белых", "Чернышёв", "Левченко")
FLOOR, WAY = "ufCrm_1720000001", "ufCrm_1720000002"
STAGES = (("NEW", "Новая", None), ("PREPARATION", "Замер", None), ("WON", "Успешна", "S"), ("LOSE", "Провалена", "F"))


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def iso(seconds: int) -> str:
    """With the offset of Moscow, as its servers write it."""
    return f"{datetime.fromtimestamp(seconds + 3 * 3600, UTC):%Y-%m-%dT%H:%M:%S}+03:00"


def ways(phones=(), emails=(), messengers=()) -> list[dict]:
    listed = [*(("PHONE", "WORK", one) for one in phones), *(("EMAIL", "WORK", one) for one in emails),
              *(("IM", kind, one) for kind, one in messengers)]  # fmt: skip
    return [{"id": n, "typeId": kind, "valueType": of, "value": value} for n, (kind, of, value) in enumerate(listed)]


def item(peer: BitrixStandIn, kind: int, number: int, **more) -> dict:
    stamp = iso(BEGIN + number * 60)
    row = {"id": number, "createdTime": stamp, "updatedTime": stamp, "lastActivityTime": stamp, "assignedById": 1,
           "comments": None, "sourceId": None, "companyId": 0, "contactId": 0, "contactIds": [], "fm": [],
           "title": None, "opened": "Y", **more}  # fmt: skip
    peer.items[kind][number] = row
    return row


def fill(peer: BitrixStandIn, *, clients: int, leads: int = 0, seed: int = 7) -> None:
    """A third of them firms, a deal for each two, comments, calls, letters, tasks and moves."""
    by = random.Random(seed)
    peer.tables["users"] = [
        {"ID": str(n), "ACTIVE": n != 5, "NAME": "Сотрудник", "LAST_NAME": str(n), "SECOND_NAME": "",
         "EMAIL": f"person{n}@example.ru"} for n in range(1, 61)
    ]  # fmt: skip
    peer.categories = [{"id": 0, "name": "Общая"}, {"id": 1, "name": "Монтаж"}]
    fill_lists(peer)
    firms = [firm(peer, number) for number in range(1, clients // 3 + 1)]
    people = [person(peer, by, number, firms) for number in range(1, clients - len(firms) + 1)]
    for number in range(1, clients // 2 + 1):
        deal(peer, by, number, people, firms)
    for number in range(1, leads + 1):
        lead(peer, by, number, people)


def fill_lists(peer: BitrixStandIn) -> None:
    entities = [("DEAL_STAGE", ""), ("DEAL_STAGE_1", "C1:"), ("STATUS", "")]
    rows = [(entity, f"{mark}{code}", name, end) for entity, mark in entities for code, name, end in STAGES]
    rows += [
        ("SOURCE", "WEB", "Сайт", None),
        ("SOURCE", "CALL", "Звонок", None),
        ("DEAL_TYPE", "SALE", "Продажа", None),
    ]
    peer.tables["statuses"] = [
        {"ID": str(n), "ENTITY_ID": entity, "STATUS_ID": code, "NAME": name, "SEMANTICS": end, "SORT": str(n)}
        for n, (entity, code, name, end) in enumerate(rows, start=101)
    ]
    own = {FLOOR: {"type": "double", "title": "Этаж"},
           WAY: {"type": "enumeration", "title": "Как узнали", "items": [{"ID": "45", "VALUE": "По совету"}]},
           "post": {"type": "string", "title": "Должность"},
           "birthdate": {"type": "date", "title": "Дата рождения"}}  # fmt: skip
    for kind in (LEAD, DEAL, CONTACT, COMPANY):
        peer.fields[kind] = own
    peer.tables["requisites"] = [requisite(1, COMPANY, 10**9, "")]  # of a company that is not here any more
    peer.tables["addresses"] = [place(COMPANY, 10**9, "")]


def requisite(number: int, kind: int, of: int, inn: str, kpp: str = "") -> dict:
    return {"ID": str(number), "ENTITY_TYPE_ID": str(kind), "ENTITY_ID": str(of), "RQ_INN": inn, "RQ_KPP": kpp}


def place(kind: int, of: int, street: str, flat: str = "") -> dict:
    return {"TYPE_ID": "1", "ENTITY_TYPE_ID": "8", "ENTITY_ID": "1", "ADDRESS_1": street, "ADDRESS_2": flat,
            "CITY": "Тюмень" if street else "", "POSTAL_CODE": "", "REGION": None, "PROVINCE": None, "COUNTRY": None,
            "ANCHOR_TYPE_ID": str(kind), "ANCHOR_ID": str(of)}  # fmt: skip


def firm(peer: BitrixStandIn, number: int) -> int:
    item(peer, COMPANY, number, title=f"ООО «Вектор {number}»", fm=ways([f"+7495{number:07}"]))
    peer.tables["requisites"].append(requisite(number + 1, COMPANY, number, f"77{number:08}", "770101001"))
    peer.tables["addresses"].append(place(COMPANY, number, f"Ленина, {number}", "701"))
    return number


def person(peer: BitrixStandIn, by: random.Random, number: int, firms: list[int]) -> int:
    phones = [f"8 916 {number:07}", *([f"+7495{number:07}"] if number % 3 == 0 else [])]
    of = by.choice(firms) if firms and number % 4 == 0 else 0
    item(peer, CONTACT, number, name=by.choice(FIRST), lastName=by.choice(LAST), secondName=None, post=None,
         birthdate="", companyId=of, companyIds=[of] if of else [], assignedById=by.randint(1, 5),
         fm=[] if number % 9 == 0 else ways(phones, [f"client{number}@example.ru"], [("TELEGRAM", f"@c{number}")]),
         **{FLOOR: str(number % 20), WAY: "45" if number % 5 == 0 else ""})  # fmt: skip
    return number


def deal(peer: BitrixStandIn, by: random.Random, number: int, people: list[int], firms: list[int]) -> None:
    owner, category = people[number % len(people)], by.choice([0, 1])
    code, _name, end = by.choice(STAGES)
    stage = f"C1:{code}" if category else code
    item(peer, DEAL, number, title=f"Сделка {number}", categoryId=category, stageId=stage, stageSemanticId=end or "P",
         opportunity=by.choice([None, 0, 46_333.5, number * 100]), currencyId="RUB", contactId=owner,
         contactIds=[people[0], owner], companyId=by.choice(firms) if firms and number % 3 == 0 else 0, sourceId="WEB",
         closed="Y" if end else "N", closedate=iso(BEGIN + number * 60 + 5), utmSource=None,
         **{FLOOR: None, WAY: ""})  # fmt: skip
    stamp = BEGIN + number * 90
    comment(peer, "deal", number, stamp, f"[B]Просил[/B] перезвонить {number}")
    call_of = activity(peer, stamp, TYPE_ID="2", OWNER_ID=str(owner), PROVIDER_ID="VOXIMPLANT_CALL")
    peer.tables["calls"].append(telephony(peer, stamp, CRM_ACTIVITY_ID=call_of, CRM_ENTITY_ID=str(owner)))
    activity(peer, stamp + 1, TYPE_ID="6", OWNER_ID=str(number), OWNER_TYPE_ID="2", PROVIDER_ID="CRM_TODO",
             SUBJECT="Позвонить", COMPLETED="N" if number % 2 else "Y", DEADLINE=iso(stamp + 86_400))  # fmt: skip
    peer.moves[DEAL].append({"ID": number, "TYPE_ID": 1, "OWNER_ID": number, "CREATED_TIME": iso(stamp + 3),
                             "CATEGORY_ID": category, "STAGE_ID": stage, "STAGE_SEMANTIC_ID": end or "P"})  # fmt: skip


def lead(peer: BitrixStandIn, by: random.Random, number: int, people: list[int]) -> None:
    has_card = number % 3 == 0
    item(peer, LEAD, number, title=f"Лид {number}", name=by.choice(FIRST), lastName=by.choice(LAST), stageId="NEW",
         stageSemanticId="P", opportunity=1000, currencyId="RUB", companyTitle="ООО «Гранит»" if number % 2 else None,
         contactId=people[0] if has_card else 0, contactIds=[people[0]] if has_card else [], sourceId="CALL",
         secondName="", address=None, fm=ways([f"+7903{number:07}"]), **{FLOOR: None, WAY: ""})  # fmt: skip
    peer.moves[LEAD].append({"ID": number, "TYPE_ID": 1, "OWNER_ID": number, "CREATED_TIME": iso(BEGIN),
                             "STATUS_ID": "NEW", "STATUS_SEMANTIC_ID": "P"})  # fmt: skip


def comment(peer: BitrixStandIn, kind: str, of: int, seconds: int, text: str, files: object = ()) -> str:
    rows = peer.tables["comments"]
    rows.append({"ID": str(len(rows) + 1), "ENTITY_ID": str(of), "ENTITY_TYPE": kind, "CREATED": iso(seconds),
                 "COMMENT": text, "AUTHOR_ID": "2", "FILES": files or []})  # fmt: skip
    return rows[-1]["ID"]


def activity(peer: BitrixStandIn, seconds: int, **more) -> str:
    rows = peer.tables["activities"]
    rows.append({"ID": str(len(rows) + 1), "OWNER_TYPE_ID": "3", "PROVIDER_ID": "", "SUBJECT": "Звонок",
                 "CREATED": iso(seconds), "LAST_UPDATED": iso(seconds), "START_TIME": iso(seconds),
                 "END_TIME": iso(seconds + 30), "DEADLINE": "9999-12-31T00:00:00+03:00", "COMPLETED": "Y",
                 "RESPONSIBLE_ID": "2", "DESCRIPTION": "", "DIRECTION": "1", "SETTINGS": [], "COMMUNICATIONS": [],
                 **more})  # fmt: skip
    return rows[-1]["ID"]


def telephony(peer: BitrixStandIn, seconds: int, **more) -> dict:
    return {"ID": str(len(peer.tables["calls"]) + 1), "PORTAL_USER_ID": "2", "PHONE_NUMBER": "+79160000001",
            "CALL_DURATION": "61", "CALL_START_DATE": iso(seconds), "CALL_RECORD_URL": "https://r.example.ru/1.mp3",
            "CALL_TYPE": "2", "CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": "1", "CRM_ACTIVITY_ID": None,
            "COMMENT": None, **more}  # fmt: skip


def entered(peer: BitrixStandIn, *, webhook: str = "") -> Bitrix24:
    """As the company has entered it; a test may be in more of a hurry than the house."""
    return Bitrix24(Access({"webhook": webhook or peer.url}), pace=Pace(0) if peer.burst is None else None)


def read_all(from_there: Bitrix24, kind, *, since=None, after: str = "") -> tuple[list, list]:
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
def bitrix(settings) -> Iterator[BitrixStandIn]:
    """Without its limit, unless a test sets one."""
    settings.MOVING_SERVERS = ["127.0.0.1"]
    with on_a_socket(BitrixStandIn(burst=None)) as peer:
        yield peer
