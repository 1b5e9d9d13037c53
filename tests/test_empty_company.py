"""A company with nothing but an administrator: every page stands, and says what to do first."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, get_resolver

from svyazka.business.staff import roles
from svyazka.business.staff.models import Person


def test_every_page_stands_without_a_pipeline_a_department_and_a_kind_of_visits(administrator, enter):
    browser = enter(administrator)
    answers = {page: browser.get(page).status_code for page in _pages(administrator)}
    # What asks for something that is missing says so in words (422); nothing is a fault of the server.
    assert {page: status for page, status in answers.items() if status >= 400 and status != 422} == {}
    assert len(answers) > 40


def _pages(person: Person, entries=None, before: str = "/") -> Iterator[str]:
    """Every address that names nothing and that this person can look at."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        route = before + str(entry.pattern)
        if not isinstance(entry, URLPattern):
            yield from _pages(person, entry.url_patterns, route)
        elif (
            "<" not in route
            and "GET" in getattr(entry.callback, "methods", ())
            and roles.may(person, entry.callback.right)
        ):
            yield route


def test_it_is_said_what_to_do_first_and_ticked_off_what_is_there(administrator, enter):
    browser = enter(administrator)
    page = browser.get("/office/settings/").content.decode()
    assert "Первые шаги" in page
    assert page.count("уже есть") == 0
    browser.post("/office/departments/", {"ru": "Продажи", "en": "Sales"})
    page = browser.get("/office/settings/").content.decode()
    assert page.count("уже есть") == 1
    step = page.split('class="is-next"')[1]
    assert step.index("/office/staff/") < step.index("/office/pipelines/")


def test_the_board_leads_to_the_first_pipeline_and_a_request_is_refused_in_words(administrator, enter):
    browser = enter(administrator)
    assert 'href="/office/pipelines/"' in browser.get("/deals/").content.decode().split("<main")[1]
    refused = browser.post("/requests/new/", {"contact": "+79161234567", "name": "Вера"})
    assert refused.status_code == 422
    assert "Пока нет воронки, которая принимает сделки." in refused.content.decode()
