from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import psycopg
import pytest
from django.db import (
    DataError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    connection,
    transaction,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db(transaction=True)


class Fell(Exception):
    pass


@pytest.fixture
def numbers() -> Iterator[None]:
    _do("create table numbers (number int primary key)")
    yield
    _do("drop table numbers")


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the server in journeys of its own."""
    told: list[str] = []
    said = psycopg.Connection._exec_command

    def exec_command(self: Any, command: Any, *rest: Any) -> Any:
        told.append(command.decode() if isinstance(command, bytes) else str(command))
        return said(self, command, *rest)

    monkeypatch.setattr(psycopg.Connection, "_exec_command", exec_command)
    return told


@pytest.mark.usefixtures("numbers")
def test_the_first_question_opens_the_transaction(heard: list[str]):
    with transaction.atomic():
        _add(1)
        _add(2)
    assert _numbers() == {1, 2}
    assert heard == ["COMMIT"]


@pytest.mark.usefixtures("numbers")
def test_a_savepoint_goes_with_the_first_question_in_it(heard: list[str]):
    with transaction.atomic():
        _add(1)
        with transaction.atomic(), transaction.atomic():
            _add(2)
        _add(3)
    assert _numbers() == {1, 2, 3}
    assert heard == ["COMMIT"]


def test_where_nothing_is_asked_nothing_is_said(heard: list[str]):
    with transaction.atomic(), transaction.atomic(), transaction.atomic():
        pass
    with suppress(Fell), transaction.atomic(), transaction.atomic():
        raise Fell
    assert heard == []


@pytest.mark.usefixtures("numbers")
def test_what_fell_within_is_undone_and_no_more():
    with transaction.atomic():
        _add(1)
        with suppress(Fell), transaction.atomic():
            with transaction.atomic():
                _add(2)
            raise Fell
        with suppress(IntegrityError), transaction.atomic():
            _add(1)
        _add(3)
    assert _numbers() == {1, 3}


@pytest.mark.usefixtures("numbers")
def test_the_first_question_may_fail():
    with pytest.raises(DataError), transaction.atomic():
        _ask("select 1 / %s", [0])
    with pytest.raises(DataError), transaction.atomic(), transaction.atomic():
        _ask("select 1 / %s", [0])
    _add(1)
    assert _numbers() == {1}


@pytest.mark.usefixtures("numbers")
def test_more_values_than_can_be_sent_end_one_connection_and_no_more():
    with pytest.raises(OperationalError), transaction.atomic():
        _ask(f"select {','.join(['%s'] * 70_000)}", [1] * 70_000)
    connection.close()
    _add(1)
    assert _numbers() == {1}


@pytest.mark.usefixtures("numbers")
def test_what_failed_within_and_was_passed_over_does_not_pass_for_done():
    with pytest.raises(InternalError):
        _pass_over_a_failure()
    assert _numbers() == set()


@transaction.atomic
def _pass_over_a_failure() -> None:
    _add(1)
    with transaction.atomic(), suppress(DataError):
        _ask("select 1 / %s", [0])


@pytest.mark.usefixtures("numbers")
@pytest.mark.parametrize("before", [{1}, set()])
def test_a_question_that_cannot_be_put_together_opens_nothing(before: set[int]):
    with transaction.atomic():
        for number in before:
            _add(number)
        with suppress(DataError), transaction.atomic():
            _ask("select %s", ["\0"])
        _add(2)
    assert _numbers() == {*before, 2}


@pytest.mark.usefixtures("numbers")
def test_a_table_that_was_changed_costs_one_question_and_no_more():
    for _time in range(8):
        _ask("select * from numbers where number = %s", [1])
    _do("alter table numbers add column more text")
    for _time in range(2):
        with suppress(NotSupportedError), transaction.atomic():
            _ask("select * from numbers where number = %s", [1])
    with transaction.atomic():
        _ask("select * from numbers where number = %s", [1])


@pytest.mark.usefixtures("numbers")
def test_several_statements_at_once_may_be_the_first():
    with transaction.atomic():
        _do("insert into numbers values (1); insert into numbers values (2)")
        with transaction.atomic():
            _do("insert into numbers values (3); insert into numbers values (4)")
    assert _numbers() == {1, 2, 3, 4}


@pytest.mark.usefixtures("numbers")
def test_a_copy_and_a_pipeline_may_be_the_first():
    with transaction.atomic():
        with connection.cursor() as cursor, cursor.copy("copy numbers from stdin") as copy:
            copy.write_row([1])
        with suppress(Fell), transaction.atomic():
            with connection.connection.pipeline():
                _add(2)
            raise Fell
        with transaction.atomic(), connection.connection.pipeline():
            _add(3)
    assert _numbers() == {1, 3}


@pytest.mark.usefixtures("numbers")
def test_often_enough_to_be_kept_planned():
    for number in range(20):
        with transaction.atomic():
            _add(number)
            with transaction.atomic():
                _add(100 + number)
    assert _numbers() == {*range(20), *range(100, 120)}


@pytest.mark.usefixtures("numbers")
def test_nothing_of_one_is_left_for_the_next_who_gets_the_connection():
    def leave_it_open() -> None:
        connection.set_autocommit(False)
        connection.savepoint()
        connection.close()

    _elsewhere(leave_it_open)
    _elsewhere(lambda: _add(1))
    assert _numbers() == {1}


Steps = list[Any]
STEPS: st.SearchStrategy[Steps] = st.recursive(
    st.lists(st.integers(0, 9), max_size=3),
    lambda within: st.lists(
        st.one_of(st.integers(0, 9), st.tuples(st.sampled_from(["stays", "falls"]), within)), max_size=4
    ),
    max_leaves=12,
)


def test_what_is_kept_planned_stays_so_when_something_falls():
    def ask_and_fall() -> None:
        with suppress(Fell), transaction.atomic(), transaction.atomic():
            _ask("select %s + 17", [1])
            raise Fell

    for _time in range(9):
        ask_and_fall()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_prepared_statements where statement like '%+ 17'")
        assert cursor.fetchone() == (1,)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(steps=STEPS)
@pytest.mark.usefixtures("numbers")
def test_whatever_is_nested_ends_as_if_each_had_been_said_at_once(steps: Steps):
    _do("truncate numbers")
    with transaction.atomic():
        expected = _walk(steps, set())
    assert _numbers() == expected


def _walk(steps: Steps, so_far: set[int]) -> set[int]:
    """→ what should stand there in the end; a number that is there already is refused by the database."""
    for step in steps:
        if isinstance(step, int):
            if step in so_far:
                with pytest.raises(IntegrityError), transaction.atomic():
                    _add(step)
            else:
                _add(step)
                so_far = {*so_far, step}
            continue
        how, within = step
        if how == "stays":
            with transaction.atomic():
                so_far = _walk(within, so_far)
        else:
            with suppress(Fell), transaction.atomic():
                _walk(within, so_far)
                raise Fell
    return so_far


def _elsewhere(what: Callable[[], None]) -> None:
    thread = threading.Thread(target=what)
    thread.start()
    thread.join()


def _add(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into numbers values (%s)", [number])


def _do(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(what)


def _ask(question: str, given: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(question, given)


def _numbers() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("select number from numbers")
        return {number for (number,) in cursor.fetchall()}
