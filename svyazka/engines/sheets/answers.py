"""Answers as they came from outside, made tidy; what cannot be one is refused by its place."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from svyazka.engines.sheets.form import HANGS, KIND, OPENS, Answers, Field, Form, Kind, Path, Rows, Section

LONGEST_TEXT, LONGEST_NOTE = 300, 2_000
LARGEST = 1_000_000
MOST_PHOTOS, MOST_SASHES = 20, 12
_ROW = re.compile(r"[A-Za-z0-9-]{4,40}")


class Unfit(ValueError):
    """No answer of this kind. `code`: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


Refusal = tuple[Path, str]


def clean(form: Form, given: Any) -> tuple[Answers, tuple[Refusal, ...]]:
    """All of a form at once. Where something is refused, nothing of it may be stored."""
    if not isinstance(given, Mapping):
        return {}, (((), "answers_needed"),)
    refused: list[Refusal] = [((str(code)[:40],), "no_such_section") for code in given if not form.section(code)]
    tidy = {}
    for section in form.sections:
        if section.code in given:
            tidy[section.code] = _section(section, given[section.code], refused)
    return tidy, tuple(refused)


def _section(section: Section, given: Any, refused: list[Refusal]) -> Any:
    path: Path = (section.code,)
    if section.rows is None:
        return values(section, given, path, refused)
    if not isinstance(given, list) or len(given) > section.rows.most:
        refused.append((path, "rows_needed"))
        return []
    tidy = [row(section, one, (*path, place), refused) for place, one in enumerate(given)]
    if len({one["id"] for one in tidy}) < len(tidy):
        refused.append((path, "row_twice"))
    return tidy


def row(section: Section, given: Any, path: Path, refused: list[Refusal]) -> dict[str, Any]:
    whole = given if isinstance(given, Mapping) else {}
    name, kind = whole.get("id"), whole.get(KIND)
    if not is_row(name):
        refused.append((path, "row_needs_id"))
    if not is_kind(section.rows, kind):
        refused.append(((*path, KIND), "no_such_value"))
    tidy = {"id": str(name), KIND: str(kind), "answers": values(section, whole.get("answers", {}), path, refused)}
    return {**tidy, "removed": True} if whole.get("removed") is True else tidy


def is_row(name: Any) -> bool:
    return isinstance(name, str) and bool(_ROW.fullmatch(name))


def is_kind(rows: Rows | None, kind: Any) -> bool:
    return rows is not None and any(one.code == kind for one in rows.kinds)


def values(section: Section, given: Any, path: Path, refused: list[Refusal]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        refused.append((path, "answers_needed"))
        return {}
    return dict(_values(section, given, path, refused))


def _values(
    section: Section, given: Mapping[str, Any], path: Path, refused: list[Refusal]
) -> Iterator[tuple[str, Any]]:
    for code, one in given.items():
        field = section.field(code)
        if field is None:
            refused.append(((*path, str(code)[:40]), "no_such_field"))
            continue
        try:
            tidy = value(field, one)
        except Unfit as fault:
            refused.append(((*path, code), fault.code))
            continue
        if tidy is not None:
            yield code, tidy


def value(field: Field, given: Any) -> Any:
    """What it is when it is tidy; nothing, when it was emptied. Unfit says why it can be none."""
    if given is None or given in ("", []):
        return None
    return _TIDY[field.kind](field, given)


def _whole(_field: Field, given: Any) -> int:
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int) or abs(given) > LARGEST:
        raise Unfit("whole_needed")
    return given


def _decimal(_field: Field, given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Unfit("number_needed")
    if not math.isfinite(given) or abs(given) > LARGEST:
        raise Unfit("number_needed")
    return round(given, 3)


def _text(field: Field, given: Any) -> str | None:
    longest = LONGEST_NOTE if field.kind == Kind.NOTE else LONGEST_TEXT
    if not isinstance(given, str):
        raise Unfit("text_needed")
    tidy = given.replace("\x00", "").encode("utf-8", "replace").decode().strip()
    if len(tidy) > longest:
        raise Unfit("too_long")
    return tidy or None


def _choice(field: Field, given: Any) -> str:
    found = next((one.code for one in field.choices if one.code == given), None)
    if found is None:
        raise Unfit("no_such_value")
    return found


def _choices(field: Field, given: Any) -> list[str]:
    """In the order of the form, each once."""
    if not isinstance(given, list) or any(one not in [choice.code for choice in field.choices] for one in given):
        raise Unfit("no_such_value")
    return [one.code for one in field.choices if one.code in given]


def _yes_no(_field: Field, given: Any) -> bool:
    if not isinstance(given, bool):
        raise Unfit("yes_needed")
    return given


def _photos(_field: Field, given: Any) -> list[str]:
    if not isinstance(given, list) or len(given) > MOST_PHOTOS:
        raise Unfit("photos_needed")
    try:
        return list(dict.fromkeys(str(UUID(one)) for one in given))
    except (ValueError, AttributeError, TypeError) as fault:
        raise Unfit("photos_needed") from fault


def _triple(field: Field, given: Any) -> list[int | None] | None:
    if not isinstance(given, list) or len(given) != 3:
        raise Unfit("triple_needed")
    tidy = [None if one is None else _whole(field, one) for one in given]
    return tidy if any(one is not None for one in tidy) else None


def _sashes(field: Field, given: Any) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_SASHES:
        raise Unfit("sashes_needed")
    return [_sash(field, one) for one in given]


def _sash(field: Field, given: Any) -> dict[str, Any]:
    """Where it hangs is said only of what hangs somewhere."""
    if not isinstance(given, Mapping) or given.get("opens") not in OPENS:
        raise Unfit("sashes_needed")
    opens, hangs, width = given["opens"], given.get("hangs"), given.get("width")
    tidy: dict[str, Any] = {"opens": opens}
    if opens not in ("fixed", "tilt"):
        if hangs not in HANGS:
            raise Unfit("sashes_needed")
        tidy["hangs"] = hangs
    if width is not None:
        tidy["width"] = _whole(field, width)
        if not 1 <= tidy["width"] <= 20_000:
            raise Unfit("sashes_needed")
    return tidy


_TIDY: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.WHOLE: _whole,
    Kind.DECIMAL: _decimal,
    Kind.TEXT: _text,
    Kind.NOTE: _text,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.YES_NO: _yes_no,
    Kind.PHOTO: _photos,
    Kind.TRIPLE: _triple,
    Kind.SASHES: _sashes,
}
