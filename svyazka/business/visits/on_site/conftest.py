"""A phone with its queue, for the tests of what it sends."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from PIL import Image

from svyazka.business.visits.on_site import in_hand, take
from svyazka.business.visits.on_site.sent import Sent
from svyazka.kit import clock


def picture(colour="red"):
    written = BytesIO()
    Image.new("RGB", (60, 40), colour).save(written, "JPEG", quality=90)
    return written.getvalue()


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


class Phone:
    """One browser with its queue. What it has put there it sends in order, until it hears what became of it."""

    def __init__(self, person, visit):
        self.person, self.id, self.last, self.queue = person, uuid4(), 0, []
        self.seen = in_hand.seen(visit, person)
        self.visit = visit.pk

    def put(self, kind, data=None, *, file=None, at=None, seen=None, of_visit=True):
        self.last += 1
        one = Sent(
            id=uuid4(),
            kind=kind,
            person=self.person.pk,
            visit=self.visit if of_visit else None,
            phone=self.id,
            number=self.last,
            at=at or clock.now(),
            data=data or {},
            seen=self.seen if seen is None and of_visit else seen or {},
        )
        self.queue.append((one, file))
        return one.id

    def send(self, *, most=50, ahead=timedelta(), hears=True):
        """With as many photos as there are in the first so many, as the page does it on a good line. → what it was
        told."""
        going = self.queue[:most]
        files = {str(one.id): file for one, file in going if file is not None}
        actions = [one for one, _file in going]
        told = take.take_all(actions, by=self.person, clock_of_phone=clock.now() + ahead, pictures=files)
        if hears:
            known = {one["id"] for one in told if one["outcome"] != "again"}
            self.queue = [(one, file) for one, file in self.queue if str(one.id) not in known]
        return told

    def send_all(self):
        told = []
        while self.queue:
            told += self.send()
        return told


@pytest.fixture
def phone(egor, visit):
    return Phone(egor, visit)
