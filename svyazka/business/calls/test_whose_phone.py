from itertools import count

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls import systems
from svyazka.business.calls.commands import pbx_of
from svyazka.business.calls.models import Pbx, Phone
from svyazka.business.calls.setting_up.phones import elsewhere, give, move, people_on
from svyazka.business.calls.whose_phone import PhoneKey, colleagues_at, not_rung, rung_by, staff_at
from svyazka.business.journal.models import Entry
from svyazka.business.staff import hire
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

NORTH, SOUTH = "asterisk/north", "asterisk/south"
OLGAS, OKSANAS = PhoneKey(NORTH, "101"), PhoneKey(SOUTH, "101")


@pytest.fixture
def two_branches(olga, oksana):
    """Each has a 101."""
    for person, code in ((olga, NORTH), (oksana, SOUTH)):
        person.pbx_code, person.extension = code, "101"
        person.save()


def test_a_phone_is_whose_extension_it_is_on_its_pbx(two_branches, olga, oksana, django_assert_num_queries):
    nobodys = PhoneKey("asterisk/west", "101")
    with django_assert_num_queries(1):
        assert staff_at([OLGAS, OKSANAS, nobodys, PhoneKey(NORTH, "")]) == {OLGAS: olga.pk, OKSANAS: oksana.pk}
    assert colleagues_at([OKSANAS]) == {OKSANAS: oksana.full_name}
    assert staff_at([]) == {}


def test_with_whom_no_pbx_is_named_has_his_phone_on_any(mikhail):
    assert mikhail.pbx_code == ""
    phones = [PhoneKey(code, mikhail.extension) for code in (NORTH, SOUTH)]
    assert staff_at(phones) == dict.fromkeys(phones, mikhail.pk)


def test_a_dialled_number_rings_whoever_has_it_there_and_else_the_only_one_who_has_it(
    two_branches, olga, mikhail, django_assert_num_queries
):
    hire.change(mikhail, by=mikhail, pbx_code=SOUTH)
    there, ambiguous = PhoneKey(NORTH, mikhail.extension), PhoneKey("asterisk/west", "101")
    with django_assert_num_queries(1):
        rung = rung_by([OLGAS, there, ambiguous])
    assert rung == {OLGAS: (olga.pk, olga.full_name), there: (mikhail.pk, mikhail.full_name)}
    assert staff_at([there]) == {}, "a phone that rings there is not his"
    Phone.objects.create(pbx_code=NORTH, extension=mikhail.extension, state="free", since=clock.now())
    assert rung_by([there]) == {}, "that PBX has a phone of its own under this number"


def test_without_a_pbx_an_extension_is_one_persons_alone_and_the_refusal_says_how_it_goes(two_branches, mikhail):
    with pytest.raises(Refused) as refused:
        hire.change(mikhail, by=mikhail, extension="101")
    assert "extension" in refused.value.fields
    assert refused.value.message != hire._taken(IntegrityError("one_extension_on_a_pbx")).message
    hire.change(mikhail, by=mikhail, extension="101", pbx_code="asterisk/west")


SOME = st.lists(st.tuples(st.sampled_from(["", NORTH, SOUTH]), st.sampled_from(["101", "102"])), max_size=6)


@given(phones=SOME)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_database_lets_in_no_phone_rings_for_two(db, phones):
    Person.objects.all().delete()
    numbers = count()
    for code, extension in phones:
        try:
            with transaction.atomic():
                Person.objects.create(login=f"p{next(numbers)}", full_name="P", extension=extension, pbx_code=code)
        except IntegrityError:
            assert _is_taken(code, extension)
        else:
            assert not _is_taken(code, extension, times=2)


def _is_taken(code, extension, times=1):
    having = Person.objects.filter(extension=extension)
    return sum(code == one.pbx_code or "" in (code, one.pbx_code) for one in having) >= times


@pytest.fixture
def south(db):
    Pbx.objects.create(code=NORTH, driver="asterisk", host="127.0.0.1", port=5038)
    return Pbx.objects.create(code=SOUTH, driver="asterisk", host="127.0.0.1", port=5039)


def test_the_list_of_phones_gives_an_extension_once_on_each_pbx(south, olga, oksana, mikhail, anna):
    hire.change(olga, by=anna, pbx_code=NORTH)
    typed = {olga.pk: "101", oksana.pk: "101", mikhail.pk: "102"}
    assert give(south, typed, by=anna) == 2
    found = {one.login: (one.pbx_code, one.extension) for one in Person.objects.filter(pk__in=typed)}
    assert found == {"olga": (NORTH, "101"), "oksana": (SOUTH, "101"), "mikhail": (SOUTH, "102")}
    assert {one.login for one in people_on(south)} == {"oksana", "mikhail"}
    with pytest.raises(Refused) as refused:
        give(south, {mikhail.pk: "101"}, by=anna)
    assert list(refused.value.fields) == [f"extension_{mikhail.pk}"]


def test_whose_pbx_is_not_chosen_yet_is_in_the_way_and_it_is_said_so(south, olga, mikhail, anna):
    assert olga.pbx_code == ""
    with translation.override("en"), pytest.raises(Refused) as refused:
        give(south, {mikhail.pk: "101", olga.pk: "101"}, by=anna)
    said = refused.value.fields
    wanted = "has this extension. If on another PBX, choose it on that person's page first."
    assert said[f"extension_{mikhail.pk}"] == f"{olga.full_name} {wanted}"
    assert said[f"extension_{olga.pk}"] == "On which PBX is this phone? Choose it on the person's page first."
    mikhail.refresh_from_db()
    assert mikhail.extension == "110"


def add_pbx(code, by):
    return systems.add(driver="asterisk", code=code, host="10.0.0.1", port=5038, login="", secret="", by=by)


def codes():
    return set(Person.objects.working().exclude(extension="").values_list("pbx_code", flat=True))


def test_whoever_has_a_phone_keeps_it_where_it_is_when_a_second_pbx_comes(windows, olga, anna):
    first = add_pbx("north", anna)
    assert codes() == {""}
    add_pbx("south", anna)
    assert codes() == {NORTH}
    olga.refresh_from_db()
    assert pbx_of(olga) == first
    assert Entry.objects.filter(verb="staff.changed", object_id=olga.pk).get().changes == {"pbx_code": ["", NORTH]}


def test_a_pbx_that_takes_the_place_of_one_that_is_off_is_the_only_one_there_is(windows, anna):
    first = add_pbx("north", anna)
    systems.change(first, by=anna, is_active=False)
    second = add_pbx("south", anna)
    assert codes() == {""}
    assert {one.login for one in people_on(second)} >= {"olga", "mikhail", "roza"}
    systems.change(first, by=anna, is_active=True)
    assert codes() == {SOUTH}


def test_many_go_to_another_pbx_at_once_and_whose_number_is_taken_there_stays(windows, olga, oksana, mikhail, anna):
    add_pbx("north", anna)
    south = add_pbx("south", anna)
    Person.objects.filter(pk=oksana.pk).update(pbx_code=SOUTH, extension=olga.extension)
    number = len(people_on(Pbx.objects.get(code=NORTH)))
    assert elsewhere(south) == {NORTH: number}
    moved = move(south, source=NORTH, department=mikhail.department, by=anna)
    assert 0 < moved.number < number - 1
    rest = move(south, source=NORTH, by=anna)
    assert rest.left == [olga]
    assert moved.number + rest.number == number - 1
    for source in (SOUTH, "", "asterisk/west"):
        with pytest.raises(Refused):
            move(south, source=source, by=anna)


def test_whose_number_is_somebody_elses_on_another_pbx_is_not_rung_there(
    two_branches, olga, oksana, mikhail, anna, django_assert_num_queries
):
    hire.change(mikhail, by=anna, pbx_code=SOUTH)
    theirs = {oksana.pk: OKSANAS, mikhail.pk: PhoneKey(SOUTH, mikhail.extension), anna.pk: PhoneKey("", "")}
    with django_assert_num_queries(1):
        assert not_rung(theirs, on=NORTH) == {oksana.pk}
    with django_assert_num_queries(0):
        assert not_rung(theirs, on=SOUTH) == set()
