from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.parameters import rounds
from svyazka.business.parameters.conftest import no_parameters  # noqa: F401
from svyazka.business.parameters.models import Parameter, Recount

SHARE = "процент([Сумма сделки] - [Себестоимость]; [Сумма сделки])"
GIVEN = {"ru": "Маржа", "formula": SHARE, "decimals": "1"}


@pytest.fixture
def deal(windows, vera, olga):
    Field.objects.create(code="costs", of="deal", kind="money", words={"ru": "Себестоимость", "en": "Costs"})
    made = open_deal(vera, facts={"costs": "400"}, by=olga)
    Deal.objects.filter(pk=made.pk).update(amount=1000)
    return made


@pytest.fixture
def anna_browser(enter, anna):
    return enter(anna)


def add(browser, **given) -> Parameter:
    answer = browser.post("/office/parameters/new/?of=deal", {**GIVEN, **given})
    assert answer.status_code == 302, answer.content.decode()
    rounds.go_on_for_a_while()
    return Parameter.objects.get(words__ru=given.get("ru", "Маржа"))


def test_a_parameter_is_built_shown_and_explained(anna_browser, enter, mikhail, deal):
    made = add(anna_browser)
    assert made.formula == "percent([deal.amount] - [field.costs]; [deal.amount])"
    assert SHARE in anna_browser.get("/office/parameters/").content.decode()
    browser = enter(mikhail)
    page = browser.get(f"/deals/{deal.pk}/").content.decode()
    assert f"/deals/{deal.pk}/counted/{made.code}/" in page
    assert f'name="{made.code}"' not in page
    how = browser.get(f"/deals/{deal.pk}/counted/{made.code}/").content.decode()
    assert SHARE in how
    assert "1\u202f000\u00a0₽" in how.replace("\u00a0000", "\u202f000")
    assert "<strong>60" in how


def test_why_nothing_came_of_it_is_said_where_the_value_would_be(anna_browser, enter, mikhail, deal, olga):
    facts.change(deal, {"costs": ""}, by=olga)
    add(anna_browser)
    listed = anna_browser.get("/office/parameters/").content.decode()
    assert "не посчитано в 1 случае: неизвестно «Себестоимость»" in listed
    said = "не посчитано: неизвестно «Себестоимость»"
    assert said in enter(mikhail).get(f"/deals/{deal.pk}/").content.decode()


def look(browser, formula: str, of: str = "deal", code: str = "") -> str:
    given = {"of": of, "formula": formula, "decimals": "1", "code": code}
    return browser.post("/office/parameters/look/", given).content.decode()


def test_a_formula_is_looked_at_while_it_is_typed(anna_browser, deal):
    sound = look(anna_browser, SHARE)
    assert f"Сделка № {deal.pk}" in sound
    assert "60" in sound
    wrong = look(anna_browser, "[Сумма сделки] + [Себестоимост]")
    assert "[Сумма сделки] + <mark>[Себестоимост]</mark>" in wrong
    assert "Может быть, «Себестоимость»?" in wrong
    assert "<mark>…</mark>" in look(anna_browser, "2 +")
    assert "<mark>&lt;</mark>b&gt;" in look(anna_browser, "<b>")
    assert not Parameter.objects.exists()
    for of in ("client", "person"):
        assert "Понятно" in look(anna_browser, "1 + 1", of=of)
    assert anna_browser.post("/office/parameters/look/", {"of": "nothing"}).status_code == 422


def test_what_is_refused_stands_beside_its_input(anna_browser, deal):
    answer = anna_browser.post("/office/parameters/new/?of=deal", {**GIVEN, "formula": "[Сумма сделки] +"})
    assert answer.status_code == 422
    assert "Здесь чего-то не хватает" in answer.content.decode()
    assert (Parameter.objects.exists(), Field.objects.filter(is_computed=True).exists()) == (False, False)


def test_it_is_changed_counted_anew_stopped_and_switched_off(anna_browser, deal):
    made = add(anna_browser)
    address = f"/office/parameters/{made.code}/"
    changed = {**GIVEN, "formula": "[Себестоимость] / [Сумма сделки]", "seen": "1"}
    assert anna_browser.post(address, changed).status_code == 302
    assert anna_browser.post(address, changed).status_code == 422  # somebody else was quicker
    assert "Прежние формулы" in anna_browser.get(address).content.decode()
    anna_browser.post(f"{address}counting/", {"do": "stop"})
    assert Recount.objects.latest("pk").state == "stopped"
    anna_browser.post(f"{address}counting/")
    rounds.go_on_for_a_while()
    assert facts.value_of(Deal.objects.get(pk=deal.pk), made.code) == "0.4"
    anna_browser.post(f"{address}state/", {"on": "0"})
    rounds.go_on_for_a_while()
    assert facts.value_of(Deal.objects.get(pk=deal.pk), made.code) is None


def test_the_field_of_a_parameter_leads_to_it(anna_browser, deal):
    made = add(anna_browser)
    assert anna_browser.get(f"/office/fields/{made.code}/").headers["Location"] == f"/office/parameters/{made.code}/"
    assert anna_browser.post(f"/office/fields/{made.code}/state/", {"on": "0"}).status_code == 404


def test_nobody_writes_into_it(anna_browser, enter, mikhail, deal):
    made = add(anna_browser)
    version = Deal.objects.get(pk=deal.pk).version
    answer = enter(mikhail).post(f"/deals/{deal.pk}/fields/", {"version": version, made.code: "5"})
    assert answer.status_code == 422
    assert "Это считается по формуле" in answer.content.decode()


@pytest.mark.parametrize("of", ["deal", "client", "person"])
def test_every_example_is_understood(anna_browser, deal, of):
    page = anna_browser.get(f"/office/parameters/new/?of={of}")
    offered = page.context["examples"]
    assert offered
    for one in offered:
        begun = anna_browser.get(f"/office/parameters/new/?of={of}&example={one.code}")
        assert begun.context["look"].is_sound, one.code


def test_figures_of_the_staff(anna_browser, deal, mikhail):
    formula = "[Открытые сделки]"
    assert anna_browser.post(
        "/office/parameters/new/?of=person", {"ru": "Сделок", "formula": formula, "decimals": "0"}
    ).headers["Location"]
    Deal.objects.update(responsible=mikhail)
    rounds.go_on_for_a_while()
    rows = anna_browser.get("/office/parameters/figures/").context["rows"]
    assert {row["person"]: row["cells"][0]["said"] for row in rows}[mikhail] == "1"


def test_as_many_statements_for_one_as_for_thirty(anna_browser, deal):
    add(anna_browser)
    numbers = []
    for more in (0, 29):
        for number in range(more):
            anna_browser.post("/office/parameters/new/?of=deal", {**GIVEN, "ru": f"Маржа {number}"})
        rounds.go_on_for_a_while()
        with CaptureQueriesContext(connection) as asked:
            anna_browser.get("/office/parameters/")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_a_figure_of_a_client_explains_itself_on_his_page(anna_browser, enter, mikhail, vera, deal):
    given = {"ru": "Средний чек", "formula": "[Сумма всех сделок] / [Сделки]", "decimals": "2"}
    anna_browser.post("/office/parameters/new/?of=client", given)
    rounds.go_on_for_a_while()
    made = Parameter.objects.get(of="client")
    browser = enter(mikhail)
    how = f"/clients/{vera.pk}/figures/{made.code}/"
    assert how in browser.get(f"/clients/{vera.pk}/").content.decode()
    assert "[Сумма всех сделок] / [Сделки]" in browser.get(how).content.decode()
    assert browser.get(f"/clients/{vera.pk}/figures/nothing/").status_code == 404


def test_a_persons_page_has_his_figures(anna_browser, deal, mikhail):
    given = {"ru": "Сделок", "formula": "[Открытые сделки]", "decimals": "0"}
    anna_browser.post("/office/parameters/new/?of=person", given)
    given = {
        "ru": "Доля",
        "formula": "1 / ([Открытые сделки] - [Открытые сделки])",
        "decimals": "0",
    }
    anna_browser.post("/office/parameters/new/?of=person", given)
    Deal.objects.update(responsible=mikhail)
    rounds.go_on_for_a_while()
    figures = anna_browser.get(f"/office/staff/{mikhail.pk}/").context["figures"]
    said = [(one["name"], one["said"], bool(one["why"])) for one in figures]
    assert said == [("Сделок", "1", False), ("Доля", "", True)]
