"""Addresses taken apart: town, street, house, building, flat, in whatever order and with whatever short words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from svyazka.engines.matching import letters
from svyazka.engines.matching.letters import folded
from svyazka.engines.matching.meaningless import is_nobody
from svyazka.kit import addresses


@dataclass(frozen=True, slots=True)
class Address:
    """`street`: its words without their kind, in alphabetical order. `house`: with building and structure, `5к2с1`."""

    town: str = ""
    street: str = ""
    house: str = ""
    flat: str = ""
    postcode: str = ""

    def __bool__(self) -> bool:
        return bool(self.house and (self.street or self.town))

    @property
    def building(self) -> str:
        return f"{self.street or self.town} {self.house}" if self else ""


@lru_cache(maxsize=20_000)
def read(typed: str) -> Address:
    """`г. Москва, ул. Лесная, д. 5 корп. 2, кв. 12`, `Лесная улица 5к2-12`, `мск лесная 5/2 кв12` → one address."""
    said = folded(typed)
    if is_nobody(said):
        return Address()
    postcode = _POSTCODE.search(said)
    said = _TOWN_FIRST.sub(r"г \1, ", said)
    said = _GONE.sub(" ", letters.from_latin(_LATIN_KINDS.sub(" ", said)) if letters.is_latin(said) else said)
    flat, said = _cut(_FLAT, said)
    said, parts = _building(said)
    house, said = _house(said)
    if house and not flat and (lone := _LONE_BEHIND.search(said)):
        flat, said = lone.group(1), said[: lone.start()]
    if not flat and (dashed := re.fullmatch(r"(\d+[а-я]?(?:/\d+[а-я]?)?)-(\d{1,4})", house)):
        house, flat = dashed.groups()
    town, street = _town_and_street(said)
    return Address(
        town,
        street,
        (house.replace("/", "к") + parts) if house else "",
        flat.lstrip("0"),
        postcode.group() if postcode else "",
    )


def of_parts(*, town: str = "", street: str = "", house: str = "", flat: str = "", postcode: str = "") -> Address:
    """Of a form that asks for each by itself, and of countries whose words for a street are not known here."""
    said = map(folded, (town, street, house, flat, postcode))
    plain = [letters.from_latin(part) if letters.is_latin(part) else part for part in said]
    return Address(*(" ".join(re.findall(r"[\w/-]+", part)) if re.search(r"\w", part) else "" for part in plain))


_POSTCODE = re.compile(r"\b[1-6]\d{5}\b")
_TOWN_FIRST = re.compile(r"^([а-я]+(?:[-. ]+[а-я]+)?)\s+(?:г|гор|город)\b\.?[\s,]*(?=[а-я])")
_LATIN_KINDS = re.compile(r"\b(?:ul|ulitsa|street|str|st|d|dom|house|kv|g|gorod)\b\.?")
_GONE = re.compile(
    r"\b\d{6}\b|\b(?:россия|рф|российская федерация|подъезд|под\.?|п-д|этаж|эт\.?|домофон|код)\s*[№:]?\s*\d*[а-я]?\b"
    r"|\b\d{1,2}\s?-?\s?(?:й\s)?(?:этаж|эт\b|подъезд)\.?(?!\s*\d)|\([^)]*\)?|[№\"]"
)
_FLAT = re.compile(
    r"\b(?:квартира|кварт|кв|комната|ком|офис|оф|апарт\w*|апп?|помещение|пом)\b\.?\s*[-:]?\s*(\d{1,5}[а-я]?)\b|\b(?:кв|оф)(\d{1,5})\b"
)
_BUILDING = re.compile(
    r"(?<=[\d\s,.])(?:(корпус|корп|кор|к)|(строение|стр|с)|(литера|лит))\.?\s*(\d{1,3}|[а-г])(?![а-я\d])"
)
_HOUSE_SAID = re.compile(
    r"\b(?:дом|д|владение|вл|участок|уч|корпус|корп)\b\.?\s*(\d{1,4}\s?[а-д]?(?![а-я])(?:\s?/\s?\d{1,4}[а-д]?)?(?:-\d{1,4})?)|\bд(\d{1,4}[а-д]?(?:/\d{1,4})?)\b"
)
_HOUSE_BARE = re.compile(
    r"(?<![\d-])(\d{1,4}(?:\s?[а-д](?![а-я]))?(?:\s?/\s?\d{1,4}[а-д]?)?(?:\s?-\s?\d{1,4})?)(?!\s?-?[а-я]|\d)"
)


_LONE_BEHIND = re.compile(r"(?<=,)[\s,]*(\d{1,4})[\s,.]*$")


def _cut(shape: re.Pattern[str], said: str) -> tuple[str, str]:
    found = shape.search(said)
    if not found:
        return "", said
    value = next(group for group in found.groups() if group)
    return re.sub(r"\s", "", value), f"{said[: found.start()]} , {said[found.end() :]}"


def _building(said: str) -> tuple[str, str]:
    kinds = {"к": "", "с": "", "л": ""}
    for block, structure, _letter, number in _BUILDING.findall(said):
        kinds["к" if block else "с" if structure else "л"] = number
    return _BUILDING.sub(" ", said), "".join(kind + number for kind, number in kinds.items() if number)


def _house(said: str) -> tuple[str, str]:
    """The one called a house; else the last number that is no part of the street's name."""
    house, rest = _cut(_HOUSE_SAID, said)
    if house:
        return house, rest
    bare = [found for found in _HOUSE_BARE.finditer(said) if found.start() > 0]
    if not bare:
        return "", said
    first = bare[0]
    flat = f"-{bare[1].group(1)}" if len(bare) > 1 and "-" not in first.group(1) and len(bare[1].group(1)) < 5 else ""
    return re.sub(r"\s", "", first.group(1) + flat), said[: first.start()] + " , "


def _town_and_street(said: str) -> tuple[str, str]:
    town, streets = "", []
    for part in said.split(","):
        if _REGION.search(part):
            continue
        if _IS_TOWN.search(part) and not town:
            named = _IS_TOWN.split(part, maxsplit=1)[1]
            town, behind = _first_town(_words(named))
            streets.append(behind)
            continue
        words = _words(part)
        way = _WAY.search(part)
        if not town and not way:
            town, words = _first_town(words, only_known=True)
        elif not town and way and way.start() > 2:
            town, words = _town_before(part[: way.start()], words)
        streets.append(words)
    found = [words for words in streets if words]
    best = next(
        (words for part, words in zip(said.split(","), streets, strict=False) if words and _WAY.search(part)), None
    )
    street = best or (found[-1] if found else [])
    return town, " ".join(sorted(dict.fromkeys(street)))


_REGION = re.compile(r"\b(?:обл|область|р-н|район|край|республика|респ|округ)\b")
_IS_TOWN = re.compile(r"\b(?:город|гор|г|поселок|пос|пгт|деревня|дер|село|станица)\b\.?\s*(?=[а-я])")
_WAY = re.compile(
    r"\b(?:улица|ул|проспект|просп|пр-кт|пр-т|пр|переулок|пер|бульвар|бул|б-р|шоссе|ш|набережная|наб|площадь|пл|проезд|пр-д|аллея|тупик|"
    r"микрорайон|мкр|мкрн|линия|квартал|тракт)\b\.?"
)
_NUMBERED = re.compile(r"\b(\d{1,3})\s?-?\s?(?:я|й|ая|ой|ый|го|е|ое)\b")


def _town_before(start: str, words: list[str]) -> tuple[str, list[str]]:
    """`Казань улица Баумана`, but not `Московская улица`: before the word for a street must stand all of the town."""
    town, behind = _first_town(_words(start), only_known=True)
    rest = words[len(_words(start)) :]
    return (town, rest) if town and not behind and rest else ("", words)


def _words(part: str) -> list[str]:
    """`Набережная` is a street of its own, where nothing else is said."""
    numbered = _NUMBERED.sub(r"\1", part)
    return _named(_WAY.sub(" ", numbered)) or _named(_SHORT_WAY.sub(" ", numbered))


def _named(plain: str) -> list[str]:
    return [
        _SHORT.get(word, word) for word in re.findall(r"[а-я]+(?:-[а-я]+)*|\d+", plain) if word not in {"д", "дом", "г"}
    ]


_SHORT_WAY = re.compile(r"\b(?:улица|ул|просп|пр-кт|пр-т|пр|пер|бул|б-р|ш|наб|пл|пр-д|мкр|мкрн)\b\.?")


_SHORT = {
    "б": "большая",
    "бол": "большая",
    "м": "малая",
    "мал": "малая",
    "нов": "новая",
    "стар": "старая",
    "ст": "старая",
}
_SHORT |= {"верх": "верхняя", "нижн": "нижняя", "краснопр": "краснопрудная", "ак": "академика", "акад": "академика"}
_ALIASES = {
    "мск": "москва",
    "масква": "москва",
    "спб": "санкт-петербург",
    "питер": "санкт-петербург",
    "петербург": "санкт-петербург",
    "с-пб": "санкт-петербург",
    "с-петербург": "санкт-петербург",
    "ленинград": "санкт-петербург",
    "екб": "екатеринбург",
    "ебург": "екатеринбург",
    "нск": "новосибирск",
    "новосиб": "новосибирск",
    "ростов": "ростов-на-дону",
    "челяба": "челябинск",
    "спетербург": "санкт-петербург",
}


def _first_town(words: list[str], *, only_known: bool = False) -> tuple[str, list[str]]:
    for many in (2, 1):
        name = "-".join(words[:many])
        if len(words) >= many and (name in _ALIASES or _is_town(name)):
            # Лесной is a town, too: a lone word that is one is the street's, where nothing else is.
            return _ALIASES.get(name, name), words[many:]
    if only_known or not words:
        return "", words
    return words[0], words[1:]


@lru_cache(maxsize=5000)
def _is_town(name: str) -> bool:
    return addresses.town(name) is not None
