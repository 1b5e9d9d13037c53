"""What the telephone system says of its recordings becomes work for the worker. One statement: it is in the way of
every call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection

from svyazka.business.calls.models import Call, Recording
from svyazka.business.calls.summary import Summary
from svyazka.kit import clock

# The files are closed when the phone line is gone, and a cloud takes a moment to hand them out.
NOT_BEFORE = timedelta(seconds=10)
NEAR = timedelta(days=1)


def note(calls: Sequence[tuple[Call, Summary, Summary | None]]) -> None:
    """Each as it is now and as it was before. Whenever one that is over has a recording that was not known before."""
    told = [_told(call, now) for call, now, before in calls if _is_news(now, before)]
    if not told:
        return
    begun = [call.started_at for call, _now, _before in calls]
    given: dict[str, Any] = {"told": json.dumps(told), "since": min(begun) - NEAR, "until": max(begun) + NEAR}
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, {**given, "try_at": clock.now() + NOT_BEFORE})


def _is_news(now: Summary, before: Summary | None) -> bool:
    if now.state != Call.State.ENDED or not now.recordings:
        return False
    return before is None or before.state != Call.State.ENDED or before.recordings != now.recordings


def _told(call: Call, now: Summary) -> dict[str, Any]:
    return {
        "call_id": call.pk,
        "started_at": call.started_at.isoformat(),
        "pbx_code": call.pbx_code,
        "places": [place[:500] for place in now.recordings],
        "spoke": sorted({talk.extension for talk in now.talks if talk.extension}),
    }


_NOTE = """
insert into calls_recording (
    call_id, call_started_at, pbx_code, place, people, state, try_at, tries, trouble, file, bytes, milliseconds,
    channels, kept_why
)
select told.call_id, told.started_at, told.pbx_code, place,
       (select coalesce(jsonb_object_agg(extension, id), '{}') from staff_person
        where is_active and extension = any(told.spoke) and staff_person.pbx_code in ('', told.pbx_code)),
       'awaited', %(try_at)s, 0, '', '', 0, 0, 1, ''
from jsonb_to_recordset(%(told)s)
    as told (call_id bigint, started_at timestamptz, pbx_code text, places text[], spoke text[]),
    unnest(told.places) with ordinality as named (place, number)
where not exists (
    select from calls_recording r
    where r.call_id = told.call_id and r.place = named.place
    and r.call_started_at between %(since)s and %(until)s
)
order by told.call_id, number
"""


def hand_over(part: Call, whole: Call) -> None:
    """What was noted of a call that turned out to be a part of another one."""
    Recording.objects.filter(call_id=part.pk).update(call_id=whole.pk)
