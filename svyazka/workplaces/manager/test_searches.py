from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.duplicates import searching
from svyazka.business.duplicates.models import Search


@pytest.fixture
def twice(windows) -> list[Client]:
    two = [Client.objects.create(name=name) for name in ("Иванова Анна", "Анна Иванова")]
    for one in two:
        ContactPoint.objects.create(client=one, kind="phone", value="+79167654321")
    return two


def work() -> None:
    while searching.go_on():
        pass


def test_begun_looked_at_merged_and_undone(twice, enter, roza):
    page = enter(roza)
    assert "Поисков ещё не было" in page.get("/duplicates/searches/").content.decode()
    address = page.post("/duplicates/searches/")["Location"]
    assert "every 1s" in page.get(address).content.decode()
    assert page.post("/duplicates/searches/").status_code == 422, "one at a time"
    work()
    found = page.get(address).content.decode()
    assert "Уверенно: 1 пара" in found
    assert "every 1s" not in found
    listed = page.get(f"/duplicates/?whose=all&search={Search.objects.get().pk}&band=certain")
    assert len(listed.context["cards"]) == 1
    page.post(f"{address}merging/")
    work()
    assert Client.objects.get(pk=twice[1].pk).merged_into_id == twice[0].pk
    assert "Отменить 1 объединение" in page.get(address).content.decode()
    page.post(f"{address}undoing/")
    work()
    assert Client.objects.get(pk=twice[1].pk).merged_into_id is None


@pytest.mark.parametrize("what", ["stopping", "resuming", "undoing"])
def test_what_makes_no_sense_is_refused(twice, enter, roza, what):
    page = enter(roza)
    address = page.post("/duplicates/searches/")["Location"]
    work()
    assert page.post(f"{address}{what}/").status_code == 422
    assert Search.objects.get().state == "found"
    assert page.get("/duplicates/searches/999999/").status_code == 404


def test_it_is_the_heads_business(twice, enter, mikhail):
    assert enter(mikhail).post("/duplicates/searches/").status_code == 403
    assert enter(mikhail).get("/duplicates/searches/").status_code == 403


@pytest.mark.parametrize("number", [1, 30])
def test_one_search_and_thirty_ask_the_same_number_of_queries(twice, enter, roza, number, django_assert_num_queries):
    for _one in range(number):
        Search.objects.create(by=roza, state="found")
    page = enter(roza)
    with django_assert_num_queries(2):
        page.get("/duplicates/searches/")
