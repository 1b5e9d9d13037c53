# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""What was said is heard by whoever may, as one whole, as long as it is kept."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from django.urls import reverse

from svyazka.business.calls.models import Call, Recording
from svyazka.business.calls.phone_system import CallEvent, Kind, Way
from svyazka.business.calls.recordings import fetch, keeping
from svyazka.business.calls.recordings.conftest import CODE, MONITOR, make_due, monitor, pbx, tone  # noqa: F401
from svyazka.business.calls.recordings.of_call import list_recordings, recorded
from svyazka.business.deals.models import Deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import Entry
from svyazka.connectors.asterisk.messages import END
from svyazka.connectors.asterisk.read import call_key_of, is_wanted
from svyazka.connectors.asterisk.replay import capture
from svyazka.kit import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recordings_root", "pbx")]
SAMPLES = Path(str(files("svyazka.connectors.asterisk"))) / "samples"


def test_a_call_with_a_transfer_from_the_first_ring_to_its_deletion(windows, enter, monitor, anna):
    olga, mikhail, oksana = windows["olga"], windows["mikhail"], windows["oksana"]
    call = rings(by=olga.extension, to=mikhail.extension)
    Deal.objects.filter(pk=call.deal_id).update(department=windows["roza"].department)

    # While the files are still on their way, the history says that there is something to hear.
    history = enter(olga).get(f"/deals/{call.deal_id}/").content.decode()
    assert f'<call-recording data-call="{call.pk}"' in history
    assert "загружается" in player(enter(olga), call)

    for name, seconds in (("a.wav", 20), ("b.wav", 15)):
        tone(monitor / name, seconds)
    make_due()
    assert fetch.fetch_due() == 2

    # Two files, one line of time.
    found = recorded(call, list_recordings(call))
    assert [(one.begin, one.end, one.of is not None) for one in found.stretches] == [
        (0, 4_000, False), (4_000, 24_000, True), (24_000, 25_000, False), (25_000, 40_000, True),
    ]  # fmt: skip

    # Both who spoke may listen; a colleague of the call centre may not.
    for person in (olga, mikhail):
        browser = enter(person)
        for address in browser.post(reverse("listenings", args=[call.pk])).json()["sounds"].values():
            assert browser.get(address, headers={"Range": "bytes=0-"}).status_code == 206
    assert enter(oksana).post(reverse("listenings", args=[call.pk])).status_code == 404

    # The controller sees who listened, and each of them is in the journal.
    page = enter(windows["konstantin"]).get(reverse("call", args=[call.pk]))
    assert {one["who"] for one in page.context["listeners"]} == {olga.full_name, mikhail.full_name}
    assert Entry.objects.filter(verb="calls.listened").count() == 2

    # After its time it is gone, and the page says so.
    keeping.change(30, by=anna)
    Recording.objects.update(call_started_at=clock.now() - timedelta(days=31))
    Call.objects.filter(pk=call.pk).update(started_at=clock.now() - timedelta(days=31))
    keeping.tidy_up()
    assert "срок хранения истёк" in player(enter(olga), call)


def rings(*, by: str, to: str) -> Call:
    """20 seconds with the one, 15 with the other, recorded in a file each."""
    begun = clock.now() - timedelta(minutes=3)

    def event(after: float, kind: Kind, leg: str = "c", extension: str = "", **facts: object) -> CallEvent:
        return CallEvent(CODE, "c", kind, begun + timedelta(seconds=after), leg, extension, **facts)

    said = [
        event(0, Kind.START, client_number="79165550001", our_number="74951000200"),
        event(1, Kind.RING, "l1", by),
        event(4, Kind.JOIN, "l1", by, bridge="x"),
        event(4, Kind.JOIN, bridge="x"),
        event(4, Kind.RECORDING, "l1", by, recording=f"{MONITOR}/a.wav"),
        event(24, Kind.TRANSFER, "l1", by, to=to, way=Way.BLIND),
        event(24, Kind.PART, bridge="x"),
        event(24, Kind.HANGUP, "l1", by),
        event(24, Kind.RING, "l2", to),
        event(25, Kind.JOIN, "l2", to, bridge="y"),
        event(25, Kind.JOIN, bridge="y"),
        event(25, Kind.RECORDING, "l2", to, recording=f"{MONITOR}/b.wav"),
        event(40, Kind.HANGUP),
        event(40, Kind.HANGUP, "l2", to),
    ]
    arrival = Arrival(pk=1, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/c")
    return Call.objects.get(pk=take_call(said, arrival=arrival)["call"])


def player(browser, call) -> str:
    return browser.get(reverse("recording", args=[call.pk])).content.decode()


def test_what_a_real_asterisk_recorded_lies_where_it_was_said(windows, monitor):
    """The recording was begun while it rang and holds what was said in bridges: it begins with the first word."""
    now = clock.now()
    steps = [step for step in capture("s05") if is_wanted(step.message) and call_key_of(step.message)]
    Arrival.objects.bulk_create(
        Arrival(
            received_at=now + timedelta(microseconds=number), account=CODE, connector="asterisk",
            outside_id=str(number), conversation=f"{CODE}/s05", body=step.block + END, next_try_at=now,
        )
        for number, step in enumerate(steps)
    )  # fmt: skip
    while work_off():
        pass
    call = Call.objects.whole().get()
    (row,) = list_recordings(call)
    shutil.copy(SAMPLES / "s05_attended_transfer_ami.wav", monitor / Path(row.place).name)
    os.utime(monitor / Path(row.place).name, (1, 1))
    make_due()
    fetch.fetch_due()
    found = recorded(call, list_recordings(call))
    silence, spoken = found.stretches
    assert (silence.of, spoken.of) == (None, row.pk)
    bridged = datetime.fromtimestamp(1795305406.010682, UTC) - call.started_at
    assert abs(spoken.begin - bridged / timedelta(milliseconds=1)) <= 1
    assert spoken.end - spoken.begin == 13_040
    assert abs(found.length - (call.ended_at - call.started_at) / timedelta(milliseconds=1)) < 50
