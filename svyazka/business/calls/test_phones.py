from datetime import timedelta

import pytest

from svyazka.business.calls import phones
from svyazka.business.calls.conftest import connected, phones_of
from svyazka.business.calls.models import Phone
from svyazka.business.calls.phone_system import At, PhonesSeen
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock

CODE = "asterisk/lab1"


@pytest.fixture(autouse=True)
def pbx(db):
    return connected(CODE)


def seen(seconds=0, *, code=CODE, are_all=False, **at):
    what = {name[1:]: At(state) for name, state in at.items()}
    phones.notice(PhonesSeen(code, clock.now() + timedelta(seconds=seconds), what, are_all))


def test_what_a_phone_is_at_is_known_and_told_once_for_all_that_changed():
    seen(_101="free", _102="busy")
    assert phones_of("", "101", "102", "103") == {"101": At.FREE, "102": At.BUSY}
    assert list(LiveEvent.objects.values_list("topic", flat=True)) == ["phone"]


def test_what_changes_nothing_is_not_told():
    seen(_101="free")
    since = Phone.objects.get().since
    seen(1, _101="free")
    assert Phone.objects.get().since == since
    assert LiveEvent.objects.count() == 1


def test_news_that_comes_late_does_not_change_what_is_known_since():
    seen(_101="busy")
    seen(-5, _101="free")
    assert phones_of("", "101") == {"101": At.BUSY}


def test_a_phone_that_is_not_in_the_list_after_a_break_is_away():
    seen(_101="free", _102="busy")
    seen(1, are_all=True, _101="free")
    assert phones_of("", "101", "102") == {"101": At.FREE, "102": At.AWAY}
    seen(2, are_all=True)
    assert phones_of("", "101", "102") == {"101": At.AWAY, "102": At.AWAY}


def test_of_a_system_that_is_not_heard_nothing_is_known(pbx):
    seen(_101="free")
    pbx.lost_at = clock.now()
    pbx.save()
    assert phones_of("", "101") == {}


def test_a_phone_that_two_systems_know_is_where_it_is_connected():
    connected("asterisk/lab2")
    seen(_101="busy")
    seen(1, code="asterisk/lab2", _101="away")
    assert phones_of("", "101") == {"101": At.BUSY}


def test_the_same_extension_of_two_systems_is_two_phones():
    connected("asterisk/lab2")
    seen(_101="busy")
    seen(1, code="asterisk/lab2", _101="free", _102="free")
    assert phones_of(CODE, "101", "102") == {"101": At.BUSY}
    assert phones_of("asterisk/lab2", "101", "102") == {"101": At.FREE, "102": At.FREE}


def test_however_many_are_asked_for_it_is_one_statement(django_assert_num_queries):
    seen(**{f"_{number}": "free" for number in range(100, 130)})
    for count in (1, 30):
        with django_assert_num_queries(1):
            assert len(phones_of("", *(str(100 + number) for number in range(count)))) == count
