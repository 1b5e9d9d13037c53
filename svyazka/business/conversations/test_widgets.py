from __future__ import annotations

import json
import re

import pytest

from svyazka.business.conversations import widget_script, widgets
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.widget_words import TEXTS, WORDS
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import Refused

CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
TYPED = {
    **{f"field_{name}": "no" for name in widget_script.FIELDS},
    "field_phone": "must",
    **{f"{name}_{code}": text for code, said in widget_script.USUAL["texts"].items() for name, text in said.items()},
    "color": "#1F5FD0",
    "side": "left",
    "lift": 40,
    "button": True,
    "call": True,
    "is_on": True,
    "pages": "/prices\n/catalogue/*",
    "only": "",
}


@pytest.fixture
def account(windows):
    return ChannelAccount.objects.get(code="web_form/okna")


def test_what_is_set_up_is_kept_and_written_down_once(account, anna):
    for _twice in range(2):
        account = widgets.change(account, TYPED, by=anna)
    kept = widgets.of(account)
    assert (kept["color"], kept["side"], kept["pages"]) == ("#1f5fd0", "left", ["/prices", "/catalogue/*"])
    assert kept["fields"] == [["phone", True]]
    assert Entry.objects.filter(verb="conversations.widget_changed").count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"field_phone": "may"}, "field_phone"),
        ({"title_ru": " "}, "title_ru"),
        ({"thanks_en": "x" * 301}, "thanks_en"),
        ({"color": "red;}"}, "color"),
        ({"lift": 4000}, "lift"),
        ({"lift": None}, "lift"),
        ({"pages": "https://okna.example.ru/"}, "pages"),
        ({"pages": "/a\n" * 51}, "pages"),
    ],
)
def test_what_visitors_would_stumble_over_is_refused_beside_its_input(account, anna, given, field):
    with pytest.raises(Refused) as refusal:
        widgets.change(account, {**TYPED, **given}, by=anna)
    assert field in refusal.value.fields
    account.refresh_from_db()
    assert account.options == {}


def test_a_form_that_wants_a_secret_is_shown_on_no_page(account, anna):
    account.options = {"proof": {"way": "header", "name": "X-Key"}}
    account.save()
    with pytest.raises(Refused) as refusal:
        widgets.change(account, TYPED, by=anna)
    assert list(refusal.value.fields) == ["is_on"]


def test_whoever_does_not_ask_for_a_phone_offers_no_call(account, anna):
    account = widgets.change(account, {**TYPED, "field_phone": "no", "field_email": "must"}, by=anna)
    assert widgets.of(account)["call"] is False


@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#808080", "#1f5fd0", "#ff6600", "#767676", "#00aa55"])
def test_what_stands_on_the_colour_can_be_read(color):
    ink = {"#fff": "#ffffff", "#000": "#000000"}[widget_script.ink_on(color)]
    assert widget_script.contrast(color, ink) >= 4.5


def test_what_somebody_types_cannot_leave_the_script():
    texts = {"ru": {"title": "</script><script>alert(1)\u2028"}}
    told = widget_script.config("key", {"texts": texts}, zone="Europe/Moscow")
    made = widget_script.script("run(__CONFIG__);", "b{}", told).decode()
    assert "<" not in made
    assert "\u2028" not in made
    assert json.loads(made[4:-2])["texts"] == texts


def test_each_word_is_there_in_both_languages():
    for russian, english in [*WORDS.values(), *TEXTS.values()]:
        assert CYRILLIC.search(russian)
        assert not CYRILLIC.search(english)
