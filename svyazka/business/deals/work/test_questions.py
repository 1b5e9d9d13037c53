from __future__ import annotations

import contextlib
import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Interaction
from svyazka.business.deals import moves
from svyazka.business.deals.models import Asked, Question, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions, staying
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.staff.hire import let_go
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def deal(windows, vera, mikhail):
    return open_deal(vera, responsible=mikhail, by=mikhail)


@pytest.fixture
def ask(deal, konstantin, mikhail):
    def asked(*people, text="Почему стоит?", blocks=False, hours=2, by=konstantin, request_id=None):
        return questions.ask(
            deal,
            [person.pk for person in people or (mikhail,)],
            text,
            due_at=clock.now() + timedelta(hours=hours),
            is_blocking=blocks,
            request_id=request_id or uuid.uuid4(),
            by=by,
        )

    return asked


def stage(code: str) -> Stage:
    return Stage.objects.get(code=code)


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def test_whoever_is_asked_hears_of_it_and_the_history_keeps_it(ask, mikhail, olga, konstantin, deal):
    question = ask(mikhail, olga)
    assert (question.deal_id, question.by, question.closed_at) == (deal.pk, konstantin, None)
    assert told(mikhail) == told(olga) == ["question.asked"]
    assert told(konstantin) == []
    line = Interaction.objects.get(kind="question")
    assert (line.deal_id, line.text, line.data) == (deal.pk, "Почему стоит?", {"question": question.pk})
    assert Entry.objects.get(verb="deals.asked").changes == {"question": [None, "Почему стоит?"]}


def test_a_click_that_arrives_twice_asks_once(ask, mikhail):
    request_id = uuid.uuid4()
    assert ask(request_id=request_id) == ask(request_id=request_id)
    assert (Question.objects.count(), told(mikhail)) == (1, ["question.asked"])


def test_with_the_last_answer_the_question_is_closed(ask, mikhail, olga, konstantin):
    question = ask(mikhail, olga)
    assert questions.answer(question, "Ждём замер", by=mikhail).closed_at is None
    assert questions.answer(question, "Звонила вчера", by=olga).closed_at
    assert told(konstantin) == ["question.answered", "question.answered"]
    assert Notice.objects.filter(person=konstantin).latest("pk").data["text"] == "Звонила вчера"


def test_the_same_answer_twice_is_one_and_another_is_refused(ask, mikhail, konstantin):
    question = ask()
    questions.answer(question, "Ждём замер", by=mikhail)
    questions.answer(question, " Ждём замер ", by=mikhail)
    assert told(konstantin) == ["question.answered"]
    with pytest.raises(Refused, match="закрыт"):
        questions.answer(question, "Другое", by=mikhail)


def test_only_whoever_was_asked_answers(ask, olga):
    with pytest.raises(Refused, match="спрашивали не вас"):
        questions.answer(ask(), "Знаю", by=olga)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"people": []}, "хотя бы одного"),
        ({"people": [10**9]}, "не найдены"),
        ({"people": range(1, 30)}, "не больше 20"),
        ({"text": "  "}, "Напишите"),
        ({"text": "а" * 1001}, "Слишком длинный"),
        ({"due_at": clock.now() - timedelta(minutes=1)}, "прошло"),
    ],
)
def test_what_cannot_be_asked_is_said_before_anything_is_stored(deal, mikhail, konstantin, change, words):
    given_ = {"people": [mikhail.pk], "text": "Почему?", "due_at": clock.now() + timedelta(hours=1), **change}
    with pytest.raises(Refused, match=words):
        questions.ask(deal, **given_, request_id=uuid.uuid4(), by=konstantin)
    assert (Question.objects.count(), Notice.objects.count(), Interaction.objects.count()) == (0, 0, 0)


def test_a_question_to_somebody_who_does_not_see_deals_or_has_left_is_refused(ask, mikhail, egor, boris, oksana, anna):
    let_go(oksana, by=anna)
    for person, words in ((egor, "не видит сделки"), (boris, "не видит сделки"), (oksana, "больше не работает")):
        with pytest.raises(Refused, match=f"{person.full_name}.*{words}"):
            ask(mikhail, person)
    assert not Question.objects.exists()


def test_a_question_holds_the_deal_at_its_stage_until_all_have_answered(ask, deal, mikhail, olga):
    question = ask(mikhail, olga, blocks=True)
    with pytest.raises(staying.Unanswered) as refused:
        moves.move(deal, to=stage("contacted"), by=mikhail)
    assert refused.value.missing == ["Михаил Лебедев: Почему стоит?", "Ольга Белова: Почему стоит?"]
    questions.answer(question, "Ждём", by=mikhail)
    with pytest.raises(staying.Unanswered) as refused:
        moves.move(deal, to=stage("contacted"), by=mikhail)
    assert refused.value.missing == ["Ольга Белова: Почему стоит?"]
    questions.answer(question, "Ждём", by=olga)
    assert moves.move(deal, to=stage("contacted"), by=mikhail).stage.code == "contacted"


def test_a_question_that_does_not_block_holds_nothing(ask, deal, mikhail):
    ask()
    assert moves.move(deal, to=stage("contacted"), by=mikhail).stage.code == "contacted"


def test_the_head_lets_the_deal_go_on_for_a_reason(ask, deal, mikhail, roza, konstantin):
    question = ask(blocks=True)
    with pytest.raises(Refused, match="Напишите"):
        questions.release(question, " ", by=roza)
    questions.release(question, "Клиент ждёт", by=roza)
    assert moves.move(deal, to=stage("contacted"), by=mikhail).stage.code == "contacted"
    assert Question.objects.get().closed_at is None
    assert Entry.objects.get(verb="deals.question_released").changes == {"question": [None, "Клиент ждёт"]}
    assert told(konstantin) == ["question.released"]


def test_a_withdrawn_question_asks_nobody_any_more(ask, mikhail, konstantin, deal):
    question = ask(blocks=True)
    assert questions.withdraw(question, by=konstantin).closed_at
    questions.withdraw(question, by=konstantin)
    assert told(mikhail) == ["question.asked", "question.withdrawn"]
    with pytest.raises(Refused, match="закрыт"):
        questions.answer(question, "Поздно", by=mikhail)
    assert moves.move(deal, to=stage("contacted"), by=mikhail)


def test_others_can_be_asked_instead(ask, mikhail, olga, dina, konstantin):
    question = ask(mikhail, olga)
    questions.answer(question, "Ждём", by=olga)
    questions.choose_people(question, [dina.pk], by=konstantin)
    assert set(Asked.objects.values_list("person", flat=True)) == {olga.pk, dina.pk}
    assert told(mikhail) == ["question.asked", "question.withdrawn"]
    assert told(dina) == ["question.asked"]
    # Whoever has answered stays; with nobody else to wait for, the question is closed.
    assert questions.choose_people(question, [], by=konstantin).closed_at


def test_somebody_must_be_asked(ask, konstantin):
    with pytest.raises(Refused, match="хотя бы одного"):
        questions.choose_people(ask(), [], by=konstantin)


def test_a_reminder_reaches_those_who_have_not_answered(ask, mikhail, olga, konstantin):
    question = ask(mikhail, olga)
    questions.answer(question, "Ждём", by=olga)
    assert questions.remind(question, by=konstantin) == 1
    assert told(mikhail) == ["question.asked", "question.reminder"]
    assert told(olga) == ["question.asked"]


def test_offered_are_the_responsible_person_and_the_head_of_the_department(deal, mikhail, olga):
    names = [person.login for person in questions.offered(deal)]
    assert names[0] == "mikhail"
    assert "olga" not in names


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    clicks=st.lists(
        st.one_of(
            st.tuples(st.just("answer"), st.sampled_from(["mikhail", "olga", "dina"])),
            st.tuples(st.sampled_from(["withdraw", "move", "release"]), st.just("roza")),
            st.tuples(st.just("choose"), st.sampled_from(["mikhail", "olga", "dina"])),
        ),
        max_size=8,
    )
)
def test_whatever_the_order_of_clicks_a_held_deal_never_leaves(windows, vera, clicks):
    """And a question is closed exactly when nobody has to answer it any more."""
    people = windows
    deal = open_deal(vera, responsible=people["mikhail"], by=people["mikhail"])
    question = questions.ask(
        deal,
        [people["mikhail"].pk, people["olga"].pk],
        "Почему?",
        due_at=clock.now() + timedelta(hours=1),
        is_blocking=True,
        request_id=uuid.uuid4(),
        by=people["konstantin"],
    )
    withdrawn = False
    for what, login in clicks:
        person = people[login]
        before = Question.objects.get(pk=question.pk)
        waiting = Asked.objects.filter(question=question, answered_at=None).exists()
        with contextlib.suppress(Refused):
            if what == "answer":
                questions.answer(question, f"Ответ {login}", by=person)
            elif what == "withdraw":
                questions.withdraw(question, by=person)
                withdrawn = True
            elif what == "release":
                questions.release(question, "Клиент ждёт", by=person)
            elif what == "choose":
                questions.choose_people(question, [person.pk], by=person)
            else:
                moves.move(deal, to=stage("contacted"), by=person)
                assert not (before.is_blocking and before.closed_at is None and waiting)
        now = Question.objects.get(pk=question.pk)
        left = Asked.objects.filter(question=question, answered_at=None).exists()
        assert (now.closed_at is not None) == (withdrawn or not left)
