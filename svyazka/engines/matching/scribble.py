"""How people write down what is true: short names, wrong keys, numbers in every shape, values that mean nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from svyazka.engines.matching import first_names
from svyazka.engines.matching.record import Given

if TYPE_CHECKING:
    from svyazka.engines.matching.made_up import Soul


@dataclass(frozen=True)
class Home:
    town: str
    street: str
    house: str
    block: str
    flat: str


def written(random: Random, soul: Soul, *, as_lead: bool = False) -> Given:
    """One card, or one request, which says less."""
    often = 0.35 if as_lead else 0.6
    phones = tuple(phone(random, number) for number in _some(random, soul.phones))
    is_firm = bool(soul.company)
    if soul.before_marriage and random.random() < 0.5:
        soul = replace(soul, surname=soul.before_marriage)
    mailbox = soul.mailbox_at_work if soul.mailbox_at_work and random.random() < 0.3 else soul.mailbox
    home = soul.dacha if soul.dacha and random.random() < 0.4 else soul.address
    return Given(
        names=(name(random, soul),) if random.random() < 0.9 else (random.choice(NOBODY),),
        phones=phones if random.random() < 0.93 or not soul.mailbox else (random.choice(NO_PHONE),),
        emails=(email(random, mailbox),) if mailbox and random.random() < often else (),
        companies=(company(random, soul.company),) if is_firm and random.random() < 0.9 else (),
        tax_numbers=(soul.inn,) if is_firm and random.random() < often else (),
        addresses=(address(random, home),) if home and random.random() < often else (),
        handles={"telegram": f"@{soul.telegram}"} if soul.telegram and random.random() < often else {},
        seen=soul.since,
    )


NOBODY = ("", "", "Клиент", "без имени", "нет", "-", "тест", "Не указано", "Новый клиент")
NO_PHONE = ("", "", "нет", "0000000000", "+7 999 999-99-99", "7,91612E+10", "1234567890")


def _some(random: Random, phones: tuple[str, ...]) -> tuple[str, ...]:
    return phones if random.random() < 0.3 else (random.choice(phones),)


def phone(random: Random, number: str) -> str:
    if random.random() < 0.02:
        at = random.randrange(3, 10)
        number = number[:at] + str((int(number[at]) + random.randrange(1, 10)) % 10) + number[at + 1 :]
    a, b, c, d = number[:3], number[3:6], number[6:8], number[8:]
    shape = random.choice(_SHAPES)
    return shape.format(a=a, b=b, c=c, d=d)


_SHAPES = (
    "+7 {a} {b}-{c}-{d}", "8{a}{b}{c}{d}", "8 ({a}) {b}-{c}-{d}", "+7({a}){b}{c}{d}", "{a}{b}{c}{d}", "7{a}{b}{c}{d}",
    "7{a}{b}{c}{d}.0", "'8{a}{b}{c}{d}", "+8{a}{b}{c}{d}", "8-{a}-{b}-{c}-{d}", "{a} {b} {c} {d}", "тел. 8{a}{b}{c}{d}",
)  # fmt: skip


def name(random: Random, soul: Soul) -> str:
    first, last = soul.first.capitalize(), surname(soul)
    father = patronymic(soul)
    said = random.choices(
        (f"{last} {first} {father}", f"{first} {last}", f"{last} {first}", first, f"{first} {father}",
         f"{last} {first[0]}.{father[0]}.", f"{last} {first[0]}."),
        (22, 22, 18, 18, 8, 7, 5),
    )[0]  # fmt: skip
    if random.random() < 0.25 and (short := first_names.short_forms(soul.first)):
        said = said.replace(first, random.choice(short[:3]).capitalize())
    return _disguised(random, said)


def _disguised(random: Random, said: str) -> str:
    way = random.random()
    if way < 0.03:
        return said.lower().translate(_KEYS)
    if way < 0.11:
        return "".join(_LETTERS.get(letter, letter) for letter in said.lower()).title()
    if way < 0.14:
        return said.translate(str.maketrans("аеорсхАЕОРС", "aeopcxAEOPC"))
    if way < 0.18:
        return said + random.choice((" (муж)", " - замер", ", перезвонить", " VIP", " не звонить до 12"))
    if way < 0.23 and len(said) > 6:
        at = random.randrange(1, len(said) - 1)
        return said[:at] + random.choice(
            (said[at + 1 :], said[at] + said[at:], said[at + 1] + said[at] + said[at + 2 :])
        )
    return said.upper() if way < 0.27 else said.lower() if way < 0.33 else said


_KEYS = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")
_LETTERS = dict(
    zip(
        "абвгдезийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "kh",
            "ts",
            "ch",
            "sh",
            "shch",
            "",
            "y",
            "",
            "e",
            "yu",
            "ya",
        ],
        strict=False,
    )
)
_LETTERS |= {"ж": "zh", "ё": "e", "з": "z", "ъ": "", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ы": "y", "щ": "shch"}


def surname(soul: Soul) -> str:
    if soul.gender == "m":
        return soul.surname
    for ending, hers in (("ский", "ская"), ("цкий", "цкая"), ("ой", "ая"), ("ов", "ова"), ("ев", "ева"), ("ин", "ина")):
        if soul.surname.endswith(ending) and len(soul.surname) > 4:
            return soul.surname.removesuffix(ending) + hers
    return soul.surname


def patronymic(soul: Soul) -> str:
    father = {"павел": "павл", "лев": "льв", "петр": "петр"}.get(soul.father, soul.father)
    if father.endswith(("а", "я")):
        return (father[:-1] + ("ич" if soul.gender == "m" else "ична")).capitalize()
    if father.endswith("ий"):
        stem = father[:-2] + ("ь" if father[-3] not in "р" else "и") + "ев"
    elif father.endswith(("й", "ь")):
        stem = father[:-1] + "ев"
    else:
        stem = father + "ов"
    return (stem + ("ич" if soul.gender == "m" else "на")).capitalize()


def latin(word: str) -> str:
    return "".join(_LETTERS.get(letter, "") for letter in word.lower())


def mailbox(random: Random, first: str, last: str) -> str:
    said = random.choice((f"{latin(first)}.{latin(last)}", f"{latin(first)[0]}{latin(last)}", f"{latin(last)}"))
    number = random.choice(("", str(random.randrange(60, 100)), str(random.randrange(1000))))
    return f"{said}{number}@{random.choice(('mail.ru', 'mail.ru', 'yandex.ru', 'gmail.com', 'bk.ru'))}"


def handle(random: Random, first: str, last: str) -> str:
    return f"{latin(first)}_{latin(last)}{random.randrange(1000)}"


def host(core: str) -> str:
    return f"{latin(core) or 'firma'}.ru"


def email(random: Random, at: str) -> str:
    way = random.random()
    if way < 0.05:
        return at.replace("mail.ru", "mial.ru").replace("gmail.com", "gmail.con").replace("yandex.ru", "yandex.ry")
    if way < 0.1:
        return at.replace("yandex.ru", "ya.ru").replace("@gmail.com", "+okna@gmail.com").replace(".ru", ",ru")
    return at.upper() if way < 0.15 else at


def company(random: Random, core: str) -> str:
    said = random.choice(
        ("ООО «{}»", '"{}" ООО', "ооо {}", "{}", "Общество с ограниченной ответственностью «{}»", 'ООО"{}"', "OOO {}")
    )
    if random.random() < 0.06:
        core = latin(core).title()
    return said.format(core)


def address(random: Random, home: Home) -> str:
    block = f" корп. {home.block}" if home.block else ""
    short = f"к{home.block}" if home.block else ""
    return random.choice(
        (
            f"г. {home.town}, ул. {home.street}, д. {home.house}{block}, кв. {home.flat}",
            f"{home.street} {home.house}{short}-{home.flat}",
            f"{home.street} ул, дом {home.house}{block}, квартира {home.flat}",
            f"{home.town}, {home.street}, {home.house}{short}, {home.flat}",
            f"ул. {home.street} {home.house}{short}",
        )
    )
