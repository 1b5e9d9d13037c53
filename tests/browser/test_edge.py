"""What only a browser can say: whether a page of another site may post, and whether it hears the events."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page

from svyazka.edge.conftest import House, open_house

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


class Site(BaseHTTPRequestHandler):
    """Some other site with a form on its page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>windows</title>")

    def log_message(self, *_said: object) -> None: ...


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def house(windows, settings) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL) as house:
        yield house


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(locale="en-GB")
    yield page
    page.context.close()


POST = """
([address, body]) => fetch(address, {method: "POST", headers: {"Content-Type": "application/json"}, body})
    .then(async answer => [answer.status, (await answer.json()).fields ?? null])
"""
SEND = """
address => {
  document.body.innerHTML = `<form method="post" action="${address}"><input name="phone" value="89161234567"></form>`;
  document.forms[0].submit();
}
"""
LISTEN = """
() => new Promise(heard => {
  const stream = new EventSource("/live/");
  stream.addEventListener("live", event => heard([event.lastEventId !== "", JSON.parse(event.data)]));
  stream.onopen = () => document.title = "open";
})
"""


def test_a_page_of_another_site_posts_a_request(house, page, site):
    form = f"http://127.0.0.1:{house.port}/in/form/demo-okna/"
    page.goto(site)
    assert page.evaluate(POST, [form, '{"phone": "+79161234567"}']) == [200, None]
    assert page.evaluate(POST, [form, '{"phone": "12"}']) == [422, {"phone": "This is not a telephone number."}]
    with page.expect_navigation():
        page.evaluate(SEND, form)
    assert page.inner_text("main") == "Thank you! We will get in touch with you soon."
    assert len(house.arrivals()) == 3


def test_a_page_hears_what_happened(house, page, enter, olga):
    page.context.add_cookies(
        [{"name": "svyazka_session", "value": enter(olga).cookies["svyazka_session"].value, "url": _address(house)}]
    )
    page.goto(f"{_address(house)}/healthz")
    page.evaluate(f"() => {{ window.heard = ({LISTEN})() }}")
    page.wait_for_function("document.title === 'open'")
    house.rows(
        "insert into journal_liveevent (at, topic, object_id, data) values (now(), 'deal', 7, '{}') returning id"
    )
    assert page.evaluate("window.heard") == [True, {"topic": "deal", "id": 7}]


def _address(house) -> str:
    return f"http://127.0.0.1:{house.port}"
