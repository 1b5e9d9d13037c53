"""Letters that were typed with the wrong keyboard, alphabet or finger."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 300  # of what stands in one cell; whatever comes behind is no name, number or address


def listed(words: str) -> list[str]:
    return words.split()


def several(words: str) -> frozenset[str]:
    return frozenset(words.split())


def folded(text: str) -> str:
    """Small letters, ё as е, one space, no invisible signs; as much of it as can mean anything."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    return " ".join(plain[:LONGEST].lower().translate(_FOLDED).split())


_FOLDED = str.maketrans(
    {
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u0301\x00", ""),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("«»„“”″", '"'),
        **dict.fromkeys("’‘`´ʼ", "'"),
        "ё": "е",
    }
)


def is_latin(word: str) -> bool:
    return bool(_LATIN.search(word)) and not _CYRILLIC.search(word)


def is_mixed(word: str) -> bool:
    return bool(_LATIN.search(word) and _CYRILLIC.search(word))


_LATIN, _CYRILLIC = re.compile("[a-z]"), re.compile("[а-я]")


def looks_cyrillic(word: str) -> str:
    """`Cepгeй` with Latin letters in it → `сергей`."""
    return word.translate(_TO_CYRILLIC)


def looks_latin(word: str) -> str:
    """`ivаnоv@mail.ru` with Cyrillic letters in it → all Latin."""
    return word.translate(_TO_LATIN)


_TO_CYRILLIC = str.maketrans("abcehkmoptxy3u", "авсенкмортхузи")
_TO_LATIN = str.maketrans("авсенкмортху", "abcehkmoptxy")


def with_russian_keys(word: str) -> str:
    """`bdfyjd` → `иванов`."""
    return word.translate(_RUSSIAN_KEYS)


def with_english_keys(word: str) -> str:
    """`шмфтщм` → `ivanov`."""
    return word.translate(_ENGLISH_KEYS)


_ENGLISH, _RUSSIAN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.", "йцукенгшщзхъфывапролджэячсмитьбю"
_RUSSIAN_KEYS = str.maketrans(_ENGLISH + '`~{}:"<>/', _RUSSIAN + "еехъжэбю.")
_ENGLISH_KEYS = str.maketrans(_RUSSIAN + '"', _ENGLISH + "@")


@lru_cache(maxsize=20_000)
def from_latin(word: str) -> str:
    """`shcherbakov`, `scherbakov`, `ščerbakov` → `щербаков`: the schemes of passports, ISO 9, banks and chats."""
    plain = _PAIRS.sub(lambda found: _LETTERS[found.group()], word)
    plain = re.sub(r"(?<=[аеиоуыэюя])ы(?![а-я])|^ы(?=[аеоу])", "й", plain)
    return re.sub(r"(?<=[аеиоуы])и$", "й", re.sub(r"ы[йи]$", "ий", plain))


_LETTERS = {
    **dict(
        zip(
            "abcdefghijklmnopqrstuvwxyz",
            listed("а б к д е ф г х и й к л м н о п к р с т у в в кс ы з"),
            strict=True,
        )
    ),
    "shch": "щ",
    "sch": "щ",
    "šč": "щ",
    "ŝ": "щ",
    "zh": "ж",
    "ž": "ж",
    "kh": "х",
    "ts": "ц",
    "tz": "ц",
    "ch": "ч",
    "č": "ч",
    "sh": "ш",
    "š": "ш",
    "ju": "ю",
    "yu": "ю",
    "iu": "ю",
    "û": "ю",
    "ja": "я",
    "ya": "я",
    "ia": "ия",
    "aia": "ая",
    "â": "я",
    "yo": "е",
    "jo": "е",
    "ye": "е",
    "je": "е",
    "ie": "ье",
    "iya": "ия",
    "ija": "ия",
    "iia": "ия",
    "iy": "ий",
    "ij": "ий",
    "yi": "ый",
    "yy": "ый",
    "ay": "ай",
    "ey": "ей",
    "oy": "ой",
    "ph": "ф",
    "ck": "к",
    "'": "",
    "è": "э",
    "ë": "е",
    "ks": "кс",
    "yia": "ия",
    "aya": "ая",
    "iyu": "ию",
    "eya": "ея",
    "oya": "оя",
}
_PAIRS = re.compile("|".join(sorted(map(re.escape, _LETTERS), key=len, reverse=True)))


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """How it is heard: `щербаков` and `щирбакоф` are one. Empty for what holds no letters."""
    said = re.sub("[^а-я]", "", word).translate(_HEARD)
    said = re.sub(r"тс|дс", "ц", said)
    said = re.sub(r"[бвгджз](?=[кпстфхцчшщ]|$)", lambda found: _VOICELESS[found.group()], said)
    return re.sub(r"(.)\1+", r"\1", said)


_HEARD = str.maketrans({**dict.fromkeys("оыя", "а"), **dict.fromkeys("еэийы", "и"), "ю": "у", "ь": "", "ъ": ""})
_VOICELESS = dict(zip("бвгджз", "пфктшс", strict=True))


def is_one_slip(one: str, other: str) -> bool:
    """One letter more, fewer or another one, or two that changed places."""
    if one == other:
        return False
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or (
        one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    )


@lru_cache(maxsize=50_000)
def is_near(one: str, other: str) -> bool:
    """More than a slip apart and still alike: Jaro's and Winkler's likeness, where the beginning says most."""
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < SHORTEST_NEAR or one == other:
        return False
    reach = max(len(longer) // 2 - 1, 0)
    left: list[str | None] = list(longer)
    heard = []
    for at, letter in enumerate(shorter):
        place = next((to for to in range(max(0, at - reach), min(len(left), at + reach + 1)) if left[to] == letter), -1)
        if place >= 0:
            heard.append(letter)
            left[place] = None
    again = [letter for letter, still in zip(longer, left, strict=True) if still is None]
    if not heard:
        return False
    many, moved = len(heard), sum(a != b for a, b in zip(heard, again, strict=True)) / 2
    alike = (many / len(shorter) + many / len(longer) + (many - moved) / many) / 3
    start = next((at for at, (a, b) in enumerate(zip(shorter[:4], longer[:4], strict=False)) if a != b), 4)
    return alike + start / 10 * (1 - alike) >= NEAR


SHORTEST_NEAR, NEAR = 4, 0.88


def without_one(word: str) -> set[str]:
    """The word, and all that is left of it when one letter is taken away: two words one slip apart share one."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
