from __future__ import annotations

import pytest

from svyazka.business.clients import history, mentions
from svyazka.business.clients.models import Interaction
from svyazka.business.notices.models import Notice
from svyazka.business.staff.hire import let_go
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused


def note(vera, text, *, by, **more):
    return history.note(vera.pk, text, by=by, **{"deal_id": None, **more})


def test_whoever_is_mentioned_is_kept_by_id_and_hears_of_it(vera, olga, mikhail, konstantin):
    text = "@Михаил Лебедев, позвоните; @Константин Орлов"
    konstantin.full_name = "Константин Орлов"
    konstantin.save()
    written = note(vera, text, deal_id=17, by=olga)
    assert written.data == {"mentions": {str(mikhail.pk): "Михаил Лебедев", str(konstantin.pk): "Константин Орлов"}}
    told = Notice.objects.filter(kind="note.mentioned").order_by("pk")
    assert {(one.person_id, one.deal_id, one.client_id, one.data["text"]) for one in told} == {
        (person.pk, 17, vera.pk, text) for person in (mikhail, konstantin)
    }


def test_the_same_note_twice_tells_once(vera, olga, mikhail):
    for _time in range(2):
        note(vera, "@Михаил Лебедев", by=olga)
    assert Notice.objects.count() == 1


def test_a_note_without_anybody_named_asks_nothing_more(vera, olga, django_assert_num_queries):
    assert mentions.find("Пишите на info@okna.ru или @telegram_name", right="clients.see") == {}
    with django_assert_num_queries(0):
        mentions.find("Просила не звонить", right="clients.see")


@pytest.mark.parametrize("login", ["egor", "boris", "oksana"])
def test_whoever_would_not_see_it_is_refused_before_anything_is_stored(windows, vera, olga, anna, login):
    let_go(windows["oksana"], by=anna)
    person = windows[login]
    words = "больше не работает" if login == "oksana" else "не видит"
    with pytest.raises(Refused, match=f"{person.full_name}.*{words}"):
        note(vera, f"@{person.full_name} посмотрите", by=olga)
    assert not Interaction.objects.filter(kind="note").exists()
    assert not Notice.objects.exists()


def test_of_two_with_one_name_the_one_picked_is_meant(windows, vera, olga, mikhail, egor):
    Person.objects.filter(pk=windows["dina"].pk).update(full_name=mikhail.full_name)
    Person.objects.filter(pk=egor.pk).update(full_name=mikhail.full_name)
    text = f"@{mikhail.full_name} посмотрите"
    assert note(vera, text, by=olga, picked=[mikhail.pk]).data["mentions"].keys() == {str(mikhail.pk)}
    # Written by hand: both of them who may read it.
    both = {str(mikhail.pk), str(windows["dina"].pk)}
    assert note(vera, f"{text}!", by=olga).data["mentions"].keys() == both


def test_a_name_that_begins_like_another_is_not_taken_for_it():
    named = {"1": "Анна Белова", "2": "Анна Белова-Крюк"}
    assert mentions.parts("@Анна Белова-Крюк и @Анна Белова.", named) == [
        ("Анна Белова-Крюк", 2),
        (" и ", None),
        ("Анна Белова", 1),
        (".", None),
    ]
