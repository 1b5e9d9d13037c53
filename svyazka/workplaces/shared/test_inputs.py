from __future__ import annotations

import pytest
from django.http import QueryDict
from django.utils import translation

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.workplaces.shared import inputs, telling

CHOICES = [
    {"code": "a", "words": {"ru": "Балкон", "en": "Balcony"}},
    {"code": "b", "words": {"ru": "Кухня", "en": "Kitchen"}},
    {"code": "c", "words": {"ru": "Подвал"}, "gone": True},
]


@pytest.fixture
def deal(windows, vera, olga):
    Field.objects.create(
        code="rooms", kind="choices", words={"ru": "Где"}, hint_words={"ru": "Всё, что назвали"}, choices=CHOICES
    )
    Field.objects.create(code="expert", kind="person", words={"ru": "Эксперт"})
    return open_deal(vera, by=olga)


def test_several_of_a_list_are_ticked_and_taken_away_again(deal, enter, olga):
    page = enter(olga)
    text = page.get(f"/deals/{deal.pk}/").content.decode()
    assert 'type="checkbox" name="rooms" value="a"' in text
    assert ("Всё, что назвали" in text, "Подвал" in text) == (True, False)
    given = {"version": deal.version, "rooms": ["", "a", "b"]}
    assert page.post(f"/deals/{deal.pk}/fields/", given).status_code == 200
    assert Deal.objects.get(pk=deal.pk).facts == {"rooms": ["a", "b"]}
    given = {"version": deal.version + 1, "rooms": ""}
    assert page.post(f"/deals/{deal.pk}/fields/", given).status_code == 200
    assert Deal.objects.get(pk=deal.pk).facts == {"rooms": None}


def test_a_person_who_has_left_is_shown_by_name_and_offered_only_there(deal, enter, olga, egor, ilya):
    facts.change(deal, {"expert": str(egor.pk)}, by=olga)
    type(egor).objects.filter(pk__in=[egor.pk, ilya.pk]).update(is_active=False)
    text = enter(olga).get(f"/deals/{deal.pk}/").content.decode()
    assert f'<option value="{egor.pk}" selected>{egor.full_name}</option>' in text
    assert ilya.full_name not in text


@pytest.mark.parametrize("number", [1, 5])
def test_the_staff_is_asked_for_once_however_many_fields(deal, number, django_assert_num_queries):
    fields = [Field(code=f"p{at}", kind="person") for at in range(number)]
    with django_assert_num_queries(1):
        inputs.staff_for(fields, {})


def test_the_journal_says_words_and_names(deal, olga, egor):
    facts.change(deal, {"rooms": "a, b", "expert": str(egor.pk)}, by=olga)
    entry = Entry.objects.get(verb="deals.changed")
    with translation.override("ru"):
        changes = telling.changes_of(entry, telling.names_for([entry]))
    assert [(one.what, one.after) for one in changes] == [("Где", "Балкон, Кухня"), ("Эксперт", egor.full_name)]


def test_what_nobody_asks_for_any_more_is_read_where_it_is_known(deal, enter, olga):
    Field.objects.filter(code="rooms").update(is_active=False)
    page = enter(olga)
    assert ">Где<" not in page.get(f"/deals/{deal.pk}/").content.decode()
    facts.change(deal, {"rooms": "b"}, by=olga)
    text = page.get(f"/deals/{deal.pk}/").content.decode()
    assert '<span class="label">Где</span><span class="pre-line">Кухня</span>' in text
    assert 'name="rooms"' not in text


def test_fields_that_nobody_asks_for_here_stand_behind_a_fold(deal, enter, olga):
    for at in range(6):
        Field.objects.create(code=f"later{at}", kind="text", words={"ru": f"Потом {at}"})
    page = enter(olga)
    folded = page.get(f"/deals/{deal.pk}/").content.decode().split('<details class="later">')[1].split("</details>")[0]
    assert "Ещё 11 полей" in folded
    assert "Проёмов" not in folded
    facts.change(deal, {"later3": "уже известно"}, by=olga)
    folded = page.get(f"/deals/{deal.pk}/").content.decode().split('<details class="later">')[1].split("</details>")[0]
    assert ("Потом 2" in folded, "Потом 3" in folded) == (True, False)


def test_a_form_is_read_with_all_ticks_of_a_list():
    given = QueryDict("version=3&rooms=&rooms=a&rooms=b&name=1%007")
    assert inputs.read(given) == {"rooms": "a, b", "name": "17"}
