from __future__ import annotations

import json
import re
from uuid import uuid4

from django.contrib.staticfiles import finders

from svyazka.business.visits import booking
from svyazka.workplaces.field import installed


def test_the_worker_knows_all_that_a_page_asks_for(client, enter, egor, visit):
    code = client.get("/field/worker.js").content.decode()
    assets = set(json.loads(re.search(r"const ASSETS = (\[.*?\]);", code, re.DOTALL)[1].replace(",\n]", "\n]")))
    assert [one for one in assets if one.startswith("/static/") and not finders.find(one[8:])] == []
    for path in ("/field/", f"/field/visits/{visit.pk}/", "/field/queue/", "/field/without-signal/"):
        page = enter(egor).get(path).content.decode()
        asked = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
        assert asked - assets == set(), path


def test_the_worker_is_one_script_without_modules(client):
    code = client.get("/field/worker.js").content.decode()
    assert not re.search(r"^(import|export)\b", code, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", code, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_another_content_is_another_version(tmp_path, monkeypatch):
    before = installed._worker.__wrapped__()
    monkeypatch.setattr(installed, "_contents", lambda: "changed")
    assert installed._worker.__wrapped__().partition("\n")[0] != before.partition("\n")[0]


def test_the_app_has_a_name_in_the_readers_language(client):
    said = client.get("/field/manifest.webmanifest").json()
    assert (said["short_name"], said["scope"]) == ("Мои выезды", "/field/")
    assert all(finders.find(icon["src"].removeprefix("/static/")) for icon in said["icons"])


def _pages(client):
    return {one["url"]: one["mark"] for one in client.get("/field/ahead/").json()["pages"]}


def test_the_coming_days_are_kept_and_a_change_has_another_mark(enter, egor, ilya, visit, of_egor, hour, dina, monday):
    day, own = f"/field/?day={monday.isoformat()}", f"/field/visits/{visit.pk}/"
    before = _pages(enter(egor))
    assert {day, own, "/field/queue/"} <= set(before)
    assert own not in _pages(enter(ilya))
    booking.move(visit, hour(15), of_egor, reason="позже", by=dina)
    after = _pages(enter(egor))
    assert (before[day] != after[day], before[own] != after[own]) == (True, True)
    assert before["/field/queue/"] == after["/field/queue/"]


def test_many_visits_cost_as_many_queries_as_one(
    enter, egor, visit, measurement, of_egor, hour, olga, django_assert_num_queries
):
    came_in = enter(egor)
    came_in.get("/field/ahead/")
    with django_assert_num_queries(7):  # session, visits, forms, versions; agreements, terms, letterhead
        came_in.get("/field/ahead/")
    for at in (9, 11, 12, 14, 15, 16):
        booking.book(visit.deal, measurement, of_egor, hour(at), request_id=uuid4(), by=olga)
    with django_assert_num_queries(7):
        came_in.get("/field/ahead/")
