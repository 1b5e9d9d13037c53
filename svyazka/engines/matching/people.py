"""Names of people: in any order, spelling, case and alphabet, with whatever else was written beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from svyazka.engines.matching import first_names, letters
from svyazka.engines.matching.first_names import Gender, father, firsts
from svyazka.engines.matching.letters import folded, several
from svyazka.engines.matching.meaningless import is_nobody


@dataclass(frozen=True, slots=True)
class PersonName:
    """`surname` has no gender and no case. `firsts`: whoever may be called so, `саша` is three people."""

    surname: str = ""
    firsts: frozenset[str] = frozenset()
    initial: str = ""
    patronymic: str = ""  # what the father is called
    patronymic_initial: str = ""
    gender: Gender = ""
    words: frozenset[str] = frozenset()
    is_guess: bool = False  # the surname does not look like one: it may be any word, and contradicts nobody
    latin: str = ""  # as it came, where it came in Latin letters

    def __bool__(self) -> bool:
        return bool(self.surname or self.firsts or self.initial or self.patronymic)

    @property
    def is_lone(self) -> bool:
        """Nothing but a word that no list knows."""
        return self.is_guess and len(self.words) == 1


@lru_cache(maxsize=20_000)
def read(typed: str) -> PersonName:
    """`от Ивановой Маши (жена)`, `Ivanova M.`, `Bdfyjdf Vfif` → surname `иванов`, first name `мария`, a woman.
    False, where nobody is named."""
    said = _decoded(folded(typed))
    if is_nobody(said):
        return PersonName()
    words = [word for part in _without_notes(said).split() for word in _russian(part)]
    words = [word for word in words if len(word) == 1 or word not in _NO_NAMES][:_MOST_WORDS]
    if not words or is_nobody(" ".join(words)):
        return PersonName()
    found = _in_roles(words)
    return replace(found, latin=_FOREIGN.sub(" ", said).strip()) if letters.is_latin(said) else found


_FOREIGN = re.compile(r"[^a-z' -]+")


def is_whole_name(typed: str) -> bool:
    """Nothing but a surname with a first name or initials, where a company should stand."""
    words = folded(typed).split()
    person = read(typed) if 2 <= len(words) <= 3 else PersonName()
    is_named = bool(person.initial) or any(map(first_names.gender_of, person.firsts))
    return is_named and bool(person.surname) and not person.is_guess and len(person.words) >= len(words)


def _decoded(said: str) -> str:
    """`Tdne[jdbx Cnfybckfd`, `Cnegbyf >kbz`: letters that are signs on the other keyboard must not be cut off first."""
    if not letters.is_latin(said) or not _KEY_SIGNS.search(said):
        return said
    decoded = letters.with_russian_keys(said)
    return decoded if any(_is_likely(word) for word in decoded.split()) else said


_KEY_SIGNS = re.compile(r"[a-z][\[\];',.<>:\"`{}/~]|[\[\];',<>:\"`{}~][a-z]")
_MOST_WORDS = 6
_RELATION = r"муж|жена|сын|дочь|дочка|мама|папа|мать|отец|брат|сестра|бабушка|дедушка|теща|тесть|зять|сосед|соседка"
_NOTES = re.compile(
    rf"\([^)]*\)?|\[[^\]]*\]?|\d+|[/\\|+].*|\s[-:]\s.*|[;!?].*"
    rf"|\b(?:не )?(?:пере)?звонить\s(?:после|до|с|в)\s\d+\S*"
    rf"|,?\s(?:не звонить|звонить|перезвонить|просит|после|до|от)\b.*"
    rf"|,?\s(?:{_RELATION})(?:\s\w+)?$"
)
_RELATIVE = re.compile(rf"^(?:{_RELATION})\s+(?:\w+)\b")
_NO_NAMES = several(
    "от для г гр гн господин госпожа гражданин гражданка ип г-н г-жа клиент клиентка заказчик покупатель "
    "абонент контакт замер замеры монтаж окна окно балкон дверь двери заявка новый новая старый директор "
    "бухгалтер менеджер прораб секретарь снабженец mr mrs ms дядя тетя whatsapp ватсап вотсап telegram "
    "телеграм viber вайбер сайт авито avito рабочий домашний мобильный личный сот раб дом моб тел имя фио vip "
    "посетитель сайта сайте гость ремонт ремонта квартиры котик солнышко зайка любимый любимая boss captain "
    "шеф начальник электрик сантехник сварщик водитель курьер грузчик прораб бригадир отделочник удаче удачи "
    "вип и или по рекомендации дизайнер агент риелтор риэлтор сосед соседка дача квартира офис инженер мастер"
)


def _without_notes(said: str) -> str:
    """`мама Саши` says how somebody else is called."""
    return _NOTES.sub(" ", _RELATIVE.sub(" ", said))


def _russian(word: str) -> list[str]:
    """The word, or the words that it was before somebody left out the spaces, in Russian letters."""
    bare = re.sub(r"[^а-яa-zâčëèšžûŝ.'-]", " ", word) if not _KEYS.search(word) else word
    found: list[str] = []
    for part in bare.split():
        found += [piece for piece in re.split(r"[^а-я-]+", _one_russian(part)) if piece.strip("-")]
    return [piece.strip("-") for piece in found]


_KEYS = re.compile(r"^[a-z\[\];',.]*[a-z][a-z\[\];',.]*$")


def _one_russian(word: str) -> str:
    if letters.is_mixed(word):
        return letters.looks_cyrillic(word)
    if not letters.is_latin(word):
        return _from_english_keys(word)
    if first_names.is_name(with_keys := letters.with_russian_keys(word)) or first_names.is_name(
        with_keys := letters.with_russian_keys(word.rstrip(",."))
    ):
        return with_keys
    plain = letters.from_latin(word.strip(",.;"))
    if _is_likely(plain) or not _is_likely(with_keys):
        return first_names.spelled(plain)
    return with_keys


def _from_english_keys(word: str) -> str:
    if len(word) < 3 or _is_likely(word):
        return word
    english = letters.with_english_keys(word)
    if not re.fullmatch(r"[a-z']+", english):
        return word
    plain = first_names.spelled(letters.from_latin(english))
    return plain if first_names.is_name(plain) or (_is_likely(plain) and not _VOWEL.search(word[1:])) else word


_VOWEL = re.compile("[аеиоуыэюя]")
_SURNAME = re.compile(
    r"[а-я-]{2,}(?:ов|ев|ин|ын|ск|цк|ко|ук|юк|ян|дзе|швили|вич|их|ых|ер|ан|ец)(?:[аиуеы]|ой|ым|ому|ого|ий|ая|ую|им|ом)?$"
)


def _is_likely(word: str) -> bool:
    return first_names.is_name(word) or bool(father(word)) or bool(_SURNAME.search(word) and _VOWEL.search(word))


def _in_roles(words: list[str]) -> PersonName:
    """The patronymic is told first, then the first name, then initials; what is left is the surname."""
    rest = list(words)
    patronymic, gender = _take_patronymic(rest)
    given = _take_first(rest)
    if not patronymic and given and len(words) > 2:
        patronymic, gender = _take_unknown_patronymic(rest)
    initials = [word for word in rest if len(word) == 1]
    rest = [word for word in rest if len(word) > 1]
    if not given and not initials and len(rest) > 1:
        if len(rest[-1]) == 2 and _SURNAME.search(rest[0]):
            initials = list(rest.pop())  # Иванов ИИ
        else:
            given = _unknown_first(rest)
    # Two words that are left of one name are a double surname, or a woman's old one; the first is the one she has.
    surname = rest[0] if rest else ""
    return _finished(words, surname, given, patronymic, "".join(initials), gender)


def _take_patronymic(rest: list[str]) -> tuple[str, Gender]:
    for at in range(len(rest) - 1, -1, -1):
        named = father(rest[at])
        # Абрамович Роман: before a lone first name it is a surname.
        if named and (at > 0 or len(rest) != 2) and not (at == 0 and _OF_A_FATHER.fullmatch(rest[-1])):
            return named, "f" if _DAUGHTER.search(rest.pop(at)) else "m"
    return "", ""


def _take_unknown_patronymic(rest: list[str]) -> tuple[str, Gender]:
    """Of a father whom no list knows, beside a first name: `Германович Руслан Марьянович` has his surname first."""
    for at in range(len(rest) - 1, -1, -1):
        if (found := _OF_A_FATHER.fullmatch(rest[at])) and len(rest) > 1:
            rest.pop(at)
            return found.group(1), "f" if found.group(2).startswith("н") else "m"
    return "", ""


_OF_A_FATHER = re.compile(r"([а-я]{2,12}?)(?:[оеь]в)(ич(?:а|у|ем|е)?|н(?:а|ы|е|у|ой|ою))")
_DAUGHTER = re.compile(r"н(?:а|ы|е|у|ой|ою)$")


def _take_first(rest: list[str]) -> frozenset[str]:
    known = [at for at, word in enumerate(rest) if len(word) > 1 and first_names.is_name(word)]
    if not known:
        return frozenset()
    best = max(known, key=lambda at: (not _SURNAME.search(rest[at]), first_names.is_nominative(rest[at]), -at))
    return firsts(rest.pop(best))


def _unknown_first(rest: list[str]) -> frozenset[str]:
    """A first name that no list knows stands beside what looks like a surname."""
    return frozenset({rest.pop(next((at for at, word in enumerate(rest) if not _SURNAME.search(word)), -1))})


def _finished(
    words: list[str], surname: str, given: frozenset[str], patronymic: str, initials: str, gender: Gender
) -> PersonName:
    genders = {first_names.gender_of(name) for name in given}
    # `Картушина Анатолия` is a man in the genitive.
    gender = gender or (genders.pop() if len(genders) == 1 else "") or _gender_of(surname)
    of_gender = frozenset(name for name in given if first_names.gender_of(name) in ("", gender)) if gender else given
    given = of_gender or given
    genders = {first_names.gender_of(name) for name in given}
    starts = {name[0] for name in given}
    return PersonName(
        surname=stem(surname),
        firsts=given,
        initial=initials[:1] if not given else (starts.pop() if len(starts) == 1 else ""),
        patronymic=patronymic,
        patronymic_initial=patronymic[:1] or (initials[1:2] if not given else initials[:1]),
        gender=gender or (genders.pop() if len(genders) == 1 else ""),
        words=frozenset(stem(word) for word in words),
        is_guess=bool(surname) and not patronymic and not initials and not _SURNAME.search(surname),
    )


def _gender_of(surname: str) -> Gender:
    if re.search(r"(?:ов|ев|ин|ын)а$|[цс]кая$|[а-я]{3}ая$", surname):
        return "f"
    return "m" if re.search(r"[а-я]{2}(?:ов|ев|ин|ын)$|[цс]кий$", surname) else ""


@lru_cache(maxsize=50_000)
def stem(surname: str) -> str:
    """`ивановой` → `иванов`, `толстая` → `толст`: without gender and case."""
    plain = re.sub(r"(.)\1+", r"\1", surname.translate(_HARDLY_HEARD))
    for ending, left in _STEMS:
        found = ending.search(plain)
        if found and found.start() >= 2:
            return plain[: found.start()] + left
    return plain


_HARDLY_HEARD = str.maketrans({"ь": "", "ъ": "", "э": "е", "й": "и"})  # and lost or mistaken in other alphabets
_STEMS = (
    (re.compile(r"ов(?:а|у|ым|ом|е|ои|ою|ых|ы)?$"), "ов"),
    (re.compile(r"ев(?:а|у|ым|ом|е|ои|ою|ых|ы)?$"), "ев"),
    (re.compile(r"ин(?:а|у|ым|ом|е|ои|ою|ых|ы)?$"), "ин"),
    (re.compile(r"ын(?:а|у|ым|ом|е|ои|ою|ых|ы)?$"), "ын"),
    (re.compile(r"ск(?:и|ои|ая|ого|ому|им|ом|ую|ою|ие|их)$"), "ск"),
    (re.compile(r"цк(?:и|ои|ая|ого|ому|им|ом|ую|ою|ие|их)$"), "цк"),
    (re.compile(r"(?<=[а-я]{2})(?:ы|ыи|ая|ого|ому|ую)$"), ""),
    (re.compile(r"(?<=[а-я]{3})(?:ои|и)$"), ""),
    (re.compile(r"(?<=ук)(?:а|у|ом|е)$|(?<=юк)(?:а|у|ом|е)$|(?<=вич)(?:а|у|ем|е)$|(?<=ян)(?:а|у|ом|е)$"), ""),
)
