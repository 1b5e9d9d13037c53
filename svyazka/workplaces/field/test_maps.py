from __future__ import annotations

import pytest

from svyazka.business.visits.directions import APPS, way_link


def test_the_way_opens_in_the_app_that_was_chosen(enter, egor, visit):
    own, came_in = f"/field/visits/{visit.pk}/", enter(egor)
    assert "yandex.ru/maps/?text=" in came_in.get(own).content.decode()
    assert came_in.post("/field/maps/", {"app": "navigator"}).status_code == 302
    assert "yandexnavi://map_search?text=%D0%9C" in came_in.get(own).content.decode()
    day = came_in.get("/field/", {"day": visit.starts_at.date().isoformat()}).content.decode()
    assert "yandexnavi://map_search?text=%D0%9C" in day
    assert came_in.post("/field/maps/", {"app": ""}).status_code == 302
    assert "yandex.ru/maps/?text=" in came_in.get(own).content.decode()


def test_an_app_that_is_none_is_refused(enter, egor, visit):
    came_in = enter(egor)
    assert came_in.post("/field/maps/", {"app": "javascript:"}, headers={"HX-Request": "true"}).status_code == 422
    came_in.cookies["svyazka_maps"] = "nonsense"
    assert "yandex.ru/maps/?text=" in came_in.get(f"/field/visits/{visit.pk}/").content.decode()


@pytest.mark.parametrize("app", APPS)
def test_nothing_of_an_address_leaves_its_place(app):
    link = way_link('Москва, "Лесная" & сын?, 5#1', app)
    assert not {'"', " ", "#"} & set(link)
    assert link.endswith("5%231&rtt=auto" if app == "yandex" else "5%231")
    assert way_link("", app) == ""
