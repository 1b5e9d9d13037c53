from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.automation import conditions
from svyazka.business.automation.action import Case
from svyazka.business.automation.conditions import CONDITIONS
from svyazka.business.automation.trigger import Event
from svyazka.business.clients import history
from svyazka.business.clients.models import Client, Source
from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, Field, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

WITH = ("stage", "pipeline", "client", "source", "responsible", "department")


@pytest.fixture
def case(deal):
    """`case(facts={…})`: of a deal that was opened now."""

    def make(client=None, data=None, **more):
        opened = deal(client, **more) if client else deal(**more)
        whole = Deal.objects.select_related(*WITH).get(pk=opened.pk)
        event = Event("x", clock.now(), whole.pk, whole.client_id, data=data or {})
        return Case(event, whole, whole.client, "run/1/0")

    return make


def holds(kind, given, case):
    """Asked of one; and of all deals at once, where the database can ask it."""
    (one,) = conditions.read([{"kind": kind, "given": given}])
    assert conditions.read([one]) == [one]
    found, why = conditions.holds([one], case)
    assert bool(why) != found
    if (narrowed := CONDITIONS[kind].narrowed(one["given"])) is not None:
        assert Deal.objects.filter(narrowed, pk=case.deal.pk).exists() == found
    return found


def test_stage_pipeline_source_and_department(case, mikhail):
    source = Source.objects.first()
    one = case(source=source)
    here, there = one.deal.stage_id, Stage.objects.exclude(pk=one.deal.stage_id).first().pk
    assert holds("stage", {"how": "is", "values": [str(here), str(there)]}, one)
    assert not holds("stage", {"how": "is_not", "values": [str(here)]}, one)
    assert holds("pipeline", {"how": "is", "values": [one.deal.pipeline.code]}, one)
    assert holds("source", {"how": "is", "values": [source.code]}, one)
    assert holds("source", {"how": "is_not", "values": [source.code]}, case())
    assert holds("department", {"how": "is", "values": [one.deal.department.code]}, one)


@pytest.mark.parametrize(
    ("given", "amount", "is_so"),
    [
        ({"how": "least", "amount": "100"}, "100", True),
        ({"how": "least", "amount": "100"}, "99.99", False),
        ({"how": "most", "amount": "100"}, "100", True),
        ({"how": "most", "amount": "100"}, None, False),
        ({"how": "known"}, "1", True),
        ({"how": "unknown"}, None, True),
    ],
)
def test_the_amount(case, given, amount, is_so):
    one = case()
    Deal.objects.filter(pk=one.deal.pk).update(amount=amount)
    one.deal.refresh_from_db()
    assert holds("amount", given, one) == is_so


@pytest.mark.parametrize(
    ("kind", "stored", "how", "value", "is_so"),
    [
        ("number", 3, "equal", "3", True),
        ("number", 3, "least", "4", False),
        ("number", 10, "least", "9", True),
        ("money", "10.00", "most", "10", True),
        ("decimal", "2.5", "equal", "2,50", True),
        ("date", "2026-05-01", "least", "2026-04-30", True),
        ("moment", "2026-05-01T10:00:00+00:00", "most", "2026-05-01T13:00:00+03:00", True),
        ("text", "Синий профиль", "holds", "ПРОФИЛЬ", True),
        ("text", "Синий", "other", "синий", False),
        ("yes", True, "equal", "yes", True),
        ("choice", "b", "equal", "b", True),
        ("choices", ["a", "b"], "equal", "b", True),
        ("choices", ["a"], "other", "b", True),
        ("choices", ["b"], "equal", "a; b", True),
        ("text", None, "other", "что-то", True),
        ("text", None, "equal", "что-то", False),
        ("text", None, "unknown", "", True),
        ("text", "есть", "known", "", True),
    ],
)
def test_a_field_of_the_deal_and_of_the_client(case, vera, kind, stored, how, value, is_so):
    choices = [{"code": code, "words": {"ru": code}} for code in "ab"]
    for of in ("deal", "client"):
        Field.objects.create(code=f"{of}_x", kind=kind, of=of, words={"ru": "Икс"}, choices=choices)
    Client.objects.filter(pk=vera.pk).update(facts={} if stored is None else {"client_x": stored})
    one = case(facts={} if stored is None else {"deal_x": stored})
    for of in ("deal", "client"):
        assert holds(f"{of}_field", {"field": f"{of}_x", "how": how, "value": value}, one) == is_so


def test_age_responsible_and_state(case, later, mikhail, roza):
    one = case()
    assert not holds("age", {"since": "opened_at", "how": "least", "minutes": "60"}, one)
    assert holds("age", {"since": "stage_since", "how": "most", "minutes": "60"}, one)
    later(hours=2)
    assert holds("age", {"since": "opened_at", "how": "least", "minutes": "60"}, one)
    assert holds("responsible", {"how": "is", "people": [str(mikhail.pk)]}, one)
    assert holds("responsible", {"how": "is_not", "people": [str(roza.pk)]}, one)
    assert not holds("responsible", {"how": "nobody"}, one)
    assert holds("state", {"how": "is", "values": ["open"]}, one)
    won = Stage.objects.filter(pipeline=one.deal.pipeline, kind="won").first()
    moves.put(one.deal, to=won, by=mikhail)
    assert holds("state", {"how": "is", "values": ["won", "lost"]}, one)
    assert holds("state", {"how": "is_not", "values": ["open"]}, one)


def test_a_new_client_becomes_a_known_one(case, vera):
    first = case()
    assert holds("known", {"how": "new"}, first)
    assert holds("family", {"how": "only"}, first)
    assert holds("family", {"how": "first"}, first)
    second = case()
    assert holds("known", {"how": "known"}, second)
    assert not holds("known", {"how": "bought"}, second)
    assert holds("family", {"how": "besides"}, second)
    assert holds("client_kind", {"how": "is", "values": [vera.kind]}, second)


def test_what_the_event_says(case):
    one = case(data={"result": "missed"})
    assert holds("result", {"how": "is", "values": ["missed", "busy"]}, one)
    assert not holds("result", {"how": "is", "values": ["answered"]}, one)


def test_how_often(case, vera, olga):
    one = case()
    for result in ("missed", "answered", "missed"):
        history.add(
            vera.pk, kind="call", direction="in", deal_id=one.deal.pk, data={"result": result}, by=olga
        )  # fmt: skip
    old = clock.now() - timedelta(days=40)
    history.add(vera.pk, kind="call", direction="in", data={"result": "missed"}, at=old, by=olga)
    given = {"what": "missed", "whose": "client", "how": "least", "times": "3", "days": "30"}
    assert not holds("how_often", given, one)
    assert holds("how_often", {**given, "days": "60"}, one)
    assert holds("how_often", {**given, "times": "2", "whose": "deal"}, one)
    assert holds("how_often", {**given, "how": "most", "times": "2"}, one)
    assert not holds("how_often", {**given, "what": "visit_moves", "times": "1"}, one)


@pytest.mark.parametrize(
    ("hour", "begin", "end", "days", "is_within"),
    [
        ("2026-11-27T10:00", "09:00", "18:00", "4", True),
        ("2026-11-27T18:00", "09:00", "18:00", "4", False),
        ("2026-11-28T10:00", "09:00", "18:00", "4", False),
        ("2026-11-28T02:00", "22:00", "06:00", "4", True),
        ("2026-11-27T02:00", "22:00", "06:00", "4", False),
        ("2026-11-27T23:00", "22:00", "06:00", "4", True),
    ],
)
def test_days_and_hours_by_the_companys_clock(case, monkeypatch, hour, begin, end, days, is_within):
    from datetime import datetime

    from django.utils import timezone

    one = case()
    moment = timezone.make_aware(datetime.fromisoformat(hour))
    monkeypatch.setattr(clock, "now", lambda: moment)
    given = {"days": list(days), "begin": begin, "end": end}
    assert holds("hours", {"how": "inside", **given}, one) == is_within
    assert holds("hours", {"how": "outside", **given}, one) != is_within


def test_somebody_is_there(case, mikhail):
    one = case()
    assert holds("somebody_there", {"who": "responsible", "how": "there"}, one)
    Person.objects.filter(pk=mikhail.pk).update(hours={})
    code = one.deal.department.code
    assert holds("somebody_there", {"who": "department", "department": code, "how": "there"}, one)
    Person.objects.filter(department__code=code).update(is_active=False)
    assert holds("somebody_there", {"who": "department", "department": code, "how": "not_there"}, one)


def test_a_formula_over_what_is_known(case, vera):
    one = case()
    Deal.objects.filter(pk=one.deal.pk).update(amount="150000")
    assert holds("formula", {"holder": "deal", "formula": "[Сумма сделки] > 100 000"}, one)
    assert not holds("formula", {"holder": "deal", "formula": "[Сумма сделки] > 200 000"}, one)
    Deal.objects.filter(pk=one.deal.pk).update(amount=None)
    assert not holds("formula", {"holder": "deal", "formula": "[Сумма сделки] > 100 000"}, one)
    read = conditions.read([{"kind": "formula", "given": {"holder": "deal", "formula": "[Сумма сделки]>5"}}])
    assert conditions.words(read) == ["[Сумма сделки] > 5"]


@pytest.mark.parametrize("formula", ["[Сумма сделки] >", "[Нет такого] > 1", "[Сумма сделки] + 1"])
def test_what_is_no_formula_of_yes_or_no_is_refused(windows, formula):
    with pytest.raises(Refused) as refusal:
        conditions.read([{"kind": "formula", "given": {"holder": "deal", "formula": formula}}])
    assert list(refusal.value.fields) == ["0.formula"]


def test_of_a_group_one_is_enough_and_of_all_the_first_that_fails_is_said(case):
    never = {"kind": "amount", "given": {"how": "known"}}
    always = {"kind": "amount", "given": {"how": "unknown"}}
    one = case()
    read = conditions.read([{"any": [never, always]}, always])
    assert conditions.holds(read, one) == (True, "")
    assert Deal.objects.filter(conditions.narrowed(read), pk=one.deal.pk).exists()
    read = conditions.read([{"any": [never, never]}])
    assert not Deal.objects.filter(conditions.narrowed(read), pk=one.deal.pk).exists()
    assert conditions.holds(read, one) == (
        False,
        "Условие не выполнено: сумма известна или сумма известна.",
    )
    assert conditions.words(conditions.read([always])) == ["сумма не известна"]


def test_what_nobody_knows_any_more_never_holds(case):
    assert conditions.holds([{"kind": "gone", "given": {}}], case())[0] is False


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ([{"kind": "amount", "given": {"how": "least", "amount": "много"}}], "0.amount"),
        ([{"kind": "amount", "given": "x"}], "0"),
        ([{"kind": "no", "given": {}}], "0"),
        (["x"], "0"),
        ([{"any": [{"kind": "stage", "given": {"how": "is", "values": ["999999"]}}]}], "0.any.0.values"),
        ([{"kind": "hours", "given": {"days": ["9"], "begin": "09:00", "end": "10:00", "how": "inside"}}], "0.days"),
        ([{"kind": "hours", "given": {"days": ["1"], "begin": "9", "end": "10:00", "how": "inside"}}], "0.begin"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(windows, typed, place):
    with pytest.raises(Refused) as refusal:
        conditions.read(typed)
    assert list(refusal.value.fields) == [place]
