"""Company W's controller asks why a deal is stuck, through the pages people use."""

from __future__ import annotations

from datetime import timedelta

from svyazka.business.deals.models import Asked, Deal, Question, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work.reminding import remind_of_questions
from svyazka.business.notices.models import Notice
from svyazka.kit import clock


def told(person) -> list[str]:
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("kind", flat=True))


def moved(page, deal) -> int:
    to = Stage.objects.get(pipeline_id=deal.pipeline_id, code="contacted")
    return page.post(f"/deals/{deal.pk}/stage/", {"stage": to.pk}, headers={"HX-Request": "true"}).status_code


def asked(page, deal, *people) -> None:
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    form = {"people": [one.pk for one in people], "text": "Почему стоит?", "day": tomorrow, "hour": "12:00"}
    assert page.post(f"/deals/{deal.pk}/questions/", {**form, "is_blocking": "on"}).status_code == 200


def test_w10_the_controller_asks_and_the_deal_says_why_it_is_stuck(
    vera, enter, olga, oksana, mikhail, konstantin, roza, egor
):
    deal = open_deal(vera, by=olga, responsible=mikhail)

    # The controller asks the manager and an operator; an engineer could not answer.
    page = enter(konstantin)
    form = {"people": [egor.pk], "text": "?", "day": "2099-01-01", "hour": "09:00"}
    answer = page.post(f"/deals/{deal.pk}/questions/", form)
    assert answer.status_code == 422
    assert "не видит сделки" in answer.content.decode()
    asked(page, deal, mikhail, olga)
    question = Question.objects.get()
    assert (told(mikhail), told(olga)) == (["question.asked"], ["question.asked"])

    # The deal is held, and says by whom; the board marks it.
    page = enter(mikhail)
    assert moved(page, deal) == 422
    assert "Почему стоит?" in page.get(f"/deals/{deal.pk}/").content.decode()
    assert "вопрос держит сделку" in page.get(f"/deals/{deal.pk}/card/").content.decode()

    # Departments write to each other inside the deal; the manager answers where the question stands.
    note = {"text": f"@{oksana.full_name}, что обещали клиенту?", "mentions": oksana.pk}
    assert page.post(f"/deals/{deal.pk}/notes/", note).status_code == 200
    assert told(oksana) == ["note.mentioned"]
    assert page.post(f"/questions/{question.pk}/answer/?list", {"answer": "Ждём ответа операторов"}).status_code == 200

    # The operator is late: reminded, and the head hears of it. A colleague of hers answers instead.
    Question.objects.update(asked_at=clock.now() - timedelta(days=3), due_at=clock.now() - timedelta(hours=1))
    Asked.objects.filter(person=olga).update(due_at=clock.now() - timedelta(hours=1))
    remind_of_questions()
    assert told(olga)[1:] == ["question.reminder"]
    assert "question.overdue" in told(konstantin)
    assert "question.overdue" in told(roza)
    page = enter(konstantin)
    assert f"№ {deal.pk}" in page.get("/questions/?whose=all&state=overdue").content.decode()
    page = enter(oksana)
    assert page.post(f"/questions/{question.pk}/taking_over/", {"person": olga.pk}).status_code == 200
    assert page.post(f"/questions/{question.pk}/answer/", {"answer": "Клиент просил неделю"}).status_code == 200

    # Answered by all, the deal goes on, and its history keeps the question with both answers.
    assert moved(enter(mikhail), deal) == 200
    assert Deal.objects.get().stage.code == "contacted"
    history = enter(konstantin).get(f"/deals/{deal.pk}/").content.decode()
    for said in ("Почему стоит?", "Ждём ответа операторов", "Клиент просил неделю", "что обещали клиенту?"):
        assert said in history
    figures = enter(roza).get("/questions/figures/").content.decode()
    assert mikhail.full_name in figures
    assert oksana.full_name in figures
