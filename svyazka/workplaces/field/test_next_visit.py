from __future__ import annotations

import re
from uuid import uuid4

import pytest

from svyazka.business.visits import carry_out
from svyazka.business.visits.models import Visit

SLOT = re.compile(r'name="slot" value="([^"]+)"')


@pytest.fixture
def measured(visit, egor):
    return carry_out.set_status(visit, Visit.Status.DONE, by=egor)


def test_the_next_visit_is_booked_at_the_clients(enter, egor, measured, installation):
    own, came_in = f"/field/visits/{measured.pk}/", enter(egor)
    address = f"{own}next/installation/"
    assert f'href="{address}"' in came_in.get(own).content.decode()
    slot = SLOT.findall(came_in.get(address).content.decode())[0]
    given = {"slot": slot, "request_id": str(uuid4()), "wishes": "домофон 12"}
    for _twice in range(2):
        assert came_in.post(address, given).status_code == 302
    booked = Visit.objects.get(kind=installation)
    assert (booked.wishes, booked.address) == ("домофон 12", measured.address)
    assert "Монтаж назначен" in came_in.get(own).content.decode()
    assert not SLOT.findall(came_in.get(address).content.decode())
    again = came_in.post(address, {**given, "request_id": str(uuid4())})
    assert again.status_code == 422


def test_what_holds_for_all_times_is_not_said_at_each(enter, egor, measured):
    page = enter(egor).get(f"/field/visits/{measured.pk}/next/installation/")
    windows = page.context["windows"]
    assert len(windows) > 1
    of_all = set.intersection(*(set(window.reasons) for _slot, window, _said in windows))
    assert of_all
    assert all(set(said) == set(window.reasons) - of_all for _slot, window, said in windows)
    assert not any(reason in page.content.decode() for reason in of_all)


def test_nonsense_books_nothing(enter, egor, ilya, measured):
    own, came_in = f"/field/visits/{measured.pk}/next/", enter(egor)
    good = {"request_id": str(uuid4())}
    for slot in ("", "x", "1@x", "999999@2030-01-01T10:00:00+03:00", f"{measured.resource_id}@2030-01-01T10:00:00"):
        assert came_in.post(f"{own}installation/", {**good, "slot": slot}).status_code == 422
    slot = SLOT.findall(came_in.get(f"{own}installation/").content.decode())[0]
    assert came_in.post(f"{own}installation/", {"slot": slot, "request_id": "x"}).status_code == 422
    assert came_in.get(f"{own}service/").status_code == 422
    assert enter(ilya).get(f"{own}installation/").status_code == 404
    assert Visit.objects.count() == 1


def test_before_the_work_nothing_is_booked(enter, egor, visit):
    own = f"/field/visits/{visit.pk}/"
    assert "next/installation" not in enter(egor).get(own).content.decode()
    assert enter(egor).get(f"{own}next/installation/").status_code == 422
