"""Notes, calls, messages, tasks and moves of deals in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext as _

from svyazka.business.moving_in.foreign import ForeignEvent
from svyazka.connectors.amocrm.asking import Row
from svyazka.connectors.amocrm.cards import id_in
from svyazka.connectors.amocrm.fields import moment

CALLS: Mapping[str, Literal["in", "out"]] = {"call_in": "in", "call_out": "out"}
MESSAGES: Mapping[str, Literal["in", "out"]] = {"sms_in": "in", "sms_out": "out"}
OWNERS = {"leads": "deal", "lead": "deal", "contacts": "contact", "contact": "contact", "companies": "company"}
# Where words may stand in the params of a note, the first that are there.
_WORDS = ("text", "subject", "content_summary", "comment", "address", "service", "status", "original_name", "link")


class Unreadable(Exception):
    """`code`: a key of read.AmoCrm.reasons."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def note(row: Row, part: str) -> ForeignEvent:
    """`part`: the list that it comes from, `leads/notes`."""
    params = row.get("params")
    params = params if isinstance(params, dict) else {}
    kind = str(row.get("note_type") or "")
    of_list = part.partition("/")[0]
    outside_id, at = f"note-{OWNERS[of_list]}-{row['id']}", moment(row.get("created_at"))
    if at is None:
        raise Unreadable("no_moment")
    of = _owner(of_list, row.get("entity_id"))
    by = id_in(row, "created_by") or id_in(row, "responsible_user_id")
    if kind in CALLS:
        return _call(outside_id, kind, params, {**of, "at": at, "by_id": by})
    text = next((str(params[name]) for name in _WORDS if params.get(name)), "")
    if not text:
        raise Unreadable("nothing_said")
    if kind in MESSAGES:
        return ForeignEvent(outside_id, "message", at, **of, direction=MESSAGES[kind], text=text, by_id=by)
    if kind == "amomail_message":
        is_incoming = params.get("income") is True
        return ForeignEvent(
            outside_id, "message", at, **of, direction="in" if is_incoming else "out", text=_letter(params), by_id=by
        )
    return ForeignEvent(outside_id, "note", at, **of, text=text, by_id=by)


def task(row: Row) -> ForeignEvent:
    at = moment(row.get("created_at"))
    if at is None:
        raise Unreadable("no_moment")
    result = row.get("result")  # a list of PHP where there is none
    done = str(result.get("text") or "") if isinstance(result, dict) else ""
    return ForeignEvent(
        f"task-{row['id']}",
        "task",
        at,
        **_owner(str(row.get("entity_type") or ""), row.get("entity_id")),
        text="\n".join(filter(None, (str(row.get("text") or ""), done))),
        by_id=id_in(row, "responsible_user_id"),
        due_at=moment(row.get("complete_till")),
        is_done=row.get("is_completed") is True,
    )


def move(row: Row, stages: Mapping[str, str]) -> ForeignEvent:
    at = moment(row.get("created_at"))
    if at is None:
        raise Unreadable("no_moment")
    names = [_stage(row.get(name), stages) for name in ("value_before", "value_after")]
    of = _owner(str(row.get("entity_type") or ""), row.get("entity_id"))
    text = " → ".join(filter(None, names))
    return ForeignEvent(f"move-{row['id']}", "stage", at, **of, text=text, by_id=id_in(row, "created_by"))


def _owner(kind: str, number: object) -> dict[str, Any]:
    what = OWNERS.get(kind)
    if what is None or not number:
        return {}
    return {"deal_id": str(number)} if what == "deal" else {"client_id": f"{what}-{number}"}


def _call(outside_id: str, kind: str, params: Mapping[str, Any], more: dict[str, Any]) -> ForeignEvent:
    seconds = params.get("duration")
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds)
    return ForeignEvent(
        outside_id,
        "call",
        **more,
        direction=CALLS[kind],
        text=str(params.get("call_result") or ""),
        phone=str(params.get("phone") or ""),
        seconds=int(seconds) if isinstance(seconds, int | float) and seconds >= 0 else None,
        recording=str(params.get("link") or ""),
    )


def _letter(params: Mapping[str, Any]) -> str:
    head = str(params.get("subject") or _("(no subject)"))
    return "\n".join(filter(None, (head, str(params.get("content_summary") or ""))))


def _stage(said: object, stages: Mapping[str, str]) -> str:
    first = said[0] if isinstance(said, list) and said else None
    status = first.get("lead_status") if isinstance(first, dict) else None
    if not isinstance(status, dict):
        return ""
    stage_id = f"{status.get('pipeline_id')}:{status.get('id')}"
    return stages.get(stage_id, stage_id)
