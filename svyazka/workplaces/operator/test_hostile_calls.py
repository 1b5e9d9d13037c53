"""What a telephone system, or whoever rings, may say of names and numbers: shown, and never carried out."""

from datetime import timedelta
from pathlib import Path

import pytest

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.clients.models import Client
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.kit import clock
from svyazka.workplaces import shared

CODE = "asterisk/lab1"
MARKUP = "<img src=x onerror=alert(1)>"
QUOTES = """"'><script>alert(1)</script>"""
PAGES = ("/calls/", "/calls/{0}/", "/calls/{0}/card/", "/calls/mine/", "/wallboard/", "/wallboard/wall/", "/queue/")


@pytest.mark.parametrize("bad", [MARKUP, QUOTES])
def test_names_and_numbers_of_a_call_are_never_markup(enter, windows, vera, bad):
    Client.objects.filter(pk=vera.pk).update(name=bad)
    calls = [_ring(number, bad=bad, is_over=over) for number in (bad, "+79161234567") for over in (False, True)]
    for person in ("olga", "roza"):
        browser = enter(windows[person])
        for call in calls:
            for page in (*PAGES, f"/clients/{vera.pk}/"):
                text = browser.get(page.format(call.pk), follow=True).content.decode()
                assert "<script>alert" not in text, page
                assert "<img src=x" not in text, page


def _ring(number, *, bad, is_over):
    key, begun = f"{number[:20]}{is_over}", clock.now() - timedelta(minutes=1)
    said = [
        (Kind.START, 0, key, "", {"client_number": number, "our_number": bad}),
        (Kind.QUEUE, 0, key, "", {"queue": bad}),
        (Kind.RING, 1, "a", "101", {}),
        (Kind.RING, 1, "b", bad, {}),
    ]
    if is_over:
        said += [
            (Kind.ANSWER, 3, "a", "101", {"recording": bad}),
            (Kind.TRANSFER, 9, "a", "101", {"to": bad}),
            (Kind.ANSWER, 12, "b", bad, {}),
            (Kind.HANGUP, 20, key, "", {}),
        ]
    events = [
        CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg, extension, **facts)
        for kind, second, leg, extension, facts in said
    ]
    arrival = Arrival(pk=1, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/{key}")
    take_call(events, arrival=arrival)
    return Call.objects.get(key=key)


def test_the_softphone_writes_what_sip_says_as_text_only():
    folder = Path(shared.__file__).parent / "static/softphone"
    modules = list(folder.glob("*.js"))
    assert len(modules) > 5
    for module in modules:
        text = module.read_text()
        assert not any(word in text for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"))
