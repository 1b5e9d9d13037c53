from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import connection

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.known import fields
from svyazka.business.deals.models import Deal, Field
from svyazka.business.journal.models import Entry
from svyazka.business.sheets import forms, sheets
from svyazka.business.sheets.conftest import WHOLE, added, put
from svyazka.business.sheets.models import Sheet, SheetSave, SheetVersion
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused


def test_what_is_filled_in_is_kept_and_counted(save):
    sheet = save(added("row-1", widths=[1200, 1200, 1220]), put("floor", None, 3))
    assert sheet.answers == {
        "openings": [{"id": "row-1", "kind": "window", "answers": {"widths": [1200, 1200, 1220]}}],
        "site": {"floor": 3},
    }
    # lift, access, wall; heights, two diagonals, sashes, photos
    assert (sheet.stops, sheet.revision) == (8, 1)
    assert Sheet.objects.get().answers == sheet.answers


def test_sent_twice_it_counts_once(save):
    request_id = uuid4()
    save(put("floor", None, 3), request_id=request_id)
    save(put("floor", 3, 4))
    again = save(put("floor", None, 3), request_id=request_id)
    assert (again.answers["site"], again.beside, again.revision) == ({"floor": 4}, [], 2)
    assert SheetSave.objects.count() == 2


def test_what_is_written_in_a_row_that_never_arrived_does_not_pass_for_stored(save):
    save(put("floor", None, 3))
    with pytest.raises(Refused):
        save(put("level", None, 2, row="row-1"))
    save(added("row-1"), put("level", None, 2, row="row-1"))
    assert Sheet.objects.get().answers["openings"][0]["answers"]["level"] == 2


def test_two_people_keep_each_others_openings(save, ilya):
    save(added("row-1", widths=[1200, 1200, 1200]))
    save(added("row-2", "door", diagonal_1=2100), by=ilya)
    both = save(put("diagonal_1", None, 1844, "row-1"))
    assert [(row["id"], row["kind"], row["answers"]) for row in both.answers["openings"]] == [
        ("row-1", "window", {"widths": [1200, 1200, 1200], "diagonal_1": 1844}),
        ("row-2", "door", {"diagonal_1": 2100}),
    ]
    assert both.beside == []


def test_two_answers_to_one_field_are_both_kept_until_somebody_chooses(save, ilya):
    save(put("floor", None, 3))
    second = save(put("floor", None, 5), by=ilya)
    assert second.answers["site"]["floor"] == 3
    assert [(one["field"], one["value"], one["by"]) for one in second.beside] == [("floor", 5, ilya.pk)]
    with pytest.raises(Refused):
        sheets.finish(second, by=ilya)
    chosen = save({**put("floor", 3, 5), "do": "settle"})
    assert (chosen.answers["site"]["floor"], chosen.beside) == (5, [])


@pytest.mark.django_db(transaction=True)
def test_at_the_same_moment_nothing_is_lost(windows, visit, form, egor, ilya):
    def one(person, row):
        try:
            for number in range(5):
                edit = added(f"{row}-{number}") if number else put("floor", None, len(row))
                sheets.save(visit, sheets.Sent(form, 1, [edit], uuid4()), by=person)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=args) for args in ((egor, "first"), (ilya, "other-one"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sheet = Sheet.objects.get()
    assert len(sheet.answers["openings"]) == 8
    assert {sheet.answers["site"]["floor"], *(one["value"] for one in sheet.beside)} == {5, 9}


@pytest.mark.parametrize(
    "edit",
    [
        put("floor", None, "five"),
        put("nothing", None, 1),
        {"do": "set", "section": "nowhere", "field": "floor", "is": 1},
        {"do": "burn", "section": "site"},
        17,
    ],
)
def test_of_what_cannot_be_nothing_is_stored(save, edit):
    with pytest.raises(Refused):
        save(put("wall", None, "brick"), edit)
    assert (Sheet.objects.count(), SheetVersion.objects.count(), SheetSave.objects.count()) == (0, 0, 0)


def test_a_version_of_the_form_that_there_is_not_is_refused(save):
    with pytest.raises(ChangedMeanwhile):
        save(put("floor", None, 1), version=7)


def test_more_rows_than_the_form_takes_are_refused(save):
    with pytest.raises(Refused):
        save(*(added(f"row-{number}") for number in range(201)))


def test_what_one_person_writes_in_one_go_is_one_version(save, ilya, monkeypatch):
    save(put("floor", None, 3))
    sheet = save(put("floor", 3, 4))
    save(put("floor", 4, 5), by=ilya)
    later = clock.now() + sheets.IN_ONE_GO * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    save(put("floor", 5, 6), by=ilya)
    assert [one.answers["site"]["floor"] for one in sheets.list_versions(sheet)] == [6, 5, 4]
    assert Entry.objects.filter(verb="sheets.written").count() == 3


def test_finished_it_says_how_many_openings_there_are(whole, save, egor):
    done = sheets.finish(whole, by=egor)
    deal = Deal.objects.get()
    assert (done.finished_by, deal.facts["openings"]) == (egor, 1)
    told = Interaction.objects.get(data__event="measured")
    assert (told.data["form"]["ru"], told.data["rows"]) == ("Лист замера", "1")
    assert Entry.objects.filter(verb="sheets.finished").count() == 1
    sheets.finish(done, by=egor)
    assert Entry.objects.filter(verb="sheets.finished").count() == 1
    # What is written later is a version of its own, and has to be finished again.
    again = save(added("row-2"))
    assert again.finished_at is None
    assert [one.is_kept for one in sheets.list_versions(again)] == [False, True]


def test_without_a_field_for_the_number_it_is_finished_all_the_same(whole, egor, anna):
    Field.objects.filter(code="openings").update(is_active=False)
    sheets.finish(whole, by=egor)
    assert "openings" not in Deal.objects.get().facts


def test_a_field_that_a_form_counts_into_says_so(form):
    assert "Лист замера" in forms.needs_field(Field.objects.get(code="openings"))[0]
    assert forms.needs_field in fields.NEEDED_ABOVE


def test_what_is_missing_stops_the_end(save, egor):
    sheet = save(added("row-1", **{**WHOLE, "photos": []}))
    with pytest.raises(Refused, match="4"):
        sheets.finish(sheet, by=egor)
    with pytest.raises(ChangedMeanwhile):
        sheets.finish(sheet, by=egor, revision=0)


def test_differences_are_told_in_words(whole, save):
    form = forms.read_version(whole.written)
    after = save(
        put("diagonal_1", 1844, 1850, "row-1"),
        put("kind", "window", "balcony", "row-1"),
        put("floor", 1, None),
        added("row-2", "door"),
        {"do": "remove", "section": "openings", "row": "row-1", "was": {}},
    )
    assert sheets.differences(form, whole.answers, after.answers) == [
        "Этаж: 1 → —",
        "1. Балконный блок, Вид: Окно → Балконный блок",
        "1. Балконный блок, Диагональ ↘: 1844 мм → 1850 мм",
        "2. Дверь: добавлено",
    ]
    assert after.beside[0]["field"] == ""


def test_the_list_of_a_deal_asks_the_same_for_one_and_for_many(save, visit, form, django_assert_num_queries):
    save(put("floor", None, 3))
    with django_assert_num_queries(1):
        assert [(one.form, one.visit, one.by.login) for one in sheets.list_of_deal(visit.deal_id)] == [
            (form, visit, "egor")
        ]


def test_old_saves_are_forgotten(save, monkeypatch):
    save(put("floor", None, 3))
    sheets.forget_old_saves()
    assert SheetSave.objects.count() == 1
    later = clock.now() + sheets.REMEMBERED * 2
    monkeypatch.setattr(clock, "now", lambda: later)
    sheets.forget_old_saves()
    assert SheetSave.objects.count() == 0
