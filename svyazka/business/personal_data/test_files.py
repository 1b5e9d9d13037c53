from __future__ import annotations

import json
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls.models import Call, Recording
from svyazka.business.clients import history
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.consents import giving
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.merging import merge
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.models import Entry
from svyazka.business.personal_data import collecting, files
from svyazka.business.personal_data.models import DataFile
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def read(made: DataFile) -> tuple[dict[str, list[dict[str, object]]], str]:
    with made.file.open("rb") as content, ZipFile(content) as archive:
        assert archive.namelist() == ["data.json", "data.html"]
        return json.loads(archive.read("data.json")), archive.read("data.html").decode()


def ordered(client: Client, by) -> DataFile:
    given = files.ask(client, by=by)
    assert files.go_on()
    return DataFile.objects.get(pk=given.pk)


def test_all_that_is_known_of_him_and_nothing_of_anybody_else(vera, anna, olga):
    other = Client.objects.create(name="Пётр Сидоров")
    history.note(other.pk, "Чужая заметка", deal_id=None, by=olga)
    gone = Client.objects.create(name="Верочка")
    ContactPoint.objects.create(client=gone, kind="email", value="vera@example.com")
    merge(vera, gone, by=olga)
    deal = open_deal(vera, by=olga)
    history.note(vera.pk, "<b>Собака</b> во дворе", deal_id=deal.pk, by=olga)
    giving.give(vera, "processing", source="paper", by=olga)
    at = clock.now()
    call = Call.objects.create(started_at=at, pbx_code="lab", key="1", client_id=vera.pk, client_number="+79161234567")
    Recording.objects.create(call_id=call.pk, call_started_at=at, pbx_code="lab", place="a.wav", milliseconds=1000)
    made = ordered(vera, anna)
    known, page = read(made)
    assert known["about"]["clients"] == [vera.pk, gone.pk]
    assert [one["name"] for one in known["clients.Client"]] == ["Верочка", "Верочка"]
    assert [one["value"] for one in known["clients.Trait"] if one["kind"] == "name"] == ["Вера Павлова"]
    assert [one["value"] for one in known["clients.ContactPoint"]] == ["+79161234567", "vera@example.com"]
    assert [one["id"] for one in known["deals.Deal"]] == [deal.pk]
    assert [one["source"] for one in known["consents.ClientConsent"]] == ["paper"]
    assert [one["client_number"] for one in known["calls.Call"]] == ["+79161234567"]
    assert [one["milliseconds"] for one in known["calls.Recording"]] == [1000]
    assert {"clients.noted", "clients.merged", "consents.given"} <= {one["verb"] for one in known["journal.Entry"]}
    assert made.rows == sum(len(rows) for name, rows in known.items() if name != "about")
    assert ("&lt;b&gt;Собака&lt;/b&gt; во дворе" in page, "Чужая" in page, "Сидоров" in page) == (True, False, False)
    assert "Способы связи" in page


def test_what_he_wrote_is_there_word_for_word(windows, anna):
    Arrival.objects.create(
        received_at=clock.now(), next_try_at=clock.now(), account="web_form/okna", connector="web_form",
        outside_id="1", conversation="1", headers={"content-type": "application/json"},
        body='{"phone": "+79161234567", "comment": "Два окна"}'.encode(),
    )  # fmt: skip
    work_off()
    known, _page = read(ordered(Client.objects.get(), anna))
    assert [json.loads(one["body"])["comment"] for one in known["intake.Arrival"]] == ["Два окна"]


def test_a_second_click_asks_for_nothing_new(vera, anna, roza):
    assert files.ask(vera, by=anna).pk == files.ask(vera, by=anna).pk
    assert files.ask(vera, by=roza).asked_by == roza
    assert DataFile.objects.count() == 2


def test_only_whoever_has_asked_takes_it_and_each_time_is_written_down(vera, anna, roza):
    made = ordered(vera, anna)
    for _time in range(2):
        with files.take(made, by=anna) as content:
            assert content.read(2) == b"PK"
    with pytest.raises(Refused):
        files.take(made, by=roza)
    assert list(Entry.objects.filter(kind="client").order_by("id").values_list("verb", "by_id")) == [
        ("personal_data.asked", anna.pk),
        ("personal_data.made", anna.pk),
        ("personal_data.downloaded", anna.pk),
        ("personal_data.downloaded", anna.pk),
    ]


def test_after_a_day_it_is_gone(vera, anna, place):
    made = ordered(vera, anna)
    files.forget_old()
    assert len(list(place.rglob("*.zip"))) == 1
    DataFile.objects.update(asked_at=clock.now() - timedelta(days=1, minutes=1))
    files.forget_old()
    made.refresh_from_db()
    assert (made.state, list(place.rglob("*.zip"))) == ("gone", [])
    with pytest.raises(Refused):
        files.take(made, by=anna)


def test_what_cannot_be_made_is_given_up_and_holds_nobody_up(vera, anna, monkeypatch):
    def fails(*_given, **_named):
        raise OSError("disk")

    monkeypatch.setattr(collecting, "write", fails)
    given = files.ask(vera, by=anna)
    for _try in range(files.MOST_TRIES):
        with pytest.raises(OSError):
            files.go_on()
    assert files.go_on()
    given.refresh_from_db()
    assert (given.state, files.go_on()) == ("failed", False)


def test_as_many_questions_for_thirty_events_as_for_one(vera, anna, olga, tmp_path, django_assert_num_queries):
    history.note(vera.pk, "Первая", deal_id=None, by=olga)
    with CaptureQueriesContext(connection) as one:
        collecting.write(vera.pk, tmp_path / "1.zip", workshop=tmp_path)
    for number in range(29):
        history.note(vera.pk, f"Заметка {number}", deal_id=None, by=olga)
    with django_assert_num_queries(len(one)):
        collecting.write(vera.pk, tmp_path / "30.zip", workshop=tmp_path)
