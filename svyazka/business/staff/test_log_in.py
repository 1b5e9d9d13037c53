from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.db.models import F

from svyazka.business.journal.models import Entry
from svyazka.business.staff import log_in
from svyazka.business.staff.models import LoginFailure, Person, Session
from svyazka.kit import clock

PASSWORD = "correct horse battery"  # of the cast, see conftest.py
HERE = {"address": "10.0.0.7", "device": "Firefox"}


def fail(login: str, *, times: int, address: str = "10.0.0.7") -> None:
    for _ in range(times):
        with pytest.raises(log_in.WrongPassword):
            log_in.log_in(login, "wrong", address=address, device="")


def test_the_right_password_lets_in_and_leaves_a_row(olga):
    assert log_in.log_in(" Olga ", PASSWORD, **HERE) == olga
    entry = Entry.objects.get(verb="staff.logged_in")
    assert (entry.by_id, entry.object_id, entry.note) == (olga.pk, olga.pk, "Firefox")


@pytest.mark.parametrize(
    ("login", "password"), [("olga", "wrong"), ("nobody", PASSWORD), ("olga\0", "x"), ("", ""), ("olga", "x" * 2000)]
)
def test_wrong_ones_all_hear_the_same(windows, login, password):
    with pytest.raises(log_in.WrongPassword):
        log_in.log_in(login, password, **HERE)


def test_who_was_let_go_stays_outside(olga):
    Person.objects.filter(pk=olga.pk).update(is_active=False)
    with pytest.raises(log_in.WrongPassword):
        log_in.log_in("olga", PASSWORD, **HERE)


def wait(seconds: int) -> None:
    LoginFailure.objects.update(at=F("at") - timedelta(seconds=seconds))


def test_the_wait_grows_with_each_guess_and_ends(olga):
    fail("olga", times=5)
    with pytest.raises(log_in.TooManyGuesses) as first:
        log_in.log_in("olga", PASSWORD, **HERE)
    assert 13 <= first.value.seconds <= 16
    wait(17)
    fail("olga", times=1)
    with pytest.raises(log_in.TooManyGuesses) as second:
        log_in.log_in("olga", PASSWORD, **HERE)
    assert 28 <= second.value.seconds <= 31
    wait(32)
    assert log_in.log_in("olga", PASSWORD, **HERE) == olga
    assert not LoginFailure.objects.exists()


def test_unknown_logins_wait_as_well(windows):
    fail("nobody", times=5)
    with pytest.raises(log_in.TooManyGuesses):
        log_in.log_in("nobody", "x", **HERE)


def test_one_address_does_not_try_every_login(windows, monkeypatch):
    monkeypatch.setattr(log_in, "FREE_PER_ADDRESS", 6)
    for number in range(6):
        fail(f"guess{number}", times=1)
    with pytest.raises(log_in.TooManyGuesses):
        log_in.log_in("olga", PASSWORD, **HERE)
    assert log_in.log_in("olga", PASSWORD, address="10.0.0.8", device="").login == "olga"


def test_a_weaker_hash_is_made_stronger(olga):
    hasher = Argon2PasswordHasher()
    hasher.time_cost, hasher.memory_cost = 1, 64
    Person.objects.filter(pk=olga.pk).update(password=hasher.encode(PASSWORD, "saltsaltsaltsalt"))
    person = log_in.log_in("olga", PASSWORD, **HERE)
    assert "m=64,t=1" not in person.password
    assert person.password == Person.objects.get(pk=olga.pk).password


def test_old_guesses_are_cleared_away(windows):
    fail("olga", times=2)
    wait(7200)
    fail("olga", times=1)
    log_in.forget_old_guesses()
    assert LoginFailure.objects.count() == 1


def test_nobody_is_kept_out_by_guesses_from_elsewhere(olga):
    for number in range(6):
        fail("olga", times=1, address=f"198.51.100.{number}")
    assert log_in.log_in("olga", PASSWORD, **HERE) == olga


def test_who_guesses_from_many_addresses_is_slowed_down_but_not_the_person_herself(olga, monkeypatch):
    monkeypatch.setattr(log_in, "FREE_PER_LOGIN", 6)
    Session.objects.create(
        session_key="known", session_data="", expire_date=clock.now(), person=olga, address="10.0.0.7"
    )
    for number in range(6):
        fail("olga", times=1, address=f"198.51.100.{number}")
    with pytest.raises(log_in.TooManyGuesses):
        log_in.log_in("olga", PASSWORD, address="10.0.0.8", device="")
    assert log_in.log_in("olga", PASSWORD, **HERE) == olga
    with pytest.raises(log_in.TooManyGuesses):
        log_in.log_in("olga", PASSWORD, address="10.0.0.8", device="")


@pytest.mark.django_db(transaction=True)
def test_guesses_side_by_side_do_not_slip_past_the_count(windows):
    answers = side_by_side("wrong", times=20)
    assert 5 <= answers.count("WrongPassword") <= 5 + log_in.SIDE_BY_SIDE
    assert answers.count("WrongPassword") + answers.count("TooManyGuesses") == 20
    assert set(side_by_side("wrong", times=4)) == {"TooManyGuesses"}


@pytest.mark.django_db(transaction=True)
def test_right_ones_side_by_side_all_come_in(windows):
    assert side_by_side(PASSWORD, times=8) == ["olga"] * 8


def test_a_check_that_was_cut_off_counts_as_wrong(olga):
    for _ in range(5):
        LoginFailure.objects.create(login="olga", address="10.0.0.7")
    wait(11)
    with pytest.raises(log_in.TooManyGuesses):
        log_in.log_in("olga", PASSWORD, **HERE)


def side_by_side(password: str, *, times: int) -> list[str]:
    answers: list[str] = []

    def guess() -> None:
        try:
            answers.append(log_in.log_in("olga", password, **HERE).login)
        except (log_in.WrongPassword, log_in.TooManyGuesses) as refusal:
            answers.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
