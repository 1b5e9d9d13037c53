from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.identify import Contact, create
from svyazka.business.clients.matching import comparisons
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.models import Comparison
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.engines.matching import weights
from svyazka.engines.matching.hindsight import stand
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

pytestmark = pytest.mark.django_db
HOUSE = Automaton("test")
PHONE = Contact("phone", "+79161234567")


@pytest.fixture
def ivanova(windows):
    return create([PHONE], Known("Вера Иванова"), by=HOUSE)


def comes(name: str, *contacts: Contact) -> Comparison:
    recognise(contacts or [PHONE], Known(name), by=HOUSE)
    return Comparison.objects.latest("pk")


def test_each_request_leaves_what_it_takes_to_weigh_it_anew(ivanova):
    attached = comes("Вера")
    assert (attached.kind, attached.client_id, attached.weights) == ("certain", ivanova.pk, weights.start().version)
    asked = comes("Кузнецов Олег")
    assert (asked.kind, asked.likely[0][0]) == ("doubtful", ivanova.pk)
    assert asked.client_id != ivanova.pk
    nobody = comes("Пётр", Contact("phone", "+79035550011"))
    assert (nobody.kind, nobody.likely) == ("new", [])
    standing = stand(comparisons.candidates_of(attached.likely), weights.start())
    assert (standing.id, standing.kind(0.9)) == (ivanova.pk, "certain")


def test_nothing_of_what_it_said_is_kept(ivanova):
    kept = comes("Вера Иванова")
    said = str([kept.likely, kept.weights, kept.kind]).casefold()
    assert not any(word in said for word in ("вера", "иванов", "9161234567"))


def test_whoever_writes_from_a_known_account_is_compared_with_nobody(windows):
    account = Contact("telegram", "4711", "main", "@vera")
    recognise([account], Known("Вера"), by=HOUSE)
    recognise([account], Known("Вера"), by=HOUSE)
    assert Comparison.objects.count() == 1


def test_somebody_says_whether_it_belongs_there(ivanova, roza):
    attached = comes("Вера")
    comparisons.judge(attached, is_right=False, by=roza)
    (example,) = comparisons.judged()
    assert (example.same, example.amounts["phone.same"]) == (False, 1.0)
    comparisons.judge(attached, is_right=None, by=roza)
    assert list(comparisons.judged()) == []
    told = Entry.objects.filter(verb="clients.attachment_judged").order_by("pk").values_list("changes", flat=True)
    assert list(told) == [{"is_right": [None, False]}, {"is_right": [False, None]}]
    with pytest.raises(Refused):
        comparisons.judge(comes("Кузнецов Олег"), is_right=True, by=roza)


def test_what_nobody_has_looked_at_is_forgotten_after_half_a_year(ivanova, roza):
    told, silent, fresh = comes("Вера"), comes("Вера"), comes("Вера")
    comparisons.judge(told, is_right=True, by=roza)
    Comparison.objects.filter(pk__in=[told.pk, silent.pk]).update(at=clock.now() - timedelta(days=181))
    comparisons.forget_old()
    assert set(Comparison.objects.values_list("pk", flat=True)) == {told.pk, fresh.pk}
