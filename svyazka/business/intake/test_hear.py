"""Who may hear what was said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.calls.models import Call, Listening, Recording
from svyazka.business.calls.recordings import listening
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.intake import hear
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import CompanyRole, Person
from svyazka.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(vera, olga) -> Call:
    """A deal of nobody; Olga spoke with the client."""
    deal = open_deal(vera, by=olga)
    return Call.objects.create(
        started_at=clock.now(), pbx_code="asterisk/lab1", key="1", client_id=vera.pk, deal_id=deal.pk, state="ended",
        answered_by_id=olga.pk,
    )  # fmt: skip


def who_may(windows, call, recordings=()):
    return {login for login, person in windows.items() if hear.may_listen(person, call, recordings)}


def test_operators_hear_their_own_calls_managers_those_of_their_department_and_nobody_on_site_any(windows, call):
    dina = windows["dina"]
    Deal.objects.filter(pk=call.deal_id).update(department=dina.department)
    may = who_may(windows, call)
    assert {"olga", "dina", "konstantin", "roza", "anna"} <= may
    assert not may & {"oksana", "egor", "ilya", "boris"}


def test_whoever_got_the_client_from_a_colleague_has_spoken_with_him_too(windows, call):
    one = Recording(people={"101": windows["olga"].pk, "102": windows["oksana"].pk})
    assert "oksana" not in who_may(windows, call)
    assert "oksana" in who_may(windows, call, [one])


def test_whoever_is_responsible_for_the_deal_or_for_one_linked_with_it_hears_it(windows, call):
    oksana = windows["oksana"]
    Deal.objects.filter(pk=call.deal_id).update(department=windows["dina"].department)
    linked = Deal.objects.get(pk=call.deal_id)
    linked.pk, linked.first_id, linked.responsible = None, call.deal_id, oksana
    linked.save(force_insert=True)
    assert "oksana" in who_may(windows, call)


def test_a_company_may_give_the_right_to_others_but_never_to_those_on_site(windows, call):
    CompanyRole.objects.create(code="operator", based_on="operator", rights={"recordings.listen": 3})
    CompanyRole.objects.create(code="manager", based_on="manager", rights={"recordings.listen": 0})
    may = who_may({login: Person.objects.get(login=login) for login in windows}, call)
    assert "oksana" in may
    assert "mikhail" not in may


def test_a_listening_is_written_down_once_for_two_hours(call, olga, oksana):
    begun = hear.listen(call, [], by=olga, address="10.0.0.7")
    assert hear.listen(call, [], by=olga, address="10.0.0.7") == begun
    assert (begun.person_id, begun.address, begun.is_download) == (olga.pk, "10.0.0.7", False)
    assert listening.find(call, begun.pk, olga) == begun
    assert listening.find(call, begun.pk, oksana) is None
    Listening.objects.update(at=clock.now() - timedelta(hours=3))
    assert listening.find(call, begun.pk, olga) is None
    hear.listen(call, [], by=olga, address="")
    hear.listen(call, [], by=olga, address="", is_download=True)
    assert [one.is_download for one in listening.list_listenings(call)] == [True, False, False]
    entries = Entry.objects.filter(kind="listening").order_by("pk")
    assert [(one.verb, one.by_id, one.object_id, one.deal_id) for one in entries] == [
        ("calls.listened", olga.pk, call.pk, call.deal_id),
        ("calls.listened", olga.pk, call.pk, call.deal_id),
        ("calls.downloaded", olga.pk, call.pk, call.deal_id),
    ]


def test_whoever_may_not_leaves_no_listening(call, oksana):
    Deal.objects.update(responsible=None)
    with pytest.raises(hear.NotYours):
        hear.listen(call, [], by=oksana, address="")
    assert not Listening.objects.exists()
