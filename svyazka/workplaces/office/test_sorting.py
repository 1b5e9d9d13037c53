from __future__ import annotations

import pytest

from svyazka.business.clients import history
from svyazka.business.journal.record import Automaton
from svyazka.business.sorting import correcting, learning
from svyazka.business.sorting.models import Category, SortModel, SortRule, SortSettings
from svyazka.business.sorting.sort import sort
from svyazka.engines.sorting import made_up

RULE = {"name": "Реклама", "category": "spam", "any_of": "кредит\nзайм", "kinds": ["message"]}


@pytest.fixture
def lines(windows, vera):
    def come_in(texts):
        return [
            history.add(
                vera.pk, kind="message", direction="in", channel="telegram/main", text=text, by=Automaton("telegram")
            )
            for text in texts
        ]

    return come_in


def test_a_rule_is_tried_before_it_is_saved(enter, anna, lines):
    lines(["Кредит без справок", "Сколько стоит окно?", "Возьмите займ"])
    browser = enter(anna)
    page = browser.post("/office/sort-rules/new/", {**RULE, "do": "try"})
    assert page.status_code == 200
    assert page.context["tried"]["said"] == "Поймало бы 2 из последних 3."
    assert [row["text"] for row in page.context["tried"]["rows"]] == ["Возьмите займ", "Кредит без справок"]
    assert not SortRule.objects.exists()
    browser.post("/office/sort-rules/new/", {**RULE, "do": "save"})
    rule = SortRule.objects.get()
    assert rule.when == {"any_of": ["кредит", "займ"], "kinds": ["message"]}
    assert "слова: кредит, займ" in browser.get("/office/sort-rules/").content.decode()


def test_a_rule_is_changed_switched_moved_and_removed(enter, anna):
    browser = enter(anna)
    browser.post("/office/sort-rules/new/", RULE)
    rule = SortRule.objects.get()
    page = browser.get(f"/office/sort-rules/{rule.pk}/")
    assert page.context["form"]["any_of"].value() == "кредит\nзайм"
    changed = {**RULE, "name": "Займы", "is_known": "no", "seen": "1"}
    browser.post(f"/office/sort-rules/{rule.pk}/", changed)
    rule.refresh_from_db()
    assert (rule.name, rule.when["is_known"], rule.version) == ("Займы", False, 2)
    assert browser.post(f"/office/sort-rules/{rule.pk}/", {**changed, "name": "Иначе"}).status_code == 422
    browser.post(f"/office/sort-rules/{rule.pk}/state/", {"on": "0"})
    browser.post(f"/office/sort-rules/{rule.pk}/place/", {"to": "up"})
    assert SortRule.objects.get().is_active is False
    browser.post(f"/office/sort-rules/{rule.pk}/removal/")
    assert not SortRule.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"any_of": "", "kinds": []},
        {"name": ""},
        {"category": "nothing"},
        {"any_of": "…"},
        {"any_of": "а" * 100},
        {"is_known": "perhaps"},
        {"accounts": ["nobody"]},
    ],
)
@pytest.mark.parametrize("do", ["try", "save"])
def test_what_cannot_be_meant_is_said_beside_the_input(enter, anna, wrong, do):
    page = enter(anna).post("/office/sort-rules/new/", {**RULE, **wrong, "do": do})
    assert (page.status_code, bool(page.context["form"].errors)) == (422, True)
    assert not SortRule.objects.exists()


def test_a_category_is_added_changed_and_switched_off(enter, anna):
    browser = enter(anna)
    given = {"ru": "Гарантия", "en": "Warranty", "meaning": "order_question", "colour": "teal"}
    browser.post("/office/categories/", given)
    assert Category.objects.get(code="warranty").colour == "teal"
    browser.post("/office/categories/warranty/", {**given, "colour": "red"})
    browser.post("/office/categories/warranty/state/", {"on": "0"})
    browser.post("/office/categories/warranty/place/", {"to": "up"})
    found = Category.objects.get(code="warranty")
    assert (found.colour, found.is_active) == ("red", False)
    assert browser.post("/office/categories/", {**given, "colour": "pink"}).status_code == 422
    assert browser.post("/office/categories/", given).status_code == 422


def test_the_classifier_shows_what_each_threshold_would_have_done(enter, anna, olga, lines):
    category = {one.code: one for one in Category.objects.all()}
    texts = made_up.messages(300, 1)
    for line, (_text, code) in zip(lines([text for text, _code in texts]), texts, strict=True):
        correcting.correct(line.pk, category[code], by=olga)
    browser = enter(anna)
    assert "steps" not in browser.get("/office/sorting/").context
    browser.post("/office/sorting/learning/")
    assert browser.get("/office/sorting/").context["is_learning"]
    learning.go_on()
    page = browser.get("/office/sorting/?at=0.95")
    assert (page.context["chosen"], page.context["is_other"]) == ("0.95", True)
    steps = page.context["steps"]
    assert all(step["right"] + step["wrong"] + step["open"] == page.context["number"] for step in steps)
    assert [one["right"] for one in steps] == sorted(one["right"] for one in steps)
    browser.post("/office/sorting/threshold/", {"threshold": "0.95"})
    assert SortSettings.objects.values("threshold", "takes_over").get() == {"threshold": 0.95, "takes_over": False}
    assert browser.post("/office/sorting/threshold/", {"threshold": "2"}).status_code == 422


def test_what_was_learnt_is_taken_over_or_left(enter, anna, olga, lines):
    category = {one.code: one for one in Category.objects.all()}
    learning.choose(threshold=0.8, takes_over=False, by=anna)
    texts = made_up.messages(120, 1)
    for line, (_text, code) in zip(lines([text for text, _code in texts]), texts, strict=True):
        correcting.correct(line.pk, category[code], by=olga)
    browser = enter(anna)
    for way, state in (("leaving", "left"), ("taking", "taken")):
        browser.post("/office/sorting/learning/")
        learning.go_on()
        ready = browser.get("/office/sorting/").context["ready"]
        browser.post(f"/office/sorting/models/{ready['id']}/{way}/")
        assert SortModel.objects.get(pk=ready["id"]).state == state
    assert sort(lines(["Можно перенести замер на другой день?"])[0]) in {"", *category}


def test_days_are_drawn_in_the_colours_of_categories(enter, anna, lines):
    browser = enter(anna)
    browser.post("/office/sort-rules/new/", RULE)
    for line in lines(["кредит", "займ"]):
        sort(line)
    days = browser.get("/office/categories/").context["days"]
    assert (len(days), days[0]["total"], days[0]["parts"][0]["colour"]) == (14, 2, "slate")


def test_only_heads_and_administrators_change_them(enter, roza, olga):
    for address in ("categories/", "sort-rules/", "sorting/"):
        assert enter(olga).get(f"/office/{address}").status_code == 403
        assert enter(roza).get(f"/office/{address}").status_code == 200
