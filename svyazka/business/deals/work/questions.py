"""The controller's questions on a deal: open until everybody who was asked has answered, or they are withdrawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Asked, Deal, Question
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused

MOST_PEOPLE = 20


@transaction.atomic
def ask(
    deal: Deal,
    people: Iterable[int],
    text: str,
    *,
    due_at: datetime,
    is_blocking: bool = False,
    request_id: UUID,
    by: Person,
) -> Question:
    """Asks each of them. They hear of it at once. A click that arrives twice asks once."""
    current = held(deal.pk)
    if before := Question.objects.filter(request_id=request_id).first():
        return before
    text = _written(text, "text", longest=1000)
    if due_at <= clock.now():
        raise Refused(_("This time is over."), fields={"due_at": _("This time is over.")})
    asked = _who_may_answer(people)
    question = Question.objects.create(
        deal=current,
        by=by,
        text=text,
        asked_at=clock.now(),
        due_at=due_at,
        is_blocking=is_blocking,
        request_id=request_id,
    )
    _ask_each(question, asked, by=by)
    history.add(
        current.client_id,
        kind=Interaction.Kind.QUESTION,
        deal_id=current.pk,
        text=text,
        data={"question": question.pk},
        by=by,
    )
    _record("deals.asked", question, current, by=by, after=text)
    return question


@transaction.atomic
def answer(question: Question, text: str, *, by: Person) -> Question:
    """Only whoever was asked answers. With the last answer the question is closed. The same answer twice is one."""
    current, deal = _held(question)
    asked = Asked.objects.filter(question=current, person=by).first()
    if asked is None:
        raise Refused(_("You were not asked this."))
    text = _written(text, "answer", longest=2000)
    if asked.answered_at and asked.answer == text:
        return current
    if asked.answered_at or current.closed_at:
        raise Refused(_("This question is closed already."))
    asked.answer, asked.answered_at = text, clock.now()
    asked.save(update_fields=["answer", "answered_at"])
    _close_if_over(current, by=by)
    _tell([current.by_id], "question.answered", current, deal, by=by, text=text)
    _record("deals.answered", current, deal, by=by, after=text)
    return current


@transaction.atomic
def take_over(question: Question, person_id: int, *, by: Person) -> Question:
    """Answers in the place of a colleague of the same department, who is let off. Asked by then himself: the colleague
    need not answer all the same."""
    current, deal = _held(question)
    asked = Asked.objects.filter(question=current, person_id=person_id).select_related("person").first()
    if asked is None or current.closed_at:
        raise Refused(_("This question is closed already."))
    if asked.person_id == by.pk:
        return current
    if asked.answered_at:
        raise Refused(_("Your colleague has answered already."))
    if by.department_id is None or asked.person.department_id != by.department_id:
        raise Refused(_("Only a colleague of the same department answers in somebody's place."))
    refuse_outsider(by, "people")
    if Asked.objects.filter(question=current, person=by).exists():
        asked.delete()
        _close_if_over(current, by=by)
    else:
        Asked.objects.filter(pk=asked.pk).update(person=by, asked_at=clock.now())
    _tell([person_id, current.by_id], "question.taken_over", current, deal, by=by)
    _record("deals.question_taken_over", current, deal, by=by, before=asked.person.full_name, after=by.full_name)
    return current


@transaction.atomic
def withdraw(question: Question, *, by: Person) -> Question:
    """Nobody need answer any more."""
    current, deal = _held(question)
    if current.closed_at:
        return current
    _close(current, by=by)
    _tell(_still_asked(current), "question.withdrawn", current, deal, by=by)
    _record("deals.question_withdrawn", current, deal, by=by, before=current.text)
    return current


@transaction.atomic
def choose_people(question: Question, people: Collection[int], *, by: Person) -> Question:
    """Who is asked from now on. Whoever has answered stays; the others are asked, or need not answer any more."""
    current, deal = _held(question)
    if current.closed_at:
        raise Refused(_("This question is closed already."))
    known = dict(Asked.objects.filter(question=current).values_list("person_id", "answered_at"))
    let_off = [person for person, answered_at in known.items() if not answered_at and person not in people]
    new = set(people) - known.keys()
    added = _who_may_answer(new) if new else []
    if not people and len(let_off) == len(known):
        raise _wrong(_("Choose at least one person."))
    if len(known) - len(let_off) + len(added) > MOST_PEOPLE:
        raise _too_many()
    Asked.objects.filter(question=current, person__in=let_off).delete()
    _tell(let_off, "question.withdrawn", current, deal, by=by)
    _ask_each(current, added, by=by)
    _close_if_over(current, by=by)
    if let_off or added:
        before, after = _names(known), _names({*known, *new} - set(let_off))
        _record("deals.question_redirected", current, deal, by=by, before=before, after=after)
    return current


@transaction.atomic
def pass_to(question: Question, receiver: Person, *, left: Person, by: Person) -> Question:
    """Somebody else answers in his place, who is asked once, also when he has been asked already."""
    current, deal = _held(question)
    his = Asked.objects.filter(question=current, person=left, answered_at=None)
    if current.closed_at or not his.exists():
        return current
    refuse_outsider(receiver, "people")
    if Asked.objects.filter(question=current, person=receiver).exists():
        his.delete()
        _close_if_over(current, by=by)
    else:
        his.update(person=receiver, reminded_at=None, escalated_at=None)
        _tell([receiver.pk], "question.asked", current, deal, by=by)
    _record("deals.question_redirected", current, deal, by=by, before=left.full_name, after=receiver.full_name)
    return current


def open_of(person: Person, deal_ids: Collection[int] | None = None) -> list[Question]:
    """Those that he has still to answer: on these deals, or all."""
    his = Question.objects.filter(closed_at=None, asked__person=person, asked__answered_at=None)
    return list((his if deal_ids is None else his.filter(deal__in=deal_ids)).order_by("deal_id", "pk"))


@transaction.atomic
def remind(question: Question, *, by: Person) -> int:
    """Whoever has not answered hears of it once more, now. How many they are."""
    current, deal = _held(question)
    waiting = [] if current.closed_at else _still_asked(current)
    Asked.objects.filter(question=current, answered_at=None).update(reminded_at=clock.now())
    _tell(waiting, "question.reminder", current, deal, by=by)
    return len(waiting)


@transaction.atomic
def release(question: Question, reason: str, *, by: Person) -> Question:
    """The head lets the deal go on before the answer. The question stays open, and the reason in the journal."""
    current, deal = _held(question)
    reason = _written(reason, "reason", longest=300)
    if not current.is_blocking:
        return current
    current.is_blocking = False
    current.save(update_fields=["is_blocking"])
    _tell([current.by_id, *_still_asked(current)], "question.released", current, deal, by=by, text=reason)
    _record("deals.question_released", current, deal, by=by, after=reason)
    return current


def offered(deal: Deal) -> list[Person]:
    """Who can probably answer: the responsible people of the deal and of its family, and the department's head."""
    first = deal.first_id or deal.pk
    return rows.read(Person, _OFFERED, [first, first, roles.based_on(Role.HEAD), first, first, deal.pk])


_OFFERED = """
where is_active and (
    id in (select responsible_id from deals_deal where id = %s or first_id = %s)
    or role = any(%s) and department_id in (select department_id from deals_deal where id = %s or first_id = %s)
) order by id <> coalesce((select responsible_id from deals_deal where id = %s), 0), full_name limit 12
"""


def blocking(deal_id: int) -> list[str]:
    """What keeps the deal at its stage, in words: who has not answered, and what."""
    with connection.cursor() as cursor:
        cursor.execute(_BLOCKING, [deal_id])
        return [f"{name}: {text}" for name, text in cursor.fetchall()]


_BLOCKING = """
select person.full_name, question.text from deals_question question
join deals_asked asked on asked.question_id = question.id and asked.answered_at is null
join staff_person person on person.id = asked.person_id
where question.deal_id = %s and question.closed_at is null and question.is_blocking
order by question.id, person.full_name
"""


def _held(question: Question) -> tuple[Question, Deal]:
    """The deal first, as everywhere: answers, withdrawals and moves of one deal wait for each other."""
    deal = held(question.deal_id)
    return Question.objects.get(pk=question.pk), deal


def _who_may_answer(people: Iterable[int]) -> list[Person]:
    """Whoever cannot open the deal cannot answer: said before anything is stored."""
    wanted = list(dict.fromkeys(people))
    if not wanted:
        raise _wrong(_("Choose at least one person."))
    if len(wanted) > MOST_PEOPLE:
        raise _too_many()
    found = {person.pk: person for person in Person.objects.filter(pk__in=wanted)}
    if unknown := len(set(wanted) - found.keys()):
        raise _wrong(format_lazy(_("{count} of those chosen are not known here."), count=unknown))
    roles.read_along(found.values())
    for person in found.values():
        refuse_outsider(person, "people")
    return list(found.values())


def refuse_outsider(person: Person, field: str) -> None:
    if not person.is_active:
        words = format_lazy(_("{name} does not work here any more."), name=person.full_name)
    elif not roles.may(person, "deals.see"):
        words = format_lazy(
            _("{name} does not see deals and could not answer. Ask whoever plans the visits."), name=person.full_name
        )
    else:
        return
    raise Refused(words, fields={field: words})


def _names(people: Iterable[int]) -> str:
    return ", ".join(Person.objects.filter(pk__in=people).order_by("full_name").values_list("full_name", flat=True))


def _ask_each(question: Question, people: Collection[Person], *, by: Person) -> None:
    now = clock.now()
    Asked.objects.bulk_create(
        Asked(question=question, person=person, asked_at=now, due_at=question.due_at) for person in people
    )
    _tell([person.pk for person in people], "question.asked", question, question.deal, by=by)


def _still_asked(question: Question) -> list[int]:
    return list(Asked.objects.filter(question=question, answered_at=None).values_list("person_id", flat=True))


def _close_if_over(question: Question, *, by: Person) -> None:
    if not Asked.objects.filter(question=question, answered_at=None).exists():
        _close(question, by=by)


def _close(question: Question, *, by: Person) -> None:
    question.closed_at, question.closed_by = clock.now(), by
    question.save(update_fields=["closed_at", "closed_by"])


def _tell(people: Iterable[int], kind: str, question: Question, deal: Deal, *, by: Actor, text: str = "") -> None:
    data = {"question": question.pk, "text": text or question.text, "due_at": question.due_at.isoformat()}
    tell(people, kind, by=by, deal_id=deal.pk, client_id=deal.client_id, data=data)


def _record(verb: str, question: Question, deal: Deal, *, by: Actor, before: str = "", after: str = "") -> None:
    about = About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
    changes = {"question": (before or None, after or None)}
    record(verb, about, by=by, changes=changes, data={"stage": deal.stage_id, "question": question.pk})
    announce("question", question.pk, data={"deal": deal.pk})
    # The line of the history shows the answers.
    announce("interaction", 0, data={"client": deal.client_id, "deal": deal.pk})


def _written(text: str, field: str, *, longest: int) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise Refused(_("Write something."), fields={field: _("Write something.")})
    if len(text) > longest:
        raise Refused(_("This is too long."), fields={field: _("This is too long.")})
    return text


def _wrong(words: object) -> Refused:
    return Refused(words, fields={"people": words})


def _too_many() -> Refused:
    return _wrong(format_lazy(_("A question goes to {most} people at most."), most=MOST_PEOPLE))
