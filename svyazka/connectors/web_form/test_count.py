from __future__ import annotations

import http.server
import threading
from datetime import UTC, datetime

import pytest

from svyazka.business.intake.connector import Ignore
from svyazka.business.intake.counted_there import Asking
from svyazka.business.intake.knock import Accepted, Account, Knock
from svyazka.business.intake.models import Arrival
from svyazka.business.notices.messengers import Access, Unreached
from svyazka.connectors.web_form.count import CLOSED, NO_ADDRESS, count
from svyazka.connectors.web_form.read import read
from svyazka.connectors.web_form.verify import verify

FORM = Account("web_form/okna", "web_form")


@pytest.fixture
def door():
    """The edge's rules for a form behind a real socket, without the rest of it."""
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            verdict = verify(Knock(headers, body, datetime.now(UTC)), FORM)
            seen.append((verdict, headers, body))
            self.send_response(503 if self.path == "/closed/" else verdict.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def asking(address: str) -> Asking:
    return Asking(Access("web_form/okna", ""), datetime.now(UTC), address)


def test_a_trial_goes_the_way_of_a_form_and_asks_for_nothing(db, door):
    address, seen = door
    counted = count(asking(f"{address}/in/form/key/"))
    [(verdict, headers, body)] = seen
    assert isinstance(verdict, Accepted)
    assert (list(counted.numbers), counted.trouble) == ([verdict.outside_id], "")
    with pytest.raises(Ignore):
        read(Arrival(headers=headers, body=body))


def test_a_way_that_is_closed_is_said(door):
    assert count(asking(f"{door[0]}/closed/")).trouble == f"{CLOSED} [503]"
    assert count(asking("")).trouble == NO_ADDRESS
    with pytest.raises(Unreached):
        count(asking("http://127.0.0.1:1/in/form/key/"))
