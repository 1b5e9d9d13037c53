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

import pytest
from playwright.sync_api import Browser, Page, expect

from svyazka.config.beginning import read_demonstration

pytestmark = pytest.mark.slow


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


def _enter(browser: Browser, address: str, login: str, password: str, path: str) -> Page:
    page = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"/login/?next={path}")
    page.fill("[name=login]", login)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{path}")
    return page
