from __future__ import annotations

import json
import re
from html import unescape
from uuid import uuid4

import pytest

from svyazka.business.visits import drawings
from svyazka.business.visits.models import VisitPhoto
from svyazka.engines.drawings.test_read import ARROW, PEN, SIZE, TEXT
from svyazka.kit import clock


@pytest.fixture
def photo(visit, egor):
    return VisitPhoto.objects.create(visit=visit, by=egor, at=clock.now(), request_id=uuid4(), file="visits/x.jpg")


def drawn(page):
    (given,) = re.findall(r'<photo-drawing data-given="([^"]*)"', page.content.decode())
    return json.loads(unescape(given)) if given else None


def test_the_office_sees_what_was_drawn_and_what_was_drawn_before(enter, roza, photo, egor):
    page = f"/visits/photos/{photo.pk}/"
    assert drawn(enter(roza).get(page)) is None
    drawings.draw(photo, {**SIZE, "shapes": [PEN]}, by=egor)
    drawings.draw(photo, {**SIZE, "shapes": [PEN, ARROW]}, by=egor)
    assert drawn(enter(roza).get(page)) == {"number": 2, **SIZE, "shapes": [PEN, ARROW]}
    assert drawn(enter(roza).get(page, {"version": "1"}))["shapes"] == [PEN]
    assert drawn(enter(roza).get(page, {"version": "nonsense"}))["number"] == 2


def test_words_in_a_drawing_are_no_markup(enter, roza, photo, egor):
    drawings.draw(photo, {**SIZE, "shapes": [{**TEXT, "text": '"><script>alert(1)</script>'}]}, by=egor)
    for page in (f"/visits/photos/{photo.pk}/", f"/visits/{photo.visit_id}/"):
        assert "<script>alert" not in enter(roza).get(page).content.decode()


def test_the_panel_of_the_visit_shows_it_too(enter, roza, photo, visit, egor):
    drawings.draw(photo, {**SIZE, "shapes": [PEN]}, by=egor)
    assert drawn(enter(roza).get(f"/visits/{visit.pk}/"))["shapes"] == [PEN]


def test_nobody_else_sees_it(enter, ilya, photo):
    assert enter(ilya).get(f"/visits/photos/{photo.pk}/").status_code == 404
