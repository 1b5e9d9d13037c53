"""Activities, calls, comments and moves of deals in our words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from svyazka.business.moving_in.foreign import ForeignEvent
from svyazka.connectors.bitrix24.cards import LEADS, Row
from svyazka.connectors.bitrix24.fields import moment, plain

CALL, LETTER = 2, 4  # crm.enum.activitytype; the others are meetings, tasks and what programs have made
Direction = Literal["in", "out", ""]
Parties = dict[str, Any]  # deal_id, client_id
DIRECTIONS: Mapping[str, Direction] = {"1": "in", "2": "out"}
OF_CALLS: Mapping[str, Direction] = {"1": "out", "2": "in", "3": "in", "4": "out", "5": "out"}
TALKS = ("IMOPENLINES_SESSION", "CRM_SMS", "CRM_WHATSAPP")  # of messengers
FORMS = ("CRM_WEBFORM",)
OWNERS = {1: "lead", 2: "deal", 3: "contact", 4: "company"}
BY_NAME = {"LEAD": 1, "DEAL": 2, "CONTACT": 3, "COMPANY": 4}
_NEVER = 9000  # the year of a deadline that is none


class Unreadable(Exception):
    """`code`: a key of read.Bitrix24.reasons."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def activity(row: Row, call: Row | None) -> ForeignEvent:
    """`call`: what the telephony knows of it, if it was one."""
    kind, provider = int(row.get("TYPE_ID") or 0), str(row.get("PROVIDER_ID") or "")
    outside_id, is_done = f"activity-{row['ID']}", row.get("COMPLETED") == "Y"
    of, by = _parties(row), str(row.get("RESPONSIBLE_ID") or "")
    text = "\n".join(filter(None, (plain(row.get("SUBJECT")), plain(row.get("DESCRIPTION")))))
    direction = DIRECTIONS.get(str(row.get("DIRECTION")), "")
    if kind == CALL and (is_done or call):
        return _call(outside_id, row, call, {**of, "by_id": by, "text": text, "direction": direction})
    at = _at(row, "CREATED", "START_TIME")
    if not text:
        raise Unreadable("nothing_said")
    if kind == LETTER or provider in TALKS:
        return ForeignEvent(outside_id, "message", at, **of, direction=direction or "in", text=text, by_id=by)
    if provider in FORMS:
        return ForeignEvent(outside_id, "note", at, **of, text=text, by_id=by)
    due = moment(row.get("DEADLINE"))
    return ForeignEvent(
        outside_id, "task", at, **of, text=text, by_id=by, is_done=is_done,
        due_at=due if due and due.year < _NEVER else None,
    )  # fmt: skip


def call(row: Row) -> ForeignEvent:
    """One that stands in the telephony alone."""
    owner = BY_NAME.get(str(row.get("CRM_ENTITY_TYPE") or "").upper(), 0)
    return ForeignEvent(
        f"call-{row['ID']}",
        "call",
        _at(row, "CALL_START_DATE"),
        **_owner(owner, row.get("CRM_ENTITY_ID")),
        direction=OF_CALLS.get(str(row.get("CALL_TYPE")), ""),
        text=plain(row.get("COMMENT")),
        by_id=str(row.get("PORTAL_USER_ID") or ""),
        phone=str(row.get("PHONE_NUMBER") or ""),
        seconds=_seconds(row.get("CALL_DURATION")),
        recording=str(row.get("CALL_RECORD_URL") or ""),
    )


def comment(row: Row, owner: int, owner_id: object) -> ForeignEvent:
    files = row.get("FILES")
    names = [str(one.get("name")) for one in files.values() if isinstance(one, dict)] if isinstance(files, dict) else []
    text = "\n".join(filter(None, (plain(row.get("COMMENT")), ", ".join(names))))
    if not text:
        raise Unreadable("nothing_said")
    of = _owner(owner, owner_id)
    return ForeignEvent(
        f"comment-{row['ID']}", "note", _at(row, "CREATED"), **of, text=text, by_id=str(row.get("AUTHOR_ID") or "")
    )


def move(row: Row, stages: Mapping[str, str], *, is_lead: bool) -> ForeignEvent:
    stage_id = str(row.get("STAGE_ID") or row.get("STATUS_ID") or "")
    stage_id = f"{LEADS}:{stage_id}" if is_lead else stage_id
    of = _owner(1 if is_lead else 2, row.get("OWNER_ID"))
    kind = "lead" if is_lead else "deal"
    return ForeignEvent(
        f"move-{kind}-{row['ID']}", "stage", _at(row, "CREATED_TIME"), **of, text=stages.get(stage_id, stage_id)
    )


def _call(outside_id: str, row: Row, call: Row | None, more: dict[str, Any]) -> ForeignEvent:
    begun, ended = moment(row.get("START_TIME")), moment(row.get("END_TIME"))
    seconds = int((ended - begun).total_seconds()) if begun and ended and ended >= begun else None
    known = call or {}
    phones = [one for one in _communications(row) if one.get("TYPE") == "PHONE"]
    return ForeignEvent(
        outside_id,
        "call",
        _at(known, "CALL_START_DATE") if call else _at(row, "START_TIME", "CREATED"),
        **more,
        phone=str(known.get("PHONE_NUMBER") or next((one.get("VALUE") for one in phones), "") or ""),
        seconds=_seconds(known.get("CALL_DURATION")) if call else seconds,
        recording=str(known.get("CALL_RECORD_URL") or ""),
    )


def _parties(row: Row) -> Parties:
    """The deal or lead that it belongs to, and the client it was with."""
    of = _owner(int(row.get("OWNER_TYPE_ID") or 0), row.get("OWNER_ID"))
    for one in _communications(row):
        with_whom = _owner(int(one.get("ENTITY_TYPE_ID") or 0), one.get("ENTITY_ID"))
        if "client_id" not in of and "client_id" in with_whom:
            of["client_id"] = with_whom["client_id"]
    return of


def _communications(row: Row) -> list[Row]:
    found = row.get("COMMUNICATIONS")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _owner(kind: int, number: object) -> Parties:
    what = OWNERS.get(kind)
    if what is None or not number or str(number) == "0":
        return {}
    if what in ("deal", "lead"):
        return {"deal_id": str(number) if what == "deal" else f"lead-{number}"}
    return {"client_id": f"{what}-{number}"}


def _at(row: Row, *names: str) -> datetime:
    at = next((found for name in names if (found := moment(row.get(name)))), None)
    if at is None:
        raise Unreadable("no_moment")
    return at


def _seconds(given: object) -> int | None:
    return int(str(given)) if given is not None and str(given).isdecimal() else None
