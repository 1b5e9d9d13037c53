"""Where a table begins: which line names the columns, what stands above it, and which lines are no records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from svyazka.business.moving_in import cells as read
from svyazka.business.moving_in.known_titles import target_of
from svyazka.kit.texts import folded

LOOKED_AT = 40  # lines among which the head is looked for
_TOTAL = re.compile(r"(?:итого|итог|всего|total|sum total|grand total|в среднем|общий итог|сумма по|подытог)\b.*")


@dataclass(frozen=True)
class Head:
    """`place`: of the line that names the columns, among those that were looked at."""

    place: int
    titles: list[str]


def find(lines: Sequence[Sequence[str]]) -> Head:
    """The line that looks most like titles; what stands above a part of them goes before them."""
    place = max(range(len(lines[:LOOKED_AT])), key=lambda at: (_likeness(lines[at]), -at))
    width = max(len(line) for line in lines)
    titles = [*lines[place], *[""] * (width - len(lines[place]))]
    if place and _is_group_head(lines[place - 1], titles):
        titles = _joined(lines[place - 1], titles)
    return Head(place, _each_once(titles[: _last(titles, lines)]))


def is_aside(cells: Sequence[str], titles: Sequence[str], raw_titles: Sequence[str]) -> bool:
    """A total, the titles once more, the numbers of the columns."""
    filled = [cell for cell in cells if cell]
    if not filled or list(cells[: len(raw_titles)]) == list(raw_titles[: len(cells)]):
        return True
    if _TOTAL.fullmatch(folded(filled[0]).strip(" :")):
        return not any(_is_contact(cell) for cell in filled)
    return len(filled) > 2 and filled == [str(number) for number in range(1, len(filled) + 1)]


def _likeness(line: Sequence[str]) -> float:
    filled = [cell for cell in line if cell]
    if not filled:
        return -100
    known = sum(bool(target_of(cell)) for cell in filled)
    data = sum(_is_data(cell) for cell in filled)
    texts = len({folded(cell) for cell in filled if not _is_data(cell) and len(cell) <= 60})
    return 4 * known + min(texts, 12) - 3 * data


def _is_data(cell: str) -> bool:
    return bool(_is_contact(cell) or read.moment(cell) or re.fullmatch(r"[\d\s.,+()₽-]+", cell))


def _is_contact(cell: str) -> bool:
    return "@" in cell or len(re.sub(r"\D", "", cell)) >= 10


def _is_group_head(above: Sequence[str], titles: Sequence[str]) -> bool:
    """`Клиент | | | Сделка | |` over the titles of each; not the name of the whole table."""
    filled = [cell for cell in above if cell]
    twice = {title for title in titles if title and list(titles).count(title) > 1}
    blank = any(not title and place < len(above) and above[place] for place, title in enumerate(titles))
    return len(set(filled)) > 1 and not any(map(_is_data, filled)) and (bool(twice) or blank)


def _joined(above: Sequence[str], titles: Sequence[str]) -> list[str]:
    joined, group = [], ""
    twice = {title for title in titles if title and list(titles).count(title) > 1}
    for place, title in enumerate(titles):
        group = above[place] if place < len(above) and above[place] else group
        if not title:
            joined.append(above[place] if place < len(above) else "")
        else:
            joined.append(f"{title} ({group})" if title in twice and group else title)
    return joined


def _each_once(titles: Sequence[str]) -> list[str]:
    """`Телефон`, `Телефон (2)`; what has no title is called by nobody yet."""
    made: list[str] = []
    seen: dict[str, int] = {}
    for title in titles:
        plain = " ".join(title.split())[:120]
        seen[plain] = seen.get(plain, 0) + 1
        made.append(f"{plain} ({seen[plain]})" if plain and seen[plain] > 1 else plain)
    return made


def _last(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> int:
    filled = (place for line in [titles, *lines] for place, cell in enumerate(line, start=1) if cell)
    return max(filled, default=0)
