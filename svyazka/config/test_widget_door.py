"""The form of a site at its door: what a visitor's browser gets, how large it is, and what a thousand of them cost."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from svyazka.business.consents import texts
from svyazka.business.conversations import widget_script, widgets
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.test_widgets import TYPED
from svyazka.config import static_files
from svyazka.edge import widgets as door
from svyazka.edge.conftest import House, open_house

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/widget/demo-okna.js"
LARGEST = 15 * 1024


@pytest.fixture
def house(windows, settings) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL, secret_key=settings.SECRET_KEY) as house:
        yield house


@pytest.fixture
def shown(house, anna):
    widgets.change(ChannelAccount.objects.get(code="web_form/okna"), TYPED, by=anna)
    return house


def test_a_page_of_any_site_gets_the_script_with_its_settings(shown, anna):
    texts.change("processing", {"ru": "Согласен на обработку."}, seen=0, by=anna)
    answer = shown.ask("GET", PATH)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "max-age=300" in answer.headers["cache-control"]
    said = answer.body.decode()
    assert "__CONFIG__" not in said
    assert '"consent":{"version": 1'.replace(" ", "") in said.replace(" ", "")
    assert '"color":"#1f5fd0"' in said


def test_it_is_sent_small_and_not_a_second_time(shown):
    small = shown.ask("GET", PATH, accept_encoding="gzip, br")
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == shown.ask("GET", PATH).body
    again = shown.ask("GET", PATH, if_none_match=small.headers["etag"])
    assert (again.status, again.body) == (304, b"")


def test_as_visitors_get_it_it_is_under_fifteen_kilobytes(tmp_path, anna, windows):
    static_files.make_small(tmp_path)
    source, style = ((tmp_path / "client" / name).read_text() for name in ("widget.js", "widget.css"))
    consent = {"version": 3, "words": {"ru": "Согласен на обработку. " * 20, "en": "I agree. " * 20}}
    told = widget_script.config("k" * 24, widgets.read(TYPED), consent=consent, zone="Europe/Moscow")
    assert len(widget_script.script(source, style, told)) < LARGEST


def test_many_visitors_at_once_ask_the_database_once(shown, monkeypatch):
    asked = []
    make = door.Widgets._make

    async def counted(self, key):
        asked.append(key)
        return await make(self, key)

    monkeypatch.setattr(door.Widgets, "_make", counted)
    with ThreadPoolExecutor(16) as visitors:
        answers = list(visitors.map(lambda _n: shown.ask("GET", PATH).status, range(100)))
    assert (set(answers), asked) == ({200}, ["demo-okna"])


def test_switched_off_it_is_a_script_that_does_nothing(house, anna):
    answer = house.ask("GET", PATH)
    assert (answer.status, answer.body) == (200, door.OFF)


@pytest.mark.parametrize("path", ["/widget/nobody.js", "/widget/", "/widget/demo-okna.css", "/widget/..%2f..%2fx.js"])
def test_there_is_nothing_at_other_addresses(house, path):
    assert house.ask("GET", path).status == 404
