"""First names and names of fathers: which name a short, declined or transliterated form stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from svyazka.engines.matching.letters import sound

Gender = Literal["m", "f", ""]


def firsts(word: str) -> frozenset[str]:
    """`слава` → Вячеслав, Ярослав, Станислав …; `сергею` → Сергей. Empty, where it is no known name."""
    return _forms().get(word) or _oblique().get(word) or frozenset()


def is_name(word: str) -> bool:
    return word in _forms() or word in _oblique()


def is_nominative(word: str) -> bool:
    return word in _forms()


def gender_of(name: str) -> Gender:
    return _genders().get(name, "")


def share(name: str) -> float:
    """Of all people, how many are called so."""
    return _shares().get(name, 0.0005)


def all_names(gender: Gender) -> dict[str, float]:
    return {name: _shares()[name] for name, of in _genders().items() if of == gender}


def short_forms(name: str) -> list[str]:
    return [form for form, names in _forms().items() if name in names and form != name]


@lru_cache(maxsize=20_000)
def spelled(word: str) -> str:
    """What came out of Latin letters, in its Russian spelling: `александр` for `алехандр`'s cousin `aleksandr`."""
    if is_name(word) or len(word) < 3:
        return word
    return _by_sound().get(sound(word).replace("х", "к"), word)


@lru_cache(maxsize=20_000)
def father(word: str) -> str:
    """`петровны`, `палыч` → what the father is called: `петр`, `павел`; empty for what is no patronymic."""
    if spoken := _SPOKEN.get(re.sub("(?:а|у|ем|е)$", "", word)):
        return spoken
    found = _PATRONYMIC.fullmatch(word)
    return _fathers().get(found.group(1)) or _fathers().get(found.group(1) + "ь", "") if found else ""


_PATRONYMIC = re.compile(r"([а-я]{2,12}?)(?:[оеь]?вич|ич|ыч|[оеь]?вн|ьевн|иничн|ичн)(?:[ауеы]|ем|ом|ой|ою)?")
_SPOKEN = {
    "палыч": "павел",
    "михалыч": "михаил",
    "саныч": "александр",
    "алексаныч": "александр",
    "сергеич": "сергей",
    "андреич": "андрей",
    "алексеич": "алексей",
    "николаич": "николай",
    "василич": "василий",
    "иваныч": "иван",
    "степаныч": "степан",
    "семеныч": "семен",
    "петрович": "петр",
    "юрич": "юрий",
    "евгенич": "евгений",
}


@cache
def _fathers() -> dict[str, str]:
    """What stands before -ович or -овна → the name."""
    found: dict[str, str] = {}
    for name in all_names("m"):
        found.update(dict.fromkeys(_before_patronymic(name), name))
    found |= {"павл": "павел", "льв": "лев", "петр": "петр", "михайл": "михаил", "данил": "даниил", "яковл": "яков"}
    return found | {"дмитри": "дмитрий", "дмитр": "дмитрий", "никит": "никита", "ил": "илья", "кузьм": "кузьма"}


def _before_patronymic(name: str) -> Iterator[str]:
    yield name
    if name.endswith("ий"):
        yield name[:-2]
        yield name[:-2] + "ь"
        yield name[:-1]
    elif name.endswith(("й", "а", "я", "ь")):
        yield name[:-1]


@cache
def _lines() -> tuple[tuple[Gender, float, str, tuple[str, ...]], ...]:
    text = (Path(__file__).parent / "names.txt").read_text(encoding="utf-8")
    read = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        ("f" if gender == "f" else "m", int(many) / 2000, name, tuple(forms)) for gender, many, name, *forms in read
    )


@cache
def _genders() -> dict[str, Gender]:
    return {name: gender for gender, _share, name, _short in _lines()}


@cache
def _shares() -> dict[str, float]:
    return {name: many for _gender, many, name, _short in _lines()}


@cache
def _forms() -> dict[str, frozenset[str]]:
    """A full name is itself, whatever else it is short for; only what a line says twice is the name of two."""
    found: dict[str, set[str]] = {}
    for _gender, _share, name, forms in _lines():
        for form in (name, *forms):
            found.setdefault(form, set()).add(name)
    return {form: frozenset(names) for form, names in found.items()}


@cache
def _oblique() -> dict[str, frozenset[str]]:
    """`ивану`, `ивана` → `иван`; what is a name as it stands (`александра`) is not declined besides."""
    found: dict[str, set[str]] = {}
    for form, names in _forms().items():
        for declined in _declined(form):
            if declined not in _forms():
                found.setdefault(declined, set()).update(names)
    return {form: frozenset(names) for form, names in found.items()}


_CASES = {
    "ия": ("ии", "ию", "ией"),
    "а": ("ы", "и", "е", "у", "ой"),
    "я": ("и", "е", "ю", "ей", "ей"),
    "ий": ("ия", "ию", "ием", "ии"),
    "й": ("я", "ю", "ем", "е"),
    "ь": ("я", "ю", "ем", "е", "и", "ью"),
}
_FLEETING = {"павел": "павл", "лев": "льв", "любовь": "любов"}


def _declined(name: str) -> Iterator[str]:
    ending = next((ending for ending in ("ия", "ий", "а", "я", "й", "ь") if name.endswith(ending)), "")
    stem = _FLEETING.get(name) or (name[: -len(ending)] if ending else name)
    for case in _CASES.get(ending, ("а", "у", "ом", "е")):
        yield stem + case


@cache
def _by_sound() -> dict[str, str]:
    """Full names before short ones, common before rare."""
    found: dict[str, str] = {}
    for _gender, _share, name, _short in _lines():
        found.setdefault(sound(name).replace("х", "к"), name)
    for form in _forms():
        found.setdefault(sound(form).replace("х", "к"), form)
    return found
