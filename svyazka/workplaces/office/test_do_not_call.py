from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from svyazka.business.calls.dialling import do_not_call, hours
from svyazka.business.calls.models import DoNotCall
from svyazka.kit import clock

NUMBER = "+79161234567"


@pytest.fixture(autouse=True)
def _english(windows):
    for person in windows.values():
        person.language = "en"
        person.save(update_fields=["language"])


def page(enter, person, **asked):
    return enter(person).get(reverse("not_to_ring"), asked)


def test_the_list_says_who_said_so_why_and_whose_number_it_is(enter, roza, olga, vera):
    until = clock.now() + timedelta(days=30)
    do_not_call.forbid([NUMBER], reason="complaint", note="ночью", until=until, by=olga)
    text = page(enter, roza).content.decode()
    assert "+7 916 123-45-67" in text
    assert f"A complaint: ночью · {olga.full_name}" in " ".join(text.split())
    assert f'<a href="/clients/{vera.pk}/">Вера Павлова</a>' in text


def test_pasted_numbers_are_entered_and_what_is_none_is_said(enter, roza):
    given = {"numbers": "8 916 123-45-67\nмама\n+79031112233", "reason": "wish"}
    answer = enter(roza).post(reverse("not_to_ring"), given, follow=True)
    assert set(DoNotCall.objects.values_list("number", flat=True)) == {NUMBER, "+79031112233"}
    text = answer.content.decode()
    assert ("2 numbers are not rung any more." in text, "1 is no number: мама" in text) == (True, True)


@pytest.mark.parametrize("given", [{"numbers": "", "reason": "wish"}, {"numbers": NUMBER, "reason": "whim"}])
def test_nonsense_is_refused_beside_its_input(enter, roza, given):
    assert enter(roza).post(reverse("not_to_ring"), given).status_code == 422
    assert not DoNotCall.objects.exists()


@pytest.mark.parametrize(("wanted", "found"), [("123-45", 1), ("916 1", 1), ("ночью", 1), ("383", 0), ("", 2)])
def test_it_is_searched_by_number_and_note(enter, roza, wanted, found):
    do_not_call.forbid([NUMBER], note="ночью", by=roza)
    do_not_call.forbid(["+79031112233"], by=roza)
    assert len(page(enter, roza, q=wanted).context["rows"]) == found


def test_a_number_is_allowed_again(enter, roza):
    do_not_call.forbid([NUMBER], by=roza)
    enter(roza).post(reverse("not_to_ring_removal"), {"number": NUMBER})
    assert not DoNotCall.objects.exists()


def test_hours_are_the_companys_own(enter, roza):
    given = {"begins": "08:00", "ends": "22:00", "weekend_begins": "11:00", "weekend_ends": "18:00"}
    assert enter(roza).post(reverse("calling_hours"), given).status_code == 302
    assert f"{hours.of_company().begins:%H:%M}" == "08:00"
    answer = enter(roza).post(reverse("calling_hours"), {**given, "ends": "07:00"})
    assert (answer.status_code, "This must be later" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("many", [1, 30])
def test_one_number_and_thirty_cost_the_same(enter, roza, vera, many, django_assert_num_queries):
    do_not_call.forbid([f"+7916123{4567 + number}" for number in range(many)], by=roza)
    browser = enter(roza)
    with django_assert_num_queries(5):
        browser.get(reverse("not_to_ring"))


def test_more_than_a_page_goes_on(enter, roza):
    do_not_call.forbid([f"+7916123{4567 + number}" for number in range(60)], by=roza)
    first = page(enter, roza)
    assert len(first.context["rows"]) == 50
    rest = enter(roza).get(f"{reverse('not_to_ring')}?{first.context['older']}")
    assert len(rest.context["rows"]) == 10
