"""Roles of a company: what one may is data, and counts at once."""

from __future__ import annotations

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.staff import blueprint, grant, hire, roles
from svyazka.business.staff.models import CompanyRole, Person, Role
from svyazka.business.staff.roles import Reach
from svyazka.kit.refusals import Refused


@pytest.fixture
def assistant(anna):
    return grant.add_role({"ru": "Помощник руководителя", "en": "Assistant"}, based_on="manager", by=anna)


def test_a_role_begins_with_the_rights_of_one_of_the_house_and_goes_its_own_way(assistant, anna, mikhail):
    person = hire.change(mikhail, role=assistant.code, by=anna)
    assert roles.reach(person, "deals.change") is Reach.DEPARTMENT
    grant.grant(assistant.code, {"deals.change": Reach.ALL, "queue.see": Reach.NONE}, by=anna)
    person = Person.objects.get(pk=person.pk)
    assert (roles.reach(person, "deals.change"), roles.may(person, "queue.see")) == (Reach.ALL, False)
    assert person.get_role_display() == "Помощник руководителя"
    changes = Entry.objects.filter(verb="staff.role_changed").latest("pk").changes
    assert changes == {"deals.change": ["department", "all"], "queue.see": ["all", "none"]}


def test_what_is_as_usual_is_not_stored_so_that_later_versions_count(anna):
    grant.grant("operator", {"deals.change": Reach.OWN, "clients.see": Reach.ALL}, by=anna)
    assert CompanyRole.objects.get(code="operator").rights == {"deals.change": Reach.OWN}
    grant.as_usual("operator", by=anna)
    assert CompanyRole.objects.get(code="operator").rights == {}


def test_a_person_who_may_no_longer_is_refused_and_others_are_not_touched(anna, olga, oksana, mikhail):
    grant.grant("operator", {"visits.book": Reach.NONE}, by=anna)
    assert [roles.may(one, "visits.book") for one in (olga, oksana, mikhail)] == [False, False, True]


@pytest.mark.parametrize("right", ["settings.change", "staff.change", "staff.see"])
def test_the_administrator_keeps_what_gives_rights_back(anna, right):
    with pytest.raises(Refused):
        grant.grant("administrator", {right: Reach.NONE}, by=anna)


def test_whoever_works_on_site_gets_nothing_of_the_office(anna, boris):
    fitter = grant.add_role({"ru": "Сборщик"}, based_on="crew", by=anna)
    for right in ("clients.see", "deals.see", "visits.see"):
        with pytest.raises(Refused):
            grant.grant(fitter.code, {right: Reach.ALL}, by=anna)
    person = hire.change(boris, role=fitter.code, by=anna)
    assert (person.basis, roles.reach(person, "visits.see")) == (Role.CREW, Reach.OWN)
    assert fitter.code in roles.based_on(Role.CREW)


def test_a_right_that_is_given_or_not_cannot_be_given_in_part(anna):
    with pytest.raises(Refused):
        grant.grant("operator", {"visits.book": Reach.DEPARTMENT}, by=anna)


def test_two_roles_do_not_share_a_name_and_each_needs_one(assistant, anna):
    for words in ({"ru": "Помощник руководителя"}, {"ru": " "}, {"ru": "я" * 61}):
        with pytest.raises(Refused):
            grant.add_role(words, based_on="operator", by=anna)
    with pytest.raises(Refused):
        grant.add_role({"ru": "Король"}, based_on="king", by=anna)


def test_a_role_that_somebody_has_is_not_switched_off(assistant, anna, mikhail):
    hire.change(mikhail, role=assistant.code, by=anna)
    with pytest.raises(Refused):
        grant.switch(assistant.code, on=False, by=anna)
    hire.change(mikhail, role="manager", by=anna)
    assert not grant.switch(assistant.code, on=False, by=anna).is_active
    with pytest.raises(Refused):
        grant.switch("manager", on=False, by=anna)


def test_the_session_brings_the_role_along(assistant, anna, mikhail, enter, django_assert_num_queries):
    hire.change(mikhail, role=assistant.code, by=anna)
    client = enter(Person.objects.get(pk=mikhail.pk))
    with django_assert_num_queries(1):
        assert client.get("/account/language/").status_code == 405


def test_a_blueprint_brings_roles_and_they_are_written_out_as_they_came(projects):
    assert roles.reach(projects["lidia"], "deals.change") is Reach.ALL
    written = blueprint.ROLES.of_company()
    assert written == [
        {
            "code": "assistant",
            "name": {"ru": "Помощник руководителя", "en": "Assistant of the head"},
            "based_on": "manager",
            "rights": {"deals.change": "all", "leads.distribute": "all", "staff.see": "all"},
            "is_active": True,
        }
    ]
