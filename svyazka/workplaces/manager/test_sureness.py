from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.matching import in_force
from svyazka.business.clients.models import Client, Comparison, WeightsVersion
from svyazka.business.duplicates import refitting
from svyazka.business.duplicates.models import Refit, Suspicion
from svyazka.kit import clock

PAGE = "/duplicates/sureness/"
SURE = {"phone.same": 1.0, "first.same": 1.0, "surname.same": 1.0, "patronymic.same": 1.0, "contact.named_so": 1.0}
NEARLY = {"phone.same": 1.0, "first.same": 1.0, "address.neighbour": 1.0, "contact.long_ago": 2.0}
BARELY = {"phone.same": 1.0, "first.same": 1.0, "address.neighbour": 1.0}


@pytest.fixture
def compared(vera):
    """So many requests: of each three one far above the threshold, one just below it, one of somebody new."""

    def make(number: int = 201) -> None:
        kinds = [("certain", SURE), ("certain", BARELY), ("new", None)]
        Comparison.objects.bulk_create(
            Comparison(
                at=clock.now() - timedelta(minutes=place),
                client_id=vera.pk,
                kind=kind,
                likely=[[vera.pk, amounts, False]] if amounts else [],
                weights="1",
            )
            for place in range(number)
            for kind, amounts in [kinds[place % 3]]
        )

    return make


@pytest.fixture
def decided(vera, olga):
    others = Client.objects.bulk_create([Client() for _one in range(60)])
    Suspicion.objects.bulk_create(
        Suspicion(
            client=one, other=vera, probability=0.9, reasons=[["phone.same", 7, "", "", 1.0]], weights="1",
            state="apart", decided_by=olga, decided_at=clock.now(),
        )
        for one in others
    )  # fmt: skip


def test_too_few_requests_say_too_little(windows, compared, enter, roza):
    compared(199)
    said = enter(roza).get(PAGE).content.decode()
    assert "Пока рано судить" in said
    assert "Пока сравнили 199." in said
    assert "Что сделал бы другой порог" not in said


def test_each_threshold_says_what_it_would_have_done(windows, compared, enter, roza):
    compared()
    steps = {step["percent"]: step for step in enter(roza).get(PAGE).context["steps"]}
    assert list(steps) == ["99,9", "99", "95", "90", "75"]
    assert (steps["90"]["attached"], steps["90"]["asked"], steps["90"]["new"]) == ("134", "0", "67")
    assert (steps["99"]["attached"], steps["99"]["asked"], steps["99"]["new"]) == ("67", "67", "67")
    assert steps["75"]["in_force"]
    assert steps["75"]["here"]


def test_chosen_and_taken_back(windows, compared, enter, roza):
    compared()
    page = enter(roza)
    other = page.get(PAGE, {"at": "0.99"})
    assert "Иначе было бы решено 67 обращений." in other.content.decode()
    assert [one["would_be"] for one in other.context["samples"]] == ["спросили бы сотрудника"] * 6
    page.post(f"{PAGE}threshold/", {"certain": "0.99", "seen": "0"})
    assert in_force.now().certain == 0.99
    chosen = WeightsVersion.objects.get()
    assert f"№ {chosen.pk} · 99 %" in page.get(PAGE).content.decode()
    page.post(f"{PAGE}return/", {"to": "", "seen": chosen.pk})
    assert in_force.now().certain == 0.75


@pytest.mark.parametrize("given", [{"certain": "0.5"}, {"certain": "nan"}, {"certain": ""}, {}])
def test_no_other_threshold_is_taken(windows, compared, enter, roza, given):
    assert enter(roza).post(f"{PAGE}threshold/", given).status_code == 422
    assert not WeightsVersion.objects.exists()


def test_who_looked_at_an_older_version_is_told(windows, enter, roza):
    in_force.choose(0.95, seen=0, by=roza)
    page = enter(roza)
    assert page.post(f"{PAGE}threshold/", {"certain": "0.99", "seen": "0"}).status_code == 409
    assert page.post(f"{PAGE}return/", {"to": "", "seen": "x"}).status_code == 409
    assert page.post(f"{PAGE}return/", {"to": "999999", "seen": "0"}).status_code == 404
    assert in_force.now().certain == 0.95


@pytest.mark.parametrize("asked", ["0.5", "x", "", "0.9" * 50, "\x00"])
def test_nonsense_in_the_address_shows_the_one_in_force(windows, compared, enter, roza, asked):
    compared()
    assert enter(roza).get(PAGE, {"at": asked}).context["chosen"] == "0.75"


def test_whether_an_attached_one_belongs_there(windows, compared, enter, roza):
    compared()
    page = enter(roza)
    one = page.get(PAGE).context["samples"][0]
    assert "верны ли они, пока никто не проверял" in page.get(PAGE).content.decode()
    page.post(f"/duplicates/comparisons/{one['id']}/judgement/", {"is": "wrong"})
    assert "проверено: 1, ошибок: 1 — из 100 присоединённых ошибочны едва ли больше 100" in (
        page.get(PAGE).content.decode()
    )
    page.post(f"/duplicates/comparisons/{one['id']}/judgement/", {"is": "open"})
    assert Comparison.objects.get(pk=one["id"]).is_right is None
    assert page.post(f"/duplicates/comparisons/{one['id']}/judgement/", {"is": "maybe"}).status_code == 422
    new = Comparison.objects.filter(kind="new").first()
    assert page.post(f"/duplicates/comparisons/{new.pk}/judgement/", {"is": "right"}).status_code == 422


def test_weights_learn_and_are_taken_over(windows, compared, decided, enter, roza):
    compared()
    page = enter(roza)
    page.post("/duplicates/refits/")
    assert "Веса рассчитываются" in page.get(PAGE).content.decode()
    refitting.go_on()
    ready = page.get(PAGE).context["refit"]
    assert [table["title"] for table in ready["tables"]] == ["На этих решениях", "На последних обращениях"]
    assert ready["moved"]
    page.post(f"/duplicates/refits/{ready['ready']}/taking/")
    assert in_force.newest().why == "learnt"
    assert page.post(f"/duplicates/refits/{ready['ready']}/leaving/").status_code == 409
    assert "обучены на решениях" in page.get(PAGE).content.decode()


def test_what_was_worked_out_beside_other_weights_is_worked_out_anew(windows, decided, enter, roza):
    refitting.begin(by=roza)
    refitting.go_on()
    in_force.choose(0.95, seen=0, by=roza)
    page = enter(roza)
    assert "Рассчитайте заново" in page.get(PAGE).content.decode()
    assert page.post(f"/duplicates/refits/{Refit.objects.get().pk}/taking/").status_code == 409


def test_too_few_decisions_are_refused(windows, enter, roza):
    assert enter(roza).post("/duplicates/refits/").status_code == 422


def test_it_is_the_heads_business(windows, compared, enter, mikhail, roza):
    compared(3)
    page = enter(mikhail)
    assert page.get(PAGE).status_code == 403
    assert page.post(f"{PAGE}threshold/", {"certain": "0.99", "seen": "0"}).status_code == 403
    assert PAGE not in page.get("/duplicates/").content.decode()
    assert PAGE in enter(roza).get("/duplicates/").content.decode()


@pytest.mark.parametrize("number", [1, 30])
def test_one_version_and_thirty_ask_the_same_number_of_queries(
    windows, compared, enter, roza, number, django_assert_num_queries
):
    compared(201 * (1 if number == 1 else 3))
    for place in range(number):
        newest = in_force.newest()
        in_force.choose((0.95, 0.99)[place % 2], seen=newest.pk if newest else 0, by=roza)
    page = enter(roza)
    with django_assert_num_queries(10):
        page.get(PAGE)
