from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid4

from django.contrib.staticfiles import finders

from svyazka.business.visits import booking, carry_out, checklist, crew_there
from svyazka.business.visits.models import Visit
from svyazka.workplaces.field import installed


def test_the_worker_knows_all_that_a_page_asks_for(client, enter, egor, visit):
    code = client.get("/field/worker.js").content.decode()
    assets = set(json.loads(re.search(r"const ASSETS = (\[.*?\]);", code, re.DOTALL)[1].replace(",\n]", "\n]")))
    assert [one for one in assets if one.startswith("/static/") and not finders.find(one[8:])] == []
    for path in (
        "/field/",
        f"/field/visits/{visit.pk}/",
        "/field/queue/",
        "/field/without-signal/",
        "/field/without-signal/next/",
    ):
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


def test_what_is_ticked_or_marked_on_a_visit_has_another_mark(enter, egor, visit, measurement, anna, hour, monkeypatch):
    code = checklist.change(measurement, [{"ru": "Замки"}], by=anna).checklist[0]["code"]
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10))
    own, came_in = f"/field/visits/{visit.pk}/", enter(egor)
    who, seen = [visit.resource], {_pages(came_in)[own]}
    for change in (
        lambda: checklist.tick(visit, code, on=True, by=egor),
        lambda: checklist.tick(visit, code, on=False, by=egor),
        lambda: crew_there.come(visit, who, by=egor),
        lambda: crew_there.leave(visit, who, by=egor),
        lambda: crew_there.undo(visit, *who, by=egor),
    ):
        change()
        pages = _pages(came_in)
        assert pages[own + "done/"] == pages[own]
        seen.add(pages[own])
    assert len(seen) == 4  # what was taken back stands as it did


def test_the_page_of_the_end_and_that_for_a_colleague_are_kept_as_long_as_they_are_of_use(
    enter, egor, visit, measurement, anna, hour, monkeypatch
):
    checklist.change(measurement, [{"ru": "Замки"}], by=anna)
    own = f"/field/visits/{visit.pk}/"
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(9))
    assert {own + "done/", own + "hand-over/"} <= set(_pages(enter(egor)))
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    assert own + "hand-over/" not in _pages(enter(egor))
    carry_out.set_status(visit, Visit.Status.DONE, by=egor)
    assert own + "done/" not in _pages(enter(egor))


def test_what_only_the_house_knows_says_so_in_words(client):
    assert "знает только сервер" in client.get("/field/without-signal/next/").content.decode()
    assert "знает только сервер" not in client.get("/field/without-signal/").content.decode()


def test_many_visits_cost_as_many_queries_as_one(
    enter, egor, visit, measurement, of_egor, hour, olga, django_assert_num_queries
):
    came_in = enter(egor)
    came_in.get("/field/ahead/")
    # The session; the visits, phones, who goes there, what he has looked at, what happened; forms and their versions;
    # work on site, prices; agreements, terms, letterhead.
    with django_assert_num_queries(13):
        came_in.get("/field/ahead/")
    for at in (9, 11, 12, 14, 15, 16):
        booking.book(visit.deal, measurement, of_egor, hour(at), request_id=uuid4(), by=olga)
    with django_assert_num_queries(13):
        came_in.get("/field/ahead/")


def test_no_page_names_a_module_that_another_one_imports():
    """It would be there twice, under the name with its mark and under the plain one, and do everything twice."""
    pages = (Path(installed.__file__).parent / "templates").rglob("*.html")
    named = {name for page in pages for name in re.findall(r'asset "([\w/.-]+\.js)"', page.read_text())}
    imported = {name for path in installed._files() for name in installed._imported(path)}
    assert named
    assert named & imported == set()
