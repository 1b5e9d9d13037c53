"""Questions that know nothing of each other go to the database in one journey, and come back in one.

Each journey may have to wait for a processor on both sides, so where somebody waits for a page on a busy machine they
count more than the questions. What asks is a generator: it yields questions and is sent the rows of each.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db import connection

T = TypeVar("T")


class Question(NamedTuple):
    """`sql`: never what somebody typed."""

    sql: str
    given: Sequence[Any] | Mapping[str, Any] = ()


Rows = list[tuple[Any, ...]]
Asking = Generator[Sequence[Question], list[Rows], T]


def answered(asking: Asking[T]) -> T:
    """Asks until there is an answer."""
    rows = None
    while True:
        try:
            questions = next(asking) if rows is None else asking.send(rows)
        except StopIteration as done:
            answer: T = done.value
            return answer
        rows = _asked(questions)


def ask(sql: str, given: Sequence[Any] | Mapping[str, Any] = ()) -> Asking[Rows]:
    """One question."""
    (rows,) = yield [Question(sql, given)]
    return rows


def nothing(answer: T) -> Asking[T]:
    """Where an answer is known without a question."""
    yield from ()
    return answer


def together(*askings: Asking[Any]) -> Asking[list[Any]]:
    """Side by side, as many journeys as the longest of them takes. The answers in the order of the askings."""
    answers: list[Any] = [None] * len(askings)
    waits: dict[int, Sequence[Question]] = {}

    def go_on(place: int, rows: list[Rows] | None) -> None:
        try:
            asking = askings[place]
            waits[place] = next(asking) if rows is None else asking.send(rows)
        except StopIteration as done:
            waits.pop(place, None)
            answers[place] = done.value

    for place in range(len(askings)):
        go_on(place, None)
    while waits:
        asked = list(waits.items())
        rows = iter((yield [question for _place, questions in asked for question in questions]))
        for place, questions in asked:
            go_on(place, list(islice(rows, len(questions))))
    return answers


def _asked(questions: Sequence[Question]) -> list[Rows]:
    if len(questions) == 1:
        with connection.cursor() as cursor:
            cursor.execute(*questions[0])
            return [cursor.fetchall()]
    connection.ensure_connection()
    with connection.connection.pipeline():
        cursors = [connection.cursor() for _question in questions]
        for cursor, question in zip(cursors, questions, strict=True):
            cursor.execute(*question)
        return [cursor.fetchall() for cursor in cursors]
