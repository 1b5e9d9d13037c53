from __future__ import annotations

import threading

import pytest
from django.db import connection

from svyazka.business.journal.models import Entry
from svyazka.business.staff import hire
from svyazka.business.staff.models import Department, Person, Session
from svyazka.business.staff.sessions import SessionStore
from svyazka.kit.refusals import Refused

PHRASE = "quite a long phrase"


def log_in(person):
    from django.contrib.auth import SESSION_KEY

    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store.save()


def hire_nina(by, **more):
    given = {"login": " Nina ", "full_name": "Нина  Котова", "role": "operator", "password": PHRASE, **more}
    return hire.hire(**given, by=by)


def test_who_is_hired_can_log_in(anna):
    nina = hire_nina(anna, phone="8 916 000-11-22", extension="150")
    assert (nina.login, nina.full_name, nina.phone) == ("nina", "Нина Котова", "+79160001122")
    assert nina.check_password(PHRASE)
    entry = Entry.objects.get(verb="staff.hired")
    assert (entry.by_id, entry.object_id, entry.changes) == (anna.pk, nina.pk, {"role": ["", "operator"]})
    assert PHRASE not in str(entry.changes) + entry.note


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"login": "olga"}, "login"),
        ({"login": "нина"}, "login"),
        ({"full_name": "  "}, "full_name"),
        ({"role": "king"}, "role"),
        ({"phone": "12"}, "phone"),
        ({"extension": "101"}, "extension"),
        ({"extension": "abc"}, "extension"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "nina-kotova", "login": "nina-kotova"}, "password"),
    ],
)
def test_what_cannot_be_is_named(anna, given, field):
    with pytest.raises(Refused) as refusal:
        hire_nina(anna, **given)
    assert list(refusal.value.fields) == [field]
    assert not Person.objects.filter(full_name="Нина Котова").exists()


def test_a_change_says_from_which_value_to_which(anna, olga):
    sales = Department.objects.get(code="sales")
    hire.change(olga, by=anna, full_name="Ольга Белова-Ким", department=sales, extension="101")
    entry = Entry.objects.get(verb="staff.changed")
    assert entry.changes == {
        "full_name": ["Ольга Белова", "Ольга Белова-Ким"],
        "department": ["Колл-центр", "Отдел продаж"],
    }


def test_nothing_changed_leaves_no_row(anna, olga):
    hire.change(olga, by=anna, role="operator")
    assert not Entry.objects.filter(kind="person").exists()


def test_a_new_role_asks_for_a_new_log_in(anna, olga):
    log_in(olga)
    hire.change(olga, by=anna, role="manager")
    assert not Session.objects.filter(person=olga).exists()


def test_who_is_let_go_is_out_at_once_and_can_come_back(anna, olga):
    log_in(olga)
    hire.let_go(olga, by=anna)
    assert not Person.objects.get(pk=olga.pk).is_active
    assert not Session.objects.filter(person=olga).exists()
    hire.take_back(olga, by=anna)
    assert Person.objects.get(pk=olga.pk).is_active
    told = Entry.objects.filter(kind="person", object_id=olga.pk).order_by("id")
    assert list(told.values_list("verb", flat=True)) == [
        "staff.let_go",
        "staff.sessions_ended",
        "staff.taken_back",
    ]


def test_an_extension_that_somebody_else_has_taken_keeps_one_from_coming_back(anna, olga):
    hire.let_go(olga, by=anna)
    hire_nina(anna, extension="101")
    with pytest.raises(Refused) as refusal:
        hire.take_back(olga, by=anna)
    assert list(refusal.value.fields) == ["extension"]


def test_the_last_administrator_stays(anna):
    for ends in (lambda: hire.let_go(anna, by=anna), lambda: hire.change(anna, by=anna, role="operator")):
        with pytest.raises(Refused):
            ends()
    assert Person.objects.get(pk=anna.pk).role == "administrator"


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_let_each_other_go_do_not_both_succeed(windows):
    anna = windows["anna"]
    other = hire_nina(anna, role="administrator")
    outcomes: list[str] = []

    def let_go(whom, by):
        try:
            hire.let_go(whom, by=by)
            outcomes.append("gone")
        except Refused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=let_go, args=pair) for pair in ((anna, other), (other, anna))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone", "refused"]
    assert Person.objects.working().filter(role="administrator").count() == 1


def test_a_new_password_ends_the_sessions(anna, olga):
    log_in(olga)
    hire.set_password(olga, PHRASE, by=anna)
    assert not Session.objects.filter(person=olga).exists()
    assert Person.objects.get(pk=olga.pk).check_password(PHRASE)
