"""Names of companies: the core that is left without legal form, quotes, trade and alphabet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from svyazka.engines.matching import letters, people
from svyazka.engines.matching.letters import folded, several
from svyazka.engines.matching.meaningless import is_nobody


@dataclass(frozen=True, slots=True)
class Company:
    """`core`: what tells it from others. `form`: `ооо`, `ип` … `trades`: the words that say what it does. Of whoever
    trades in his own name there is only an `owner`, who is compared as a person."""

    core: str = ""
    form: str = ""
    trades: frozenset[str] = frozenset()
    owner: people.PersonName | None = None

    def __bool__(self) -> bool:
        return bool(self.core)


@lru_cache(maxsize=20_000)
def read(typed: str) -> Company:
    """`Общество с ограниченной ответственностью «Ромашка»`, `Romashka OOO`, `ооо"ромашка"` → core `ромашка`."""
    said = folded(typed)
    if is_nobody(said) or _NO_COMPANY.match(said):
        return Company()
    if _INITIALS.match(said):
        return Company(form="ип", owner=people.read(said))
    plain = _SIGNS.sub(" ", _TOWN_SAID.sub(" ", said))
    form, rest = _without_form(letters.with_russian_keys(said) if _WRONG_KEYS.match(said) else plain)
    if not rest:
        return Company()
    if form == "ип" or (not form and people.is_whole_name(said)):
        return Company(form="ип", owner=people.read(" ".join(rest)))
    words = _without_town([_russian(word) for word in rest])
    trades = frozenset(trade for word in words if (trade := _TRADES.get(word)))
    core = [word for word in words if word not in _TRADES] or words
    return Company(letters.folded(" ".join(core)), form, trades)


def _without_town(words: list[str]) -> list[str]:
    """A company may be called like a town, and nothing else."""
    rest = [word for word in words if word not in _TOWN_WORDS]
    while len(rest) > 1 and rest[-1] in _LARGE_TOWNS:
        rest.pop()
        while len(rest) > 1 and rest[-1] in _BEFORE_TOWNS:
            rest.pop()
    return rest or words


@lru_cache(maxsize=20_000)
def has_form(typed: str) -> bool:
    """Whether somebody wrote a company where a name should stand."""
    said = folded(typed)
    form, rest = _without_form(_SIGNS.sub(" ", said))
    return bool(form and rest) and not _INITIALS.match(said)


_INITIALS = re.compile(r"[а-я-]{3,}\s+и(?:\.\s*|\s+)п\.?$")  # `Мосина И.П.`: Ирина Павловна, no sole trader
_SIGNS = re.compile(r"[\"'.,;:()\[\]<>!?№#*_/\\+=-]+|(?<=[а-я])&(?=[а-я])")
_NO_COMPANY = re.compile(
    r"^(?:физ(?:ическое)?\W*лицо|частник|частное|самозанят\w*|нет компании|не работает|пенсионер\w*|дом|-)$"
)
_SPELLED = (
    ("ооо", r"обществ\w* с ограничен\w* ответственност\w*|o o o|о о о|llc|ltd|limited"),
    ("пао", r"публичн\w* акционерн\w* обществ\w*|pao"),
    ("зао", r"закрыт\w* акционерн\w* обществ\w*|zao"),
    ("оао", r"открыт\w* акционерн\w* обществ\w*|oao"),
    ("ао", r"акционерн\w* обществ\w*|ao|jsc"),
    ("ип", r"индивидуальн\w* предпринимател\w*|ip(?= [a-z]+ [a-z])|и п|чп|пбоюл"),
    ("гуп", r"государствен\w* унитарн\w* предприяти\w*"),
    ("муп", r"муниципальн\w* унитарн\w* предприяти\w*"),
    ("тсж", r"товариществ\w* собственников (?:жилья|недвижимости)|тсн"),
    ("снт", r"садов\w* некоммерческ\w* товариществ\w*"),
    ("нко", r"некоммерческ\w* организаци\w*|ано|автономн\w* некоммерческ\w* организаци\w*"),
)
_WRONG_KEYS = re.compile(r"^(?:jjj|bg|pfj|jfj) ")
_FORMS = several("ооо пао зао оао ао ип гуп муп тсж снт нко гбу мбу кфх пк")
_LATIN_FORMS = {"ooo": "ооо", "ooо": "ооо", "oоо": "ооо", "оoo": "ооо", "оoо": "ооо", "ооo": "ооо", "oоo": "ооо"}
_SPELLED_OUT = tuple((form, re.compile(rf"\b(?:{how})\b")) for form, how in _SPELLED)


def _without_form(said: str) -> tuple[str, list[str]]:
    plain = said
    for form, how in _SPELLED_OUT:
        plain = how.sub(f" {form} ", plain)
    words = plain.split()
    words = [_LATIN_FORMS.get(word, word) for word in words]
    if words and words[0] not in _FORMS and (glued := _GLUED.match(words[0])):
        words[:1] = [glued.group(1), words[0][glued.end() :]]
    form = next((word for word in words if word in _FORMS), "")
    rest = [word for word in words if word not in _FORMS]
    return form, rest


_GLUED = re.compile(r"(ооо|зао|оао|пао)(?=[а-яa-z]{4,})")


def _russian(word: str) -> str:
    if letters.is_mixed(word):
        return letters.looks_cyrillic(word)
    if not letters.is_latin(word):
        return word
    keys = letters.with_russian_keys(word)
    plain = letters.from_latin(word)
    is_slip = (
        len(word) > 3 and len(_VOWEL.findall(plain)) * 5 < len(word) and len(_VOWEL.findall(keys)) * 4 >= len(word)
    )
    return keys if is_slip else plain


_VOWEL = re.compile("[аеиоуыэюя]")
_SAME_TRADE = (
    "тд|торговый|трейд|trade",
    "ск|строй|стройка|строительная|строительство|строительный|стройсервис",
    "гк|группа|group|груп|групп|холдинг|holding",
    "компания|фирма|company|co|ко|корпорация|предприятие|организация|студия|центр|дом",
    "производственная|производство|завод|фабрика|пкф|ппк|нпо|нпп|пк",
    "сервис|service|услуги",
    "окна|окон|оконная|оконные|пластиковые",
    "агентство|агенство|ан|недвижимость|недвижимости",
    "магазин|салон|интернет",
    "рус|россия|рф",
)
_TRADES = {word: line.split("|", 1)[0] for line in _SAME_TRADE for word in line.split("|")}
_TOWN_SAID = re.compile(r"(?<=\S)\s*(?:\(\s*(?:г\.?\s*)?[а-я -]{3,30}\)|[,\s]г\.\s*[а-я-]{3,30}(?:-[а-я]+)*)\s*$")
_TOWN_WORDS = several("г гор город")
_BEFORE_TOWNS = several("нижний великий набережные санкт ростов")
_LARGE_TOWNS = several(
    "москва мск спб питер петербург екатеринбург екб новосибирск нск казань новгород челябинск самара омск ростов дону "
    "уфа красноярск воронеж пермь волгоград краснодар саратов тюмень тольятти ижевск барнаул ульяновск иркутск "
    "хабаровск ярославль владивосток махачкала томск оренбург кемерово рязань астрахань челны пенза липецк киров тула "
    "чебоксары калининград тверь сочи сургут белгород владимир химки подольск мытищи балашиха"
)
