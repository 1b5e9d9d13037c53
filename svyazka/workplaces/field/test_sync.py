from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from svyazka.business.deals.work import tasks
from svyazka.business.visits.models import Action, Visit, VisitPhoto
from svyazka.business.visits.on_site import in_hand
from svyazka.kit import clock


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


def picture(colour="red"):
    written = BytesIO()
    Image.new("RGB", (40, 30), colour).save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def one(visit, egor):
    def make(kind="status", data=None, **given):
        row = {"id": str(uuid4()), "kind": kind, "person": egor.pk, "visit": visit.pk, "phone": str(uuid4())}
        row |= {"number": 1, "at": clock.now().isoformat(), "data": data or {"status": "on_way"}}
        return {**row, "seen": in_hand.seen(visit, egor), **given}

    return make


def send(client, *actions, clock_of_phone=None):
    body = {"clock": clock_of_phone or clock.now().isoformat(), "actions": list(actions)}
    return client.post("/field/sync/", json.dumps(body), content_type="application/json")


def test_who_is_here_and_what_time_it_is(enter, egor):
    said = enter(egor).get("/field/sync/").json()
    assert (said["person"], bool(said["token"]), bool(said["now"])) == (egor.pk, True, True)


def test_actions_arrive_and_a_repeat_is_told_the_same(enter, egor, visit, one):
    came_in, actions = enter(egor), [one(), one(data={"status": "started"}, number=2)]
    first = send(came_in, *actions).json()["outcomes"]
    assert [said["outcome"] for said in first] == ["done", "done"]
    assert send(came_in, *actions).json()["outcomes"] == first
    assert Visit.objects.get().status == "started"


def test_a_photo_of_a_page_from_before_arrives_to_the_byte(enter, egor, visit, one):
    came_in, action = enter(egor), one("photo")
    for _twice in range(2):
        given = {"action": json.dumps(action), "clock": clock.now().isoformat()}
        given["photo"] = SimpleUploadedFile("photo.jpg", picture(), content_type="image/jpeg")
        assert came_in.post("/field/sync/photos/", given).json()["outcomes"][0]["outcome"] == "done"
    assert VisitPhoto.objects.get().file.read() == picture()


def send_with_files(client, *actions, **pictures):
    batch = json.dumps({"clock": clock.now().isoformat(), "actions": list(actions)})
    files = {name: SimpleUploadedFile("photo.jpg", content) for name, content in pictures.items()}
    return client.post("/field/sync/photos/", {"batch": batch, **files})


def test_several_photos_come_with_what_was_done_between_them(enter, egor, visit, one):
    came_in, photos = enter(egor), [one("photo", number=number) for number in (2, 4)]
    between = [one(), one("note", {"text": "между"}, number=3), one(data={"status": "started"}, number=5)]
    shots = {photo["id"]: picture(colour) for photo, colour in zip(photos, ("red", "blue"), strict=True)}
    for _twice in range(2):
        told = send_with_files(came_in, *between, *photos, **shots).json()["outcomes"]
        assert [(row["id"], row["outcome"]) for row in told] == [
            (row["id"], "done") for row in sorted([*between, *photos], key=lambda row: row["number"])
        ]
    assert {str(row.request_id): row.file.read() for row in VisitPhoto.objects.all()} == shots
    assert list(Action.objects.order_by("came_at").values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_a_photo_that_is_none_does_not_keep_what_comes_with_it(enter, egor, visit, one):
    bad, missing, good = (one("photo", number=number) for number in (1, 2, 3))
    note, shots = one("note", {"text": "целый"}, number=4), {bad["id"]: b"no picture", good["id"]: picture()}
    told = send_with_files(enter(egor), bad, missing, good, note, **shots, stranger=picture()).json()["outcomes"]
    assert [row["outcome"] for row in told] == ["refused", "refused", "done", "done"]
    assert (VisitPhoto.objects.count(), Visit.objects.get().report) == (1, "целый")


@pytest.mark.parametrize("batch", ["", "[]", "{", '{"actions": 1}', '{"clock": "x", "actions": []}'])
def test_nonsense_with_photos_is_said_to_be_that(enter, egor, batch):
    answer = enter(egor).post("/field/sync/photos/", {"batch": batch})
    assert (answer.status_code, "words" in answer.json()) == (400, True)


BAD_BODIES = [b"", b"[]", b"{", b'{"actions": 1}', b'{"actions": []}', b'{"clock": "x", "actions": []}', b"[" * 5000]


@pytest.mark.parametrize("body", BAD_BODIES)
def test_nonsense_is_said_to_be_that(enter, egor, body):
    answer = enter(egor).post("/field/sync/", body, content_type="application/json")
    assert (answer.status_code, "words" in answer.json()) == (400, True)


BAD_PARTS = [
    {"id": "x"},
    {"id": 7},
    {"kind": 1},
    {"kind": "no word"},
    {"person": "1"},
    {"visit": 2**70},
    {"visit": True},
    {"number": 0},
    {"at": "yesterday"},
    {"at": "2026-01-01T10:00:00"},
    {"at": "0001-01-01T00:00:00+14:00"},
    {"data": []},
    {"data": {"text": "\x00"}},
    {"data": {"text": "\ud800"}},
    {"data": {"text": "а" * 310_000}},
    {"seen": 1},
]


@pytest.mark.parametrize("part", BAD_PARTS)
def test_one_that_cannot_be_read_does_not_keep_the_others(enter, egor, visit, one, part):
    outcomes = send(enter(egor), one("note", {"text": "целый"}), {**one("note"), **part}).json()
    said = sorted(each["outcome"] for each in outcomes["outcomes"])
    assert (said, Visit.objects.get().report) == (["done", "refused"], "целый")


BAD_DATA = [
    ("status", {"status": 5}),
    ("status", {"status": ["done"]}),
    ("taking_back", {"from": None}),
    ("note", {"text": None}),
    ("note", {"text": "x" * 5001}),
    ("delay", {"minutes": None}),
    ("delay", {"minutes": True}),
    ("delay", {"minutes": 1e300}),
    ("delay", {"minutes": "²"}),
    ("delay", {"minutes": 10**30}),
    ("photo", {}),
    ("photo_removal", {"photo": []}),
    ("photo_removal", {"photo": -1}),
    ("no_such_kind", {}),
    ("break", {}),
    ("tick", {"point": ["x"], "on": True}),
    ("not_done", {"reason": {"x": 1}, "text": None}),
    ("presence", {"who": [1, None], "mark": "here"}),
    ("hand_over", {"taker": [], "why": 7}),
    ("sheet_end", {"form": [], "revision": "x"}),
    ("absence", {}),
    ("task", {"task": "1"}),
]


@pytest.mark.parametrize(("kind", "data"), BAD_DATA)
def test_nonsense_of_a_kind_is_refused_in_words_for_good(enter, egor, visit, one, kind, data):
    (said,) = send(enter(egor), one(kind, {"x": 1} | data)).json()["outcomes"]
    assert (said["outcome"], bool(said["words"])) == ("refused", True)
    assert Action.objects.get().outcome == "refused"
    assert Visit.objects.get().version == 1


def test_what_is_of_no_visit_comes_in_the_same_batch(enter, egor, visit, one, olga):
    task = tasks.plan(None, "Сдать инструмент", due_at=clock.now() + timedelta(hours=1), person=egor, by=olga)
    own = {"visit": 0, "seen": {}}
    actions = [one(), one("task", {"task": str(task.pk)}, number=2, **own), one("nonsense", number=3, **own)]
    said = send(enter(egor), *actions).json()["outcomes"]
    assert [each["outcome"] for each in said] == ["done", "done", "refused"]
    task.refresh_from_db()
    assert task.done_by == egor


def test_too_much_at_once_is_refused(enter, egor, one):
    assert send(enter(egor), *[one() for _number in range(51)]).status_code == 400
    large = b'{"actions": [], "clock": "' + b"x" * 3_000_000 + b'"}'
    answer = enter(egor).post("/field/sync/", large, content_type="application/json")
    assert (answer.status_code, "words" in answer.json()) == (413, True)


def test_the_work_of_whoever_used_the_phone_before_is_not_taken_for_ones_own(enter, ilya, visit, one):
    (said,) = send(enter(ilya), one()).json()["outcomes"]
    assert (said["outcome"], Action.objects.count()) == ("refused", 0)


def test_without_a_session_nothing_is_taken(client, visit, one):
    assert send(client, one()).status_code == 302
    assert Action.objects.count() == 0


def test_the_office_sends_nothing_here(enter, olga, one):
    assert send(enter(olga), one()).status_code == 403


def test_many_photos_cost_no_more_statements_each(enter, egor, visit, one, django_assert_max_num_queries):
    came_in = enter(egor)
    send(came_in, one("note", {"text": "0"}))
    actions = [one("note", {"text": str(number)}, number=number + 2) for number in range(20)]
    with django_assert_max_num_queries(1 + 20 * 24):
        send(came_in, *actions)
