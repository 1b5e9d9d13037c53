from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.consents import giving, texts
from svyazka.business.consents.models import ClientConsent, ConsentText
from svyazka.business.consents.standing import may_be_written_to
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

KIND = ConsentText.Kind.PROCESSING


@pytest.fixture
def written(anna):
    texts.change(KIND, {"ru": "Согласен на обработку."}, seen=0, by=anna)


def test_other_words_are_another_version_and_the_earlier_one_is_kept(written, anna):
    texts.change(KIND, {"ru": "Согласен на обработку данных.", "en": "I agree."}, seen=1, by=anna)
    texts.change(KIND, {"ru": "Согласен на обработку данных.", "en": " I agree. "}, seen=2, by=anna)
    assert [(one.version, one.words["ru"]) for one in texts.list_versions(KIND)] == [
        (2, "Согласен на обработку данных."),
        (1, "Согласен на обработку."),
    ]
    assert {kind: one.version for kind, one in texts.newest().items()} == {KIND: 2}


def test_of_two_who_change_a_text_the_second_is_told(written, anna):
    with pytest.raises(ChangedMeanwhile):
        texts.change(KIND, {"ru": "Иначе"}, seen=0, by=anna)
    assert len(texts.list_versions(KIND)) == 1


@pytest.mark.parametrize("given", [{}, {"ru": " ", "en": "I agree"}, {"ru": "х" * 10_001}])
def test_a_text_that_nobody_could_agree_to(windows, anna, given):
    with pytest.raises(Refused) as refusal:
        texts.change(KIND, given, seen=0, by=anna)
    assert set(refusal.value.fields) == {"ru"}
    assert not ConsentText.objects.exists()


def test_consent_is_to_the_words_of_that_time(written, anna, vera, olga):
    earlier = clock.now() - timedelta(days=1)
    before = giving.give(vera, KIND, source="paper", at=earlier, by=olga)
    now = giving.give(vera, KIND, source="call", by=olga)
    assert (before.text, now.text.version, now.by_id) == (None, 1, olga.pk)
    assert [one.pk for one in giving.list_of(vera.pk)] == [now.pk]


def test_the_same_words_once(written, vera, olga):
    first = giving.give(vera, KIND, source="call", by=olga)
    assert giving.give(vera, KIND, source="paper", by=olga).pk == first.pk
    assert Entry.objects.filter(verb="consents.given").count() == 1


def test_what_is_withdrawn_stays_known_and_can_be_given_again(written, vera, olga, mikhail):
    giving.give(vera, KIND, source="call", by=olga)
    giving.withdraw(vera, KIND, by=mikhail)
    with pytest.raises(Refused):
        giving.withdraw(vera, KIND, by=mikhail)
    [one] = giving.list_of(vera.pk)
    assert (one.withdrawn_at is not None, one.withdrawn_by) == (True, mikhail)
    giving.give(vera, KIND, source="paper", by=olga)
    assert [one.withdrawn_at for one in giving.list_of(vera.pk)] == [None]
    assert ClientConsent.objects.count() == 2


@pytest.mark.parametrize(("kind", "source"), [("breathing", "call"), (KIND, "telepathy")])
def test_there_is_no_such_consent(vera, olga, kind, source):
    with pytest.raises(Refused):
        giving.give(vera, kind, source=source, by=olga)


def test_who_has_withdrawn_is_written_to_only_about_a_deal_that_is_open(vera, olga):
    def now() -> tuple[bool, bool]:
        return tuple(may_be_written_to(vera.pk, deal_is_open=one) for one in (True, False))

    assert now() == (True, True)
    giving.give(vera, KIND, source="call", by=olga)
    giving.give(vera, "advertising", source="call", by=olga)
    giving.withdraw(vera, "advertising", by=olga)
    assert now() == (True, True)
    giving.withdraw(vera, KIND, by=olga)
    assert now() == (True, False)
    giving.give(vera, KIND, source="paper", by=olga)
    assert now() == (True, True)
