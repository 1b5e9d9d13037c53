"""Messages of clients and notes of calls out of a seed, for tests, benchmarks and rehearsals: many ways to say a thing,
in two languages, with slips of the finger. None of it was said by anybody."""

from __future__ import annotations

import random
import re
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

Part = str  # "all", "learn", "held": ways of saying a thing that the other part never has
USUAL = {
    "new_request": 30,
    "order_question": 22,
    "reschedule": 12,
    "complaint": 9,
    "spam": 9,
    "other": 9,
    "supplier": 5,
    "job_seeker": 4,
}
_SLOT = re.compile(r"{(\w+)}")


def messages(number: int, seed: int, *, part: Part = "all") -> list[tuple[str, str]]:
    """Text and category, as often as each usually comes."""
    chance = random.Random(seed)  # noqa: S311
    codes = chance.choices(list(USUAL), list(USUAL.values()), k=number)
    return [(message(code, chance, part=part), code) for code in codes]


def message(code: str, chance: random.Random, *, part: Part = "all") -> str:
    ways = _ways(code, part)
    said = [chance.choice(ways)]
    if chance.random() < 0.25:
        said.append(chance.choice(ways))
    if chance.random() < 0.45:
        said.insert(0, chance.choice(_lists()["greeting"]))
    if chance.random() < 0.35:
        said.append(chance.choice(_lists()["closing"]))
    text = _filled(chance.choice((". ", ", ", "\n", " ", "! ")).join(said), chance)
    return _slipped(_cased(text, chance), chance)


def _ways(code: str, part: Part) -> list[str]:
    every = _read()[code]
    return {"all": every, "learn": [one for at, one in enumerate(every) if at % 4], "held": every[::4]}[part]


def _filled(text: str, chance: random.Random) -> str:
    while found := _SLOT.search(text):
        text = text[: found.start()] + chance.choice(_lists()[found[1]]) + text[found.end() :]
    return text


def _cased(text: str, chance: random.Random) -> str:
    return chance.choices((text, text.lower(), text.upper()), (70, 28, 2))[0]


def _slipped(text: str, chance: random.Random) -> str:
    """A letter left out, said twice, exchanged with its neighbour or hit beside it: once in forty letters or never."""
    if chance.random() < 0.6:
        return text
    letters = list(text)
    for _slip in range(1 + len(letters) // 40):
        at = chance.randrange(max(1, len(letters) - 1))
        kind = chance.randrange(4)
        if kind == 0:
            letters[at] = ""
        elif kind == 1:
            letters[at] *= 2
        elif kind == 2 and at + 1 < len(letters):
            letters[at], letters[at + 1] = letters[at + 1], letters[at]
        else:
            letters[at] = _beside().get(letters[at], letters[at])
    return "".join(letters)


@lru_cache(maxsize=1)
def _beside() -> dict[str, str]:
    """Each letter's neighbour on the keyboard."""
    return {one: other for row in _lists()["keyboard"] for one, other in pairwise(row)}


@lru_cache(maxsize=1)
def _parsed() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    ways: dict[str, list[str]] = {}
    lists: dict[str, list[str]] = {}
    into: list[str] = []
    for line in (files(__package__) / "made_up.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            into = ways.setdefault(line.strip("[]"), [])
        elif line.startswith("="):
            into = lists.setdefault(line[1:], [])
        elif line and not line.startswith("#"):
            into.append(line)
    return ways, lists


def _read() -> dict[str, list[str]]:
    return _parsed()[0]


def _lists() -> dict[str, list[str]]:
    return _parsed()[1]
