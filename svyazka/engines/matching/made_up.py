"""A base of clients and what arrives afterwards, made up from a number, with the truth: for tests and start weights.

What is hard about it: families on one phone, agents who call for twenty clients, numbers given out anew, namesakes,
fathers and sons, companies of one owner, placeholders; and each is written down as people do (`scribble.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from svyazka.engines.matching import first_names, keys, scribble, tax_numbers
from svyazka.engines.matching.compare import Base
from svyazka.engines.matching.letters import listed
from svyazka.engines.matching.record import Given, Record, normalise, together

TODAY = date(2026, 11, 1)
SURNAMES = listed(
    "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Федоров Морозов Волков Алексеев "
    "Лебедев Семенов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев "
    "Соловьев Борисов Яковлев Григорьев Романов Воробьев Сергеев Кузьмин Фролов Александров Дмитриев Королев "
    "Гусев Киселев Ильин Максимов Поляков Сорокин Виноградов Ковалев Белов Медведев Антонов Тарасов Жуков "
    "Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов "
    "Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев "
    "Тимофеев Фомин Чернов Абрамов Мартынов Ефимов Федотов Щербаков Назаров Калинин Исаев Чернышев Быков "
    "Маслов Родионов Коновалов Лазарев Воронин Климов Филатов Пономарев Голубев Кудрявцев Прохоров Наумов "
    "Потапов Журавлев Овчинников Трофимов Леонов Соболев Ермаков Колесников Гончаров Емельянов Никифоров "
    "Грачев Котов Гришин Ефремов Архипов Громов Кириллов Малышев Панов Моисеев Румянцев Акимов Кондратьев "
    "Бирюков Горбунов Анисимов Еремин Тихомиров Галкин Лукьянов Михеев Скворцов Юдин Белоусов Нестеров "
    "Симонов Прокофьев Харитонов Князев Цветков Левин Митрофанов Воронов Аксенов Софронов Мальцев Логинов "
    "Горшков Савин Краснов Майоров Шевчук Шевченко Коваленко Бондаренко Ткаченко Кравченко Вишневский "
    "Островский Раевский Залесский Цой Ким Мкртчян Саркисян Гаджиев Магомедов Юсупов Хасанов Галиев Сафин "
    "Закиров Мамедов Рахимов Каримов Чхеидзе Рабинович Гуревич Толстой Яровой"
)
STREETS = listed(
    "Лесная Садовая Ленина Мира Гагарина Советская Молодежная Школьная Победы Пушкина Центральная Набережная "
    "Зеленая Полевая Тверская Профсоюзная Кирова Чехова Баумана Горького Солнечная Луговая Заречная Северная "
    "Вокзальная Рабочая Строителей"
)
TOWNS = ("Москва", "Санкт-Петербург", "Казань", "Самара", "Химки", "Новосибирск")
CORES = listed(
    "Ромашка Вектор Гарант Прогресс Альфа Омега Горизонт Меридиан Спектр Кристалл Импульс Орион Сатурн Заря "
    "Рассвет Восход Атлант Титан Монолит Фаворит Престиж Люкс Комфорт Уют Сфера Парус Каскад Рубин Изумруд "
    "Антей Пегас Форум Лидер Эталон Феникс Авангард"
)


@dataclass(frozen=True)
class Soul:
    """Somebody as he really is. `shared`: phones that others use, too."""

    id: int
    gender: str = "m"
    surname: str = ""
    first: str = ""
    father: str = ""
    phones: tuple[str, ...] = ()
    mailbox: str = ""
    mailbox_at_work: str = ""
    telegram: str = ""
    address: scribble.Home | None = None
    dacha: scribble.Home | None = None
    before_marriage: str = ""
    company: str = ""
    inn: str = ""
    since: date = TODAY


@dataclass(frozen=True)
class Arrived:
    record: Record
    given: Given
    client: int | None  # of the base
    why: str


@dataclass
class World:
    """`rows`: the clients as they were written down, time and again."""

    rows: list[tuple[int, Record]] = field(default_factory=list)
    clients: dict[int, Record] = field(default_factory=dict)
    arrived: list[Arrived] = field(default_factory=list)
    base: Base = field(default_factory=Base)
    by_key: dict[keys.Key, set[int]] = field(default_factory=dict)

    def candidates(self, record: Record, most: int = 50) -> list[tuple[int, Record]]:
        """As the database will: by keys that are not too common."""
        found: dict[int, None] = {}
        for key in sorted(keys.all_of(record)):
            with_key = self.by_key.get(key, set())
            if len(with_key) <= most:
                found.update(dict.fromkeys(sorted(with_key)))
        return [(id, self.clients[id]) for id in found]


def world(seed: int, *, clients: int = 1500, arrivals: int = 600) -> World:
    random = Random(seed)  # noqa: S311  # nobody has to guess it
    souls: list[Soul] = []
    while len(souls) < clients:
        souls += _household(random, len(souls))
    made = World()
    for soul in souls:
        rows = [normalise(scribble.written(random, soul)) for _row in range(random.choice((1, 1, 2, 3)))]
        made.rows += [(soul.id, row) for row in rows]
        made.clients[soul.id] = together(rows)
    made.by_key = _index(made.clients)
    made.base = _counted(made.clients)
    made.arrived = [_arrival(random, souls) for _one in range(arrivals)]
    return made


def sheet(seed: int, *, rows: int) -> list[Given]:
    """As many cells of a list that nobody has looked through."""
    random = Random(seed)  # noqa: S311
    found: list[Given] = []
    while len(found) < rows:
        for soul in _household(random, 0):
            found += [scribble.written(random, soul) for _row in range(random.choice((1, 1, 2, 3)))]
    return found[:rows]


def _index(clients: dict[int, Record]) -> dict[keys.Key, set[int]]:
    found: dict[keys.Key, set[int]] = defaultdict(set)
    for id, record in clients.items():
        for key in keys.all_of(record):
            found[key].add(id)
    return dict(found)


def _counted(clients: dict[int, Record]) -> Base:
    people: dict[str, int] = defaultdict(int)
    surnames: dict[str, int] = defaultdict(int)
    companies: dict[str, int] = defaultdict(int)
    for record in clients.values():
        for contact in {*record.phones, *(box.at for box in record.mailboxes), *record.handles}:
            people[contact] += 1
        for surname in {person.surname for person in record.people if person.surname}:
            surnames[surname] += 1
        for core in {company.core for company in record.companies}:
            companies[core] += 1
    named, firms = max(1, sum(surnames.values())), max(1, sum(companies.values()))
    return Base(
        {contact: many for contact, many in people.items() if many > 1},
        {surname: many / named for surname, many in surnames.items()},
        {core: many / firms for core, many in companies.items()},
    )


def _household(random: Random, id: int) -> Iterator[Soul]:
    kind = random.choices(("single", "family", "son", "agent", "firm", "owner", "namesakes"), (50, 18, 5, 1, 16, 4, 6))[
        0
    ]
    yield from {
        "single": _single, "family": _family, "son": _father_and_son, "agent": _agent, "firm": _firm, "owner": _owner,
        "namesakes": _namesakes,
    }[kind](random, id)  # fmt: skip


def _single(random: Random, id: int) -> Iterator[Soul]:
    yield _person(random, id)


def _person(random: Random, id: int) -> Soul:
    gender = random.choice("mf")
    first, father = _first(random, gender), _first(random, "m")
    surname = SURNAMES[min(int(random.expovariate(1 / 45)), len(SURNAMES) - 1)]
    phones = tuple(_phone(random) for _one in range(random.choices((1, 2), (8, 2))[0]))
    mailbox = scribble.mailbox(random, first, surname) if random.random() < 0.6 else ""
    telegram = scribble.handle(random, first, surname) if random.random() < 0.25 else ""
    since = TODAY - timedelta(days=random.randrange(30, 2500))
    return Soul(
        id, gender, surname, first, father, phones, mailbox, telegram=telegram, address=_home(random), since=since,
        mailbox_at_work=scribble.mailbox(random, first, surname) if mailbox and random.random() < 0.3 else "",
        dacha=_home(random) if random.random() < 0.2 else None,
        before_marriage=random.choice(SURNAMES).lower() if gender == "f" and random.random() < 0.08 else "",
    )  # fmt: skip


def _first(random: Random, gender: str) -> str:
    shares = first_names.all_names("m" if gender == "m" else "f")
    return random.choices(list(shares), list(shares.values()))[0]


def _phone(random: Random) -> str:
    return f"9{random.choice((0, 1, 1, 2, 3, 5, 6, 6, 8, 9))}{random.randrange(10**8):08d}"


def _home(random: Random) -> scribble.Home:
    town = random.choices(TOWNS, (50, 15, 10, 10, 8, 7))[0]
    block = random.choice(("", "", "", "2", "3"))
    return scribble.Home(
        town, random.choice(STREETS), str(random.randrange(1, 90)), block, str(random.randrange(1, 250))
    )


def _family(random: Random, id: int) -> Iterator[Soul]:
    """Husband, wife, sometimes a grown-up child: one address, a phone that all give, one mailbox now and then."""
    husband = replace(_person(random, id), gender="m", first=_first(random, "m"))
    yield husband
    for number, gender in enumerate(random.choice(("f", "f", "fm", "ff")), start=1):
        one = replace(
            _person(random, id + number), gender=gender, first=_first(random, gender), surname=husband.surname
        )
        own = one.phones if random.random() < 0.7 else ()
        mailbox = husband.mailbox if random.random() < 0.2 else one.mailbox
        yield replace(one, address=husband.address, phones=(*own, husband.phones[0]), mailbox=mailbox)


def _father_and_son(random: Random, id: int) -> Iterator[Soul]:
    """Иванов Иван Петрович and Иванов Петр Иванович, or both Иван."""
    father = replace(_person(random, id), gender="m", first=_first(random, "m"))
    son = replace(
        _person(random, id + 1), gender="m", surname=father.surname, father=father.first, address=father.address
    )
    first = father.first if random.random() < 0.3 else father.father if random.random() < 0.5 else _first(random, "m")
    yield father
    yield replace(son, first=first, phones=(*son.phones[:1], father.phones[0]))


def _agent(random: Random, id: int) -> Iterator[Soul]:
    number = _phone(random)
    for place in range(random.randrange(6, 20)):
        one = _person(random, id + place)
        yield replace(one, phones=(number,) if random.random() < 0.6 else (*one.phones, number))


def _firm(random: Random, id: int) -> Iterator[Soul]:
    yield _company(random, id)


def _company(random: Random, id: int) -> Soul:
    one = _person(random, id)
    core = random.choice(CORES) + random.choice(("", "", " Плюс", "-Сервис", " Инвест", " " + random.choice(CORES)))
    host = scribble.host(core)
    inn = tax_numbers.with_check_digits(f"77{random.randrange(10**7):07d}")
    mailbox = f"{random.choice(('info', 'zakaz', 'office', 'director'))}@{host}" if random.random() < 0.5 else ""
    landline = f"495{random.randrange(2, 9)}{random.randrange(10**6):06d}"
    return replace(one, company=core, inn=inn, phones=(landline, *one.phones[:1]), mailbox=mailbox, telegram="")


def _owner(random: Random, id: int) -> Iterator[Soul]:
    """Several companies of one owner, on his phone."""
    first = _company(random, id)
    yield first
    for place in range(1, random.choice((2, 3))):
        other = _company(random, id + place)
        mailbox = first.mailbox or other.mailbox
        yield replace(
            other, surname=first.surname, first=first.first, father=first.father, gender=first.gender,
            phones=(first.phones[-1],), mailbox=mailbox,
        )  # fmt: skip


def _namesakes(random: Random, id: int) -> Iterator[Soul]:
    one = _person(random, id)
    other = _person(random, id + 1)
    yield one
    father = one.father if random.random() < 0.3 else other.father
    yield replace(other, gender=one.gender, surname=one.surname, first=one.first, father=father)


def _arrival(random: Random, souls: list[Soul]) -> Arrived:
    soul = random.choice(souls)
    why = random.choices(
        ("known", "new", "relative", "given_out_anew", "by_agent", "namesake", "affiliate"), (66, 24, 4, 2, 1.5, 1.5, 1)
    )[0]
    stranger = _person(random, -1)
    if why == "relative":
        stranger = replace(stranger, surname=soul.surname, phones=soul.phones[:1], address=soul.address)
    elif why in ("given_out_anew", "by_agent"):
        stranger = replace(stranger, phones=soul.phones[:1])
    elif why == "namesake":
        stranger = replace(stranger, gender=soul.gender, surname=soul.surname, first=soul.first)
    elif why == "affiliate":
        stranger = replace(_company(random, -1), phones=soul.phones[:1])
    arrived = replace(soul if why == "known" else stranger, since=TODAY)
    given = scribble.written(random, arrived, as_lead=True)
    return Arrived(normalise(given), given, soul.id if why == "known" else None, why)
