from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from svyazka.business.agreements import agreeing, content, terms
from svyazka.business.agreements.conftest import DRAWN
from svyazka.business.agreements.models import Agreement
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal, Task
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.sheets.conftest import added, put
from svyazka.business.visits import booking
from svyazka.business.visits.on_site.kinds import SetBeside
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def test_exactly_what_was_shown_is_kept(agree, given, whole, form, anna, visit):
    terms.change(form, {"ru": "Гарантия 5 лет.", "en": "Five years of guarantee."}, by=anna)
    data = given(besides="Подоконники белые")
    terms.change(form, {"ru": "Гарантии нет."}, by=anna)
    made = agree(data=data)
    made.refresh_from_db()
    assert made.content["terms"] == "Гарантия 5 лет."
    assert made.content["besides"] == "Подоконники белые"
    assert made.content["address"] == visit.address
    assert made.content["answers"] == data["answers"]
    assert (made.name, made.strokes, made.way) == ("Вера Павлова", DRAWN, "glass")
    assert (made.title, made.digest, made.revision) == (f"{visit.deal_id}-1", data["digest"], whole.revision)
    assert len(made.code) == 9


def test_in_the_clients_language(given, agree, form, anna):
    terms.change(form, {"ru": "Гарантия.", "en": "Guarantee."}, by=anna)
    made = agree(data=given(language="en"))
    assert (made.language, made.content["terms"], made.content["work"]) == ("en", "Guarantee.", "Measurement")


def test_sent_twice_it_is_signed_once(agree, given):
    number, data = uuid4(), given()
    assert agree(request_id=number, data=data) == agree(request_id=number, data=data)
    assert Agreement.objects.count() == 1


def test_what_was_changed_meanwhile_is_set_beside(agree, given, save, ilya):
    data = given()
    save(put("floor", 1, 9), by=ilya)
    with pytest.raises(SetBeside) as both:
        agree(data=data)
    assert "9" in both.value.theirs
    assert not Agreement.objects.exists()


def test_whoever_insists_keeps_what_the_client_has_signed(agree, given, save, ilya):
    data = given()
    save(put("floor", 1, 9), by=ilya)
    made = agree(data=data, insists=True)
    assert made.content["answers"]["site"]["floor"] == 1
    assert len(agreeing.changed_since(made)) == 1


def test_after_it_a_change_is_not_agreed(agree, save):
    made = agree()
    assert agreeing.changed_since(made) == []
    save(added("row-2", widths=[900, 900, 900]), put("floor", 1, 2))
    again = Agreement.objects.get(pk=made.pk)
    told = agreeing.changed_since(again)
    assert len(told) == 2
    assert any("добавлен" in one for one in told)


def test_a_new_one_takes_the_place_of_the_old_one_and_both_are_kept(agree, save):
    first = agree()
    save(put("wall", "brick", "wood"))
    second = agree()
    first.refresh_from_db()
    assert (first.is_current, second.is_current, second.number) == (False, True, 2)
    assert first.content["answers"]["site"]["wall"] == "brick"


def test_the_database_holds_that_one_is_current(agree):
    first = agree()
    agree()
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.filter(pk=first.pk).update(is_current=True)


def test_something_that_is_missing_cannot_be_agreed_on(agree, given):
    answers = {**given()["answers"], "openings": []}
    with pytest.raises(Refused, match="Не хватает"):
        agree(data=given(answers=answers))


def test_what_two_people_disagree_on_is_not_agreed_on(agree, offered, save, ilya):
    save(put("floor", None, 9), by=ilya)
    for ask in (agree, offered):
        with pytest.raises(Refused, match="Двое ответили по-разному"):
            ask()
    assert not Agreement.objects.exists()
    assert agree(insists=True).is_signed


NONSENSE = [
    {"seal": "x"},
    {"seal": 7},
    {"digest": "0" * 64},
    {"answers": None, "digest": "x"},
    {"answers": {"nothing": 1}},
    {"revision": "1"},
    {"revision": -1},
    {"besides": 7},
    {"besides": "х" * 2_001},
    {"name": " "},
    {"name": 7},
    {"name": "х" * 201},
    {"agrees": "yes"},
    {"strokes": []},
    {"strokes": "x"},
]


@pytest.mark.parametrize("bad", NONSENSE)
def test_nonsense_is_refused_in_words(agree, given, bad):
    with pytest.raises(Refused):
        agree(data=given(**bad))
    assert not Agreement.objects.exists()


def test_nobody_agrees_to_what_was_shown_of_another_visit(given, visit, form, agree, whole):
    sealed = content.sealed({"terms": "x"}, type(visit)(pk=visit.pk + 1), whole.written)
    with pytest.raises(Refused):
        agree(data=given(seal=sealed))


def test_the_client_thinks_it_over(visit, form, egor, given, mikhail):
    visit.deal.responsible = mikhail
    visit.deal.save()
    shown = agreeing.read_shown(visit, form, given("thinks"))
    number = uuid4()
    for _twice in range(2):
        made = agreeing.think(visit, shown, note="посоветуется с мужем", request_id=number, by=egor)
    assert (made.outcome, made.is_current, made.paper, made.try_at) == ("thinks", False, "none", None)
    assert Task.objects.filter(deal=visit.deal, what__contains=made.title).count() == 1
    assert Notice.objects.filter(person=mikhail, kind="agreement.thinks").count() == 1


def test_that_he_thinks_it_over_may_come_late(visit, form, egor, given):
    shown = agreeing.read_shown(visit, form, given("thinks"))
    agreeing.think(visit, shown, note="", request_id=uuid4(), by=egor, at=clock.now() - timedelta(days=5))
    due_at = Task.objects.get(deal=visit.deal, what__contains=Agreement.objects.get().title).due_at
    assert timedelta() < due_at - clock.now() <= timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcome", ["signed", "offered", "thinks"])
def test_tapped_at_the_same_moment_it_is_one(visit, form, whole, given, egor, outcome):
    data, number, told = given(outcome), uuid4(), []
    shown, together = agreeing.read_shown(visit, form, data), threading.Barrier(4)
    verbs = {
        "signed": lambda **how: agreeing.sign(visit, shown, agreeing.read_signature(data), **how),
        "offered": lambda **how: agreeing.offer(visit, shown, **how),
        "thinks": lambda **how: agreeing.think(visit, shown, note="", **how),
    }

    def tap():
        try:
            connection.ensure_connection()
            together.wait(10)
            told.append(verbs[outcome](request_id=number, by=egor).pk)
        except IntegrityError as fault:
            told.append(fault)
        finally:
            connection.close()

    taps = [threading.Thread(target=tap) for _one in range(4)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert told == [Agreement.objects.get().pk] * 4


def test_it_stands_in_the_journal_and_in_the_history(agree, visit, mikhail):
    visit.deal.responsible = mikhail
    visit.deal.save()
    made = agree()
    assert Entry.objects.filter(verb="agreements.signed", object_id=made.pk).count() == 1
    told = Interaction.objects.filter(deal_id=visit.deal_id, data__event="agreement_signed")
    assert [one.data["number"] for one in told] == [made.title]
    assert Notice.objects.filter(person=mikhail, kind="agreement.signed").count() == 1


def test_signed_by_link(offered):
    made = offered()
    signature = agreeing.Signature("Вера", DRAWN)
    for _twice in range(2):
        signed = agreeing.sign_by_link(made, signature)
    assert (signed.outcome, signed.way, signed.is_current, signed.letter) == ("signed", "link", True, "waiting")
    assert Entry.objects.filter(verb="agreements.signed_by_link").count() == 1


def test_by_link_nobody_signs_what_was_changed_since(offered, save):
    made = offered()
    save(put("floor", 1, 2))
    with pytest.raises(agreeing.Closed):
        agreeing.sign_by_link(made, agreeing.Signature("Вера", DRAWN))
    assert Agreement.objects.get().outcome == "offered"


def test_by_link_nobody_signs_what_there_is_a_newer_one_of(offered):
    first, _second = offered(), offered()
    with pytest.raises(agreeing.Closed):
        agreeing.sign_by_link(first, agreeing.Signature("Вера", DRAWN))


def _lost(visit, by):
    lost = visit.deal.pipeline.stages.filter(kind="lost").first()
    Deal.objects.filter(pk=visit.deal_id).update(stage=lost, closed_at=clock.now())


def _called_off(visit, by):
    booking.cancel(visit, reason="Передумали", by=by)


@pytest.mark.parametrize("end", [_lost, _called_off])
def test_by_link_nobody_signs_what_has_come_to_its_end(offered, visit, olga, end):
    made = offered()
    end(visit, olga)
    with pytest.raises(agreeing.Closed, match="больше не действует"):
        agreeing.sign_by_link(made, agreeing.Signature("Вера", DRAWN))
    assert Agreement.objects.get().outcome == "offered"


def test_terms_are_tidied_and_not_endless(form, anna):
    terms.change(form, {"ru": "Одно. \r\n\r\n\r\n\r\nДругое.\x00", "en": " "}, by=anna)
    assert terms.of(form) == {"ru": "Одно.\n\nДругое."}
    with pytest.raises(Refused) as refusal:
        terms.change(form, {"en": "x" * 10_001}, by=anna)
    assert list(refusal.value.fields) == ["en"]
    terms.change_details("ООО «Окна»  \nИНН 7700000000", by=anna)
    assert terms.details() == "ООО «Окна»\nИНН 7700000000"
    assert Entry.objects.filter(verb="agreements.letterhead_changed").count() == 1
