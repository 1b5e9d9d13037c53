from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.personal_data import erasing
from svyazka.business.personal_data.erasing import Wanted
from svyazka.business.personal_data.models import Backup, Erasure
from svyazka.kit import clock

PAGE = "/office/erasures/"


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    settings.ERASED_LIST = tmp_path / "erased.jsonl"
    return tmp_path


@pytest.fixture
def erased(vera, roza) -> Erasure:
    asked = erasing.ask(vera, Wanted(typed=str(vera.pk), ground="demanded"), by=roza)
    while erasing.go_on():
        pass
    asked.refresh_from_db()
    return asked


def test_act_and_journal_are_fetched_and_that_stands_in_the_journal(enter, anna, erased):
    page = enter(anna)
    act = page.get(f"{PAGE}{erased.pk}/act/")
    assert b"".join(act.streaming_content).startswith(b"%PDF-")
    assert act.headers["Content-Type"] == "application/pdf"
    log = b"".join(page.get(f"{PAGE}{erased.pk}/journal/").streaming_content).decode("utf-8-sig")
    assert "Вера" not in log
    assert log.splitlines()[0] == "Когда;Событие;Кто;Чьи данные;Категория;Записей;Система;Причина"
    assert Entry.objects.filter(verb="personal_data.act_downloaded", by_id=anna.pk).count() == 2


def test_an_act_that_is_not_there_is_said(enter, anna, erased, place):
    (place / erased.act.name).unlink()
    assert enter(anna).get(f"{PAGE}{erased.pk}/act/").status_code == 422
    assert enter(anna).get(f"{PAGE}999999/act/").status_code == 404


def test_archives_from_before_are_named_until_somebody_says_that_they_are_gone(enter, anna, roza, erased, place):
    before, later = clock.now() - timedelta(days=3), clock.now() + timedelta(minutes=1)
    first, second = (Backup.objects.create(made_at=before, place=str(place / name)) for name in ("1.tar", "2.tar"))
    Backup.objects.create(made_at=later, place=str(place / "3.tar"))
    (place / "1.tar").write_bytes(b"an archive")
    page = enter(anna)
    assert [one.pk for one in page.get(PAGE).context["rows"][0]["holding"]] == [second.pk, first.pk]
    assert page.post(f"{PAGE}archives/{first.pk}/absence/").status_code == 422
    (place / "1.tar").unlink()
    page.post(f"{PAGE}archives/{second.pk}/absence/")
    assert not Notice.objects.filter(kind="erased.everywhere").exists()
    page.post(f"{PAGE}archives/{first.pk}/absence/")
    page.post(f"{PAGE}archives/{first.pk}/absence/")
    [told] = Notice.objects.filter(kind="erased.everywhere")
    assert (told.person_id, told.client_id) == (roza.pk, erased.client_id)
    assert page.get(PAGE).context["rows"][0]["holding"] == []
    assert f"№ {erased.client_id} больше нет ни в одном архиве" in enter(roza).get("/notices/").content.decode()


def test_what_was_stopped_is_tried_again(enter, anna, erased):
    Erasure.objects.update(state="failed", ended_at=None)
    page = enter(anna)
    assert "остановлено из-за сбоя" in page.get(PAGE).content.decode()
    page.post(f"{PAGE}{erased.pk}/again/")
    assert Erasure.objects.get().state == "waiting"


def test_it_is_the_heads_and_the_administrators(enter, olga, konstantin, erased):
    for person in (olga, konstantin):
        for path in ("", f"{erased.pk}/act/", f"{erased.pk}/journal/"):
            assert enter(person).get(PAGE + path).status_code == 403


def test_as_many_questions_for_thirty_as_for_one(enter, anna, erased, django_assert_num_queries):
    page = enter(anna)
    page.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        page.get(PAGE)
    for number in range(29):
        at = clock.now() - timedelta(days=number + 1)
        Erasure.objects.create(
            client_id=erased.client_id, numbers=[1], asked_by=erased.asked_by, asked_at=at, ended_at=at, state="done",
            ground="demanded",
        )  # fmt: skip
        Backup.objects.create(made_at=at, place=f"/srv/{number}.tar")
    with django_assert_num_queries(len(one)):
        assert len(page.get(PAGE).context["rows"]) == 30
