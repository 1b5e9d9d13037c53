"""Questions, ready to be shown: in the deal's page, and in the list of all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection

from svyazka.business.deals.models import Question
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import rows
from svyazka.workplaces.shared.short import Short


@dataclass(frozen=True)
class Reply:
    """One of those asked."""

    name: str
    answer: str
    when: str  # of the answer; empty: not yet
    is_late: bool
    instead: str = ""  # the id of a colleague in whose place this person may answer


@dataclass
class Card:
    id: str
    text: str
    asker: str
    asked: str
    due: str
    is_open: bool
    is_blocking: bool
    is_late: bool
    replies: list[Reply] = field(default_factory=list)
    is_mine: bool = False  # this person is asked and has not answered
    manages: bool = False
    releases: bool = False


def of_deal(deal_id: int, person: Person, short: Short) -> list[Card]:
    """The open ones: what this person has to answer stands first, then what is late."""
    cards = _cards("question.deal_id = %s and question.closed_at is null", [deal_id], person, short)
    return sorted(cards, key=lambda card: (not card.is_mine, not card.is_late))


def numbered(ids: Sequence[int], person: Person, short: Short) -> dict[str, Card]:
    return {card.id: card for card in _cards("question.id = any(%s)", [list(ids)], person, short)}


def replies(ids: Iterable[int], short: Short) -> dict[int, list[Reply]]:
    """For the lines of a history."""
    found: dict[int, list[Reply]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_REPLIES, [list(ids)])
        for question, *reply in cursor.fetchall():
            found.setdefault(question, []).append(_reply(*reply, short=short))
    return found


def _cards(where: str, values: list[Any], person: Person, short: Short) -> list[Card]:
    cards: dict[int, Card] = {}
    manages, releases = roles.may(person, "questions.ask"), roles.may(person, "questions.release")
    for question, asker, person_id, department_id, *reply in rows.read_joined(
        f"{_QUESTIONS} where {where} {_ORDER}", values, Question
    ):
        card = cards.get(question.pk)
        if card is None:
            card = cards[question.pk] = _card(question, asker, short)
            card.manages, card.releases = manages and card.is_open, releases and card.is_open and card.is_blocking
        if person_id:
            shown = _reply(*reply, short=short)
            waits, colleague = card.is_open and not shown.when, department_id and department_id == person.department_id
            card.is_mine = card.is_mine or (waits and person_id == person.pk)
            instead = str(person_id) if waits and colleague and person_id != person.pk else ""
            card.replies.append(replace(shown, instead=instead))
    return list(cards.values())


def _card(question: Question, asker: str, short: Short) -> Card:
    return Card(
        id=str(question.pk),
        text=question.text,
        asker=asker,
        asked=short.moment(question.asked_at),
        due=short.moment(question.due_at),
        is_open=question.closed_at is None,
        is_blocking=question.is_blocking,
        is_late=question.closed_at is None and question.due_at < short.now,
    )


def _reply(name: str, answer: str, answered_at: datetime | None, due_at: datetime, *, short: Short) -> Reply:
    when = short.moment(answered_at) if answered_at else ""
    return Reply(name, answer, when, is_late=(answered_at or short.now) > due_at)


_QUESTIONS = f"""
select {rows.columns(Question).replace("deals_question.", "question.")}, asker.full_name, asked.person_id,
       person.department_id, person.full_name, asked.answer, asked.answered_at, asked.due_at
from deals_question question
join staff_person asker on asker.id = question.by_id
left join deals_asked asked on asked.question_id = question.id
left join staff_person person on person.id = asked.person_id
"""  # noqa: S608  # of our own models' names only
_ORDER = "order by question.due_at, question.id, asked.answered_at nulls last, asked.id"
_REPLIES = """
select question_id, person.full_name, answer, answered_at, due_at from deals_asked
join staff_person person on person.id = person_id
where question_id = any(%s) order by answered_at nulls last, deals_asked.id
"""
