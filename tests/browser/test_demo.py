"""The demonstration is the end-to-end test: the whole house as `svyazka demo` starts it, watched in Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from svyazka.config.beginning import read_demonstration
from svyazka.config.embedded import Embedded

pytestmark = pytest.mark.slow

RECOUNT = "select count(*), count(answered_at) from calls_call where direction = 'in' and merged_into_id is null"


@pytest.fixture
def house() -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """`svyazka run` in an empty data folder: its address, its environment and the demonstration's log-ins."""
    folder = Path(tempfile.mkdtemp(prefix="svyazka-demo-"))
    folder.chmod(0o755)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "PYTEST_VERSION")}
    environment = {**kept, "SVYAZKA_DATA": str(folder), "SVYAZKA_PORT": str(port)}
    running = subprocess.Popen(
        [sys.executable, "-m", "svyazka.config.cli", "run"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert any("Ctrl-C" in line for line in running.stdout)
    yield f"http://127.0.0.1:{port}", environment, dict(read_demonstration(folder / "demonstration.txt"))
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    shutil.rmtree(folder, ignore_errors=True)


def test_a_working_day_appears_on_the_screens_by_itself(browser: Browser, house):
    address, environment, kept = house
    olga = _enter(browser, address, "olga", kept["password"], "/queue/")
    mikhail = _enter(browser, address, "mikhail", kept["password"], "/deals/")
    seen: list[str] = []
    olga.on("request", lambda request: seen.append(request.url) if request.is_navigation_request() else None)
    day = subprocess.Popen(
        [sys.executable, "-m", "svyazka.config.cli", "demo", "--fast"], env=environment, stdout=subprocess.PIPE
    )
    # Nothing is reloaded: the request, then the call's card, then the move on the board come by themselves.
    expect(olga.locator("#main")).to_contain_text("Вера Павлова", timeout=60_000)
    card = olga.locator(".call-card", has_text="Вера Павлова").first
    expect(card).to_contain_text("+7 916 123-45-67", timeout=30_000)
    assert day.wait(120) == 0
    expect(mikhail.locator("section", has_text="Предложение отправлено").first).to_contain_text("Вера Павлова")
    assert seen == []

    mikhail.goto(f"{address}/deals/1/")
    history = mikhail.locator(".timeline")
    for told in ("Замер", "Сообщение", "Домофон 12", "Входящий звонок"):
        expect(history).to_contain_text(told)
    # What one does another sees within a second: over the real edge, without a reload.
    dina = _enter(browser, address, "dina", kept["password"], "/deals/")
    contacted = dina.locator("section", has_text="Связались").first
    expect(contacted).not_to_contain_text("Вера Павлова")
    dina.wait_for_timeout(1_000)  # until her stream stands
    olga.goto(f"{address}/deals/1/")
    with olga.expect_response("**/deals/1/stage/"):
        olga.locator("#deal-head").get_by_role("button", name="Связались").click()
    expect(contacted).to_contain_text("Вера Павлова", timeout=1_000)

    anna = _enter(browser, address, "anna", kept["password"], "/office/arrivals/")
    expect(anna.locator("main")).to_contain_text("okna.example.ru")

    _hear_the_call_that_was_passed_on(mikhail)
    roza = _enter(browser, address, "roza", kept["password"], "/my-day/")
    expect(roza.locator("main")).to_contain_text("+7 916 555-00-04")
    _compare_the_wallboard_with_a_recount(roza, Path(environment["SVYAZKA_DATA"]))


def _hear_the_call_that_was_passed_on(mikhail: Page) -> None:
    mikhail.goto("/calls/")
    row = mikhail.locator("tr", has_text="Ольга Белова → Михаил Лебедев")
    row.locator("a[href^='/calls/']").first.click()
    player = mikhail.locator(".player")
    expect(player.locator(".spoken li")).to_have_text(["Ольга Белова", "Михаил Лебедев"])
    expect(player.locator(".passed")).to_have_count(1)
    assert int(player.get_attribute("data-length") or 0) > 2_000
    player.get_by_role("button", name="Слушать").click()
    expect(player.locator(".at")).to_have_text("0:01")


def _compare_the_wallboard_with_a_recount(roza: Page, folder: Path) -> None:
    with psycopg.connect(Embedded(folder).url()) as connection:
        counted = connection.execute(RECOUNT).fetchone()
    assert counted is not None
    roza.goto("/wallboard/")
    offered, answered = counted
    figure = roza.locator(".figure", has_text="Поступило")
    expect(figure.locator("strong")).to_have_text(str(offered))
    expect(figure).to_contain_text(f"принято: {answered}")
    expect(roza.locator("main")).to_contain_text("На перерыве")


def _enter(browser: Browser, address: str, login: str, password: str, path: str) -> Page:
    page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"/login/?next={path}")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page
