from __future__ import annotations

import pytest

from svyazka.business.calls import lines, links, systems
from svyazka.business.calls.models import Pbx, PhoneLine
from svyazka.business.calls.phone_system import Option
from svyazka.business.clients.models import Source
from svyazka.business.journal.models import Entry
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused
from svyazka.kit.strongbox import Strongbox


def add(by, **more):
    given = {"driver": "asterisk", "code": "lab1", "host": "10.0.0.5", "port": 5038, "login": "crm", "secret": "hush"}
    return systems.add(**{**given, **more}, by=by)


def test_the_secret_of_a_system_is_locked_away_and_never_told(anna):
    pbx = add(anna)
    assert pbx.code == "asterisk/lab1"
    assert secrets.take_out(Pbx.objects.get().secret) == "hush"
    systems.change(pbx, by=anna, host="10.0.0.6", secret="other")
    assert secrets.take_out(Pbx.objects.get().secret) == "other"
    systems.change(pbx, by=anna, login="crm2")
    assert secrets.take_out(Pbx.objects.get().secret) == "other"
    assert all(word not in str(list(Entry.objects.values("changes", "note"))) for word in ("hush", "other"))


def test_a_cloud_system_gets_an_address_that_nobody_guesses(anna):
    pbx = add(anna, driver="mango", host="app.mango-office.ru", port=443)
    first = pbx.public_key
    assert (systems.way_in(pbx), len(first)) == ("cloud_pbx", 43)
    assert systems.renew_address(pbx, by=anna).public_key not in ("", first)
    assert first not in str(list(Entry.objects.values("changes", "note")))


def test_one_that_is_listened_to_has_none(anna):
    pbx = add(anna)
    assert (systems.way_in(pbx), pbx.public_key) == ("", "")
    with pytest.raises(Refused):
        systems.renew_address(pbx, by=anna)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"driver": "x"}, "driver"), ({"host": "http://pbx"}, "host"), ({"port": 0}, "port"), ({"code": "Ж"}, "code")],
)
def test_what_cannot_be_is_named(anna, given, field):
    with pytest.raises(Refused) as refusal:
        add(anna, **given)
    assert list(refusal.value.fields) == [field]


def test_one_name_for_one_system(anna):
    add(anna)
    with pytest.raises(Refused):
        add(anna)


def test_a_number_comes_changes_and_goes(anna):
    source = Source.objects.get(code="phone_ads")
    line = lines.add(number="8 495 100-09-09", name="Реклама 2", source=source, by=anna)
    assert line.number == "+74951000909"
    lines.change(line, name="Радио", source=None, by=anna)
    assert Entry.objects.get(verb="calls.line_changed").changes == {
        "name": ["Реклама 2", "Радио"],
        "source": ["Телефон из рекламы", ""],
    }
    lines.remove(line, by=anna)
    assert not PhoneLine.objects.filter(pk=line.pk).exists()


@pytest.mark.parametrize("number", ["12", "+74951000101"])
def test_a_number_that_is_none_or_there_already_is_refused(anna, number):
    with pytest.raises(Refused) as refusal:
        lines.add(number=number, name="x", source=None, by=anna)
    assert list(refusal.value.fields) == ["number"]


class Asking:
    """A driver that asks for more than others."""

    options = (
        Option("context", "Context", default="from-internal"),
        Option("way", "Way", default="a", choices=(("a", "A"), ("b", "B"))),
        Option("pin", "PIN", is_secret=True),
    )


@pytest.fixture
def asking(settings):
    settings.PHONE_SYSTEMS = {"asterisk": f"{__name__}.Asking"}


def test_what_only_some_drivers_ask_for_is_kept_for_them_and_its_secrets_are_locked_away(anna, asking):
    pbx = add(anna, options={"context": "crm", "way": "b", "pin": "4711", "other": "x"})
    assert {**Pbx.objects.get().options, "pin": ""} == {"context": "crm", "way": "b", "pin": ""}
    assert "4711" not in str(Pbx.objects.get().options)
    ((driver, access),) = links.active()
    assert (driver, access.options) == ("asterisk", (("context", "crm"), ("pin", "4711"), ("way", "b")))
    systems.change(pbx, by=anna, options={"context": "crm2", "way": "b", "pin": ""})
    assert links.active()[0][1].options == (("context", "crm2"), ("pin", "4711"), ("way", "b"))
    entry = Entry.objects.get(verb="calls.pbx_changed")
    assert entry.changes == {"options": ["context=crm", "context=crm2"]}
    systems.change(pbx, by=anna, options={"pin": "4712"})
    assert Entry.objects.filter(verb="calls.pbx_changed").last().changes == {"options": ["pin=", "pin=•••"]}


def test_what_was_not_entered_is_as_the_driver_would_have_it(anna, asking):
    add(anna)
    assert links.active()[0][1].options == (("context", "from-internal"), ("way", "a"))


def test_what_is_not_among_the_choices_is_refused(anna, asking):
    pbx = add(anna)
    with pytest.raises(Refused):
        systems.change(pbx, by=anna, options={"way": "c"})
    with pytest.raises(Refused):
        add(anna, code="lab2", options={"way": "c"})
    assert list(Pbx.objects.values_list("options", flat=True)) == [{}]


def test_one_whose_secret_does_not_open_falls_out_alone_and_says_so(anna):
    add(anna)
    other = add(anna, code="lab2")
    foreign = Strongbox("another key").lock_away("hush")
    Pbx.objects.filter(pk=other.pk).update(secret=foreign)
    for _look in range(2):  # every ten seconds
        assert [access.code for _driver, access in links.active()] == ["asterisk/lab1"]
    (troubled,) = links.in_trouble()
    assert (troubled.code, troubled.trouble, links.is_up(troubled)) == ("asterisk/lab2", "locked", False)
    assert Entry.objects.filter(verb="calls.pbx_lost").count() == 1
    systems.change(other, by=anna, secret="new")
    assert [access.secret for _driver, access in links.active()] == ["hush", "new"]


def test_so_does_one_with_another_secret_among_its_options(anna):
    pbx = add(anna)
    pbx.options = {"recordings_password": Strongbox("another key").lock_away("hush")}
    pbx.save()
    assert links.active() == []
    assert Pbx.objects.get().trouble == "locked"
