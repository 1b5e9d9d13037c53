"""What somebody changed in a form, on top of what others have changed meanwhile: nobody's work is lost.

An edit says what it found and what it makes of it. Where somebody else was quicker, what stands stays, and the other
answer is kept beside it, until somebody has chosen. Rows have ids of their own; one that was removed comes back as
soon as somebody has worked on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Literal

from svyazka.engines.sheets.answers import Refusal, Unfit, is_kind, is_row, value, values
from svyazka.engines.sheets.form import KIND, Answers, Form, Path, Section

MOST_EDITS = 2_000
REMOVED = ""  # in the place of a field: the row itself


@dataclass(frozen=True)
class Edit:
    do: Literal["set", "add", "remove", "settle"]
    section: str
    row: str | None = None
    field: str = REMOVED
    was: Any = None
    becomes: Any = None
    behind: str | None = None  # of a new row: which one it stands behind


@dataclass(frozen=True)
class Beside:
    """An answer that is kept beside the one that stands. `field` is empty: somebody wanted to remove this row."""

    section: str
    row: str | None
    field: str
    value: Any


@dataclass(frozen=True)
class Edited:
    answers: Answers
    beside: tuple[Beside, ...]  # that came with these edits
    settled: tuple[tuple[str, str | None, str], ...]  # section, row, field: what somebody has chosen


def read(form: Form, given: Any) -> tuple[list[Edit], list[Refusal]]:
    """Edits as they came from a phone."""
    if not isinstance(given, list) or len(given) > MOST_EDITS:
        return [], [((), "edits_needed")]
    refused: list[Refusal] = []
    edits = [edit for place, one in enumerate(given) if (edit := _read(form, one, (place,), refused))]
    return edits, refused


def _read(form: Form, given: Any, path: Path, refused: list[Refusal]) -> Edit | None:
    whole = given if isinstance(given, Mapping) else {}
    section = form.section(str(whole.get("section")))
    row = whole.get("row")
    if section is None:
        refused.append((path, "no_such_section"))
        return None
    if (section.rows is None) != (row is None) or (row is not None and not is_row(row)):
        refused.append((path, "row_needs_id"))
        return None
    do = whole.get("do")
    if do == "add" and section.rows:
        return _added(section, whole, path, refused)
    if do == "remove" and section.rows:
        return Edit("remove", section.code, row, was=_content(section, whole.get("was")))
    if do in ("set", "settle"):
        return _set(section, whole, path, refused)
    refused.append((path, "edits_needed"))
    return None


def _added(section: Section, whole: Mapping[str, Any], path: Path, refused: list[Refusal]) -> Edit | None:
    if not is_kind(section.rows, whole.get(KIND)):
        refused.append(((*path, KIND), "no_such_value"))
        return None
    content = {KIND: whole[KIND], "answers": values(section, whole.get("answers") or {}, path, refused)}
    behind = whole.get("behind") if is_row(whole.get("behind")) else None
    return Edit("add", section.code, whole["row"], becomes=content, behind=behind)


def _content(section: Section, given: Any) -> Any:
    whole = given if isinstance(given, Mapping) else {}
    return {KIND: whole.get(KIND), "answers": values(section, whole.get("answers") or {}, (), [])}


def _set(section: Section, whole: Mapping[str, Any], path: Path, refused: list[Refusal]) -> Edit | None:
    code = whole.get("field")
    edit = Edit(whole["do"], section.code, whole.get("row"), str(code))
    if code == KIND and section.rows:
        if not is_kind(section.rows, whole.get("is")):
            refused.append(((*path, KIND), "no_such_value"))
            return None
        return _with(edit, whole.get("was"), whole["is"])
    if code == REMOVED and section.rows and whole["do"] == "settle":
        return _with(edit, None, True if whole.get("is") is True else None)
    field = section.field(str(code))
    if field is None:
        refused.append(((*path, str(code)[:40]), "no_such_field"))
        return None
    try:
        return _with(edit, _was(field, whole.get("was")), value(field, whole.get("is")))
    except Unfit as fault:
        refused.append(((*path, field.code), fault.code))
        return None


def _with(edit: Edit, was: Any, becomes: Any) -> Edit:
    return Edit(edit.do, edit.section, edit.row, edit.field, was, becomes)


def _was(field: Any, given: Any) -> Any:
    try:
        return value(field, given)
    except Unfit:
        return given


def apply(form: Form, answers: Answers, edits: Sequence[Edit]) -> Edited:
    """One after the other."""
    at_work = _AtWork(form, deepcopy(dict(answers)))
    for edit in edits:
        at_work.take(edit)
    return Edited(at_work.answers, tuple(at_work.beside), tuple(at_work.settled))


class _AtWork:
    def __init__(self, form: Form, answers: dict[str, Any]) -> None:
        self.form, self.answers = form, answers
        self.beside: list[Beside] = []
        self.settled: list[tuple[str, str | None, str]] = []

    def take(self, edit: Edit) -> None:
        section = self.form.section(edit.section)
        assert section is not None  # read() has seen to it
        if edit.do == "add":
            self._add(section, edit)
        elif edit.do == "remove":
            self._remove(section, edit)
        else:
            self._set(section, edit)

    def _add(self, section: Section, edit: Edit) -> None:
        """Sent twice, it is there once."""
        rows: list[dict[str, Any]] = self.answers.setdefault(section.code, [])
        if any(row["id"] == edit.row for row in rows):
            return
        place = next((number + 1 for number, row in enumerate(rows) if row["id"] == edit.behind), len(rows))
        rows.insert(place, {"id": edit.row, **deepcopy(edit.becomes)})

    def _remove(self, section: Section, edit: Edit) -> None:
        row = self._row(section, edit.row)
        if row is None or row.get("removed"):
            return
        if {KIND: row[KIND], "answers": row["answers"]} == edit.was:
            row["removed"] = True
        else:
            self.beside.append(Beside(section.code, edit.row, REMOVED, None))

    def _set(self, section: Section, edit: Edit) -> None:
        row = self._row(section, edit.row) if section.rows else None
        if section.rows and row is None:
            return  # of a row that nobody has heard of
        self._bring_back(section, row, edit)
        if edit.do == "settle":
            self.settled.append((section.code, edit.row, edit.field))
        if edit.field == REMOVED:
            if row and edit.becomes:
                row.pop("removed", None)
            return
        place = self._place(section, row, edit.field)
        stands = place.get(edit.field)
        if stands == edit.becomes:
            return
        if edit.do == "set" and stands != edit.was:
            self.beside.append(Beside(section.code, edit.row, edit.field, edit.becomes))
        elif edit.becomes is None:
            place.pop(edit.field, None)
        else:
            place[edit.field] = edit.becomes

    def _bring_back(self, section: Section, row: dict[str, Any] | None, edit: Edit) -> None:
        """Somebody removed it while somebody else worked on it."""
        if row and edit.do == "set" and row.pop("removed", False):
            self.beside.append(Beside(section.code, edit.row, REMOVED, None))

    def _row(self, section: Section, name: str | None) -> dict[str, Any] | None:
        rows: list[dict[str, Any]] = self.answers.get(section.code) or []
        return next((row for row in rows if row["id"] == name), None)

    def _place(self, section: Section, row: dict[str, Any] | None, field: str) -> dict[str, Any]:
        if row is None:
            found: dict[str, Any] = self.answers.setdefault(section.code, {})
            return found
        if field == KIND:
            return row
        own: dict[str, Any] = row["answers"]
        return own


def too_many(form: Form, answers: Answers) -> Iterator[Section]:
    """Sections with more rows than they may have, those that were removed among them: what was taken out is kept."""
    for section in form.sections:
        if section.rows and len(answers.get(section.code) or ()) > 2 * section.rows.most:
            yield section
