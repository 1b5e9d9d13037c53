from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import drawings, findings
from svyazka.business.visits.models import Action, PhotoDrawing, VisitPhoto
from svyazka.business.visits.on_site import beside
from svyazka.business.visits.on_site.conftest import Phone, files, picture  # noqa: F401
from svyazka.engines.drawings.test_read import ARROW, MEASURE, PEN, SIZE, TEXT
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

DRAWN = {**SIZE, "shapes": [PEN, MEASURE, TEXT]}


@pytest.fixture
def photo(visit, egor):
    return VisitPhoto.objects.create(visit=visit, by=egor, at=clock.now(), request_id=uuid4(), file="visits/x.jpg")


@pytest.fixture
def phone(visit, egor):
    return Phone(egor, visit)


def on(photo, *shapes, over=0):
    return {"photo": str(photo.request_id), "over": over, "drawing": {**SIZE, "shapes": [dict(one) for one in shapes]}}


def test_each_change_is_a_version_and_the_photo_stays(photo, egor):
    drawings.draw(photo, DRAWN, by=egor)
    drawings.draw(photo, {**SIZE, "shapes": [ARROW]}, by=egor)
    assert [(one.number, one.content["shapes"]) for one in drawings.list_versions(photo)] == [
        (2, [ARROW]),
        (1, [PEN, MEASURE, TEXT]),
    ]
    assert [one.changes for one in Entry.objects.filter(verb="visits.drawn").order_by("id")] == [
        {"drawing": [None, 1]},
        {"drawing": [1, 2]},
    ]
    photo.refresh_from_db()
    assert photo.file.name == "visits/x.jpg"


def test_the_same_again_and_nothing_at_all_are_no_versions(photo, egor):
    drawings.draw(photo, {**SIZE, "shapes": []}, by=egor)
    assert not PhotoDrawing.objects.exists()
    drawings.draw(photo, DRAWN, by=egor)
    drawings.draw(photo, DRAWN, by=egor)
    assert drawings.draw(photo, {**SIZE, "shapes": []}, by=egor).number == 2


def test_bad_data_is_refused_in_our_words_and_nothing_is_stored(photo, egor):
    with pytest.raises(Refused, match="миллиметров"):
        drawings.draw(photo, {**SIZE, "shapes": [PEN, {**MEASURE, "mm": -1}]}, by=egor)
    assert not PhotoDrawing.objects.exists()


def test_not_without_end(photo, egor):
    for number in range(drawings.MOST_VERSIONS):
        drawings.draw(photo, {**SIZE, "shapes": [{**MEASURE, "mm": number + 1}]}, by=egor)
    with pytest.raises(Refused):
        drawings.draw(photo, DRAWN, by=egor)


def test_the_newest_of_many_photos_are_one_question(visit, egor, django_assert_num_queries):
    photos = [
        VisitPhoto.objects.create(visit=visit, by=egor, at=clock.now(), request_id=uuid4()) for _number in range(30)
    ]
    for photo in photos[:10]:
        drawings.draw(photo, DRAWN, by=egor)
        drawings.draw(photo, {**SIZE, "shapes": [ARROW]}, by=egor)
    with django_assert_num_queries(1):
        found = drawings.newest_of(photos)
    assert {one.number for one in found.values()} == {2}
    assert len(found) == 10


def test_drawn_without_signal_it_comes_after_its_photo(phone, visit, egor):
    number = phone.put("photo", file=picture())
    phone.put("drawing", {"photo": str(number), "over": 0, "drawing": DRAWN})
    told = phone.send_all()
    assert [one["outcome"] for one in told] == ["done", "done"]
    assert told[1]["answer"] == {"photo": str(number), "number": 1}
    assert visit.photos.get().drawings.get().content == DRAWN


def test_sent_twice_it_counts_once(phone, photo):
    phone.put("drawing", on(photo, PEN))
    first = phone.send(hears=False)
    assert phone.send() == first
    assert photo.drawings.count() == 1


@pytest.mark.parametrize("spoiled", ["photo", "drawing", "shape"])
def test_nonsense_from_a_phone_is_refused_in_words(phone, photo, spoiled):
    data = on(photo, PEN)
    if spoiled == "photo":
        data["photo"] = str(uuid4())
    elif spoiled == "drawing":
        data["drawing"] = "<svg onload=alert(1)>"
    else:
        data["drawing"]["shapes"][0]["points"] = [1]
    phone.put("drawing", data)
    (told,) = phone.send()
    assert (told["outcome"], bool(told["words"])) == ("refused", True)
    assert not PhotoDrawing.objects.exists()


def test_what_a_colleague_drew_meanwhile_is_kept_until_somebody_chooses(phone, photo, visit, egor, anna, dina):
    drawings.draw(photo, DRAWN, by=anna)
    phone.put("drawing", on(photo, ARROW))
    (told,) = phone.send()
    assert (told["outcome"], drawings.newest(photo).by) == ("beside", anna)
    assert "Анна Власова" in Action.objects.get().theirs["text"]
    beside.take(visit, egor, by=dina)
    assert [(one.number, one.by, one.content["shapes"]) for one in drawings.list_versions(photo)][0] == (
        2,
        egor,
        [ARROW],
    )


def test_who_saw_it_draws_on_top_of_it(phone, photo, anna):
    drawings.draw(photo, DRAWN, by=anna)
    phone.put("drawing", on(photo, *DRAWN["shapes"], ARROW, over=1))
    (told,) = phone.send()
    assert told["answer"]["number"] == 2


def test_a_removed_photo_takes_its_drawings_along(photo, egor):
    drawings.draw(photo, DRAWN, by=egor)
    findings.remove_photo(photo, by=egor)
    assert not PhotoDrawing.objects.exists()
