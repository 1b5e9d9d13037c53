from __future__ import annotations

import base64
from datetime import time
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from svyazka.business.notices import wishes
from svyazka.business.notices.models import Device, Notice, Wish
from svyazka.business.notices.quiet import Quiet
from svyazka.business.notices.tell import tell
from svyazka.workplaces.shared import notices, push

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


def coded(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).decode()


@pytest.fixture
def given():
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = coded(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
    return {"endpoint": ENDPOINT, "key": key, "auth": coded(b"0123456789abcdef")}


def test_a_device_is_switched_on_listed_and_switched_off(mikhail, olga, enter, given):
    client = enter(mikhail)
    assert "data-push-on" in client.get("/account/").content.decode()
    assert client.post("/account/devices/", given).status_code == 204
    page = client.get("/account/").content.decode()
    assert "здесь включены" in page
    assert ENDPOINT not in page
    device = Device.objects.get()
    enter(olga).post(f"/account/devices/{device.pk}/ending/")
    assert Device.objects.exists()
    assert enter(mikhail).post(f"/account/devices/{device.pk}/ending/").status_code == 302
    assert not Device.objects.exists()


@pytest.mark.parametrize("wrong", [{"endpoint": "http://127.0.0.1/"}, {"key": "x"}, {"auth": ""}])
def test_what_is_no_address_of_a_browser_is_refused(mikhail, enter, given, wrong):
    assert enter(mikhail).post("/account/devices/", given | wrong).status_code == 422
    assert not Device.objects.exists()


def test_what_goes_there_and_when_is_chosen(mikhail, enter, given):
    client = enter(mikhail)
    client.post("/account/devices/", given)
    chosen = {"heard": ["question", "nonsense"], "quiet_from": "22:00", "quiet_until": "08:00"}
    assert client.post("/account/notices/", chosen).status_code == 302
    wish = Wish.objects.get()
    assert (wish.silent, wish.names) == (
        ["deals", "hand_off", "task", "plan", "road", "visit", "thread", "note"],
        False,
    )
    page = client.get("/account/").content.decode()
    assert 'value="question" checked' in page
    assert 'value="task">' in page
    assert 'name="quiet_from" value="22:00"' in page
    assert client.post("/account/notices/", {"quiet_from": "22:00"}).status_code == 422
    assert client.post("/account/notices/", {"quiet_from": "night"}).status_code == 422


def test_a_locked_screen_shows_no_names_unless_its_person_wants_it(mikhail, konstantin, vera):
    data = {"text": "Когда замер у Веры?"}
    told = tell([mikhail.pk], "question.asked", by=konstantin, deal_id=17, client_id=vera.pk, data=data)
    (letter,) = push.write(told).values()
    assert (letter.title, letter.text) == ("Вам задали вопрос", "Сделка № 17")
    assert letter.url == f"/notices/{told[0].pk}/"
    Wish.objects.create(person=mikhail, names=True)
    (letter,) = push.write(told).values()
    assert letter.text == f"{konstantin.full_name} спрашивает: Когда замер у Веры? · № 17 · Вера Павлова"


def test_everybody_reads_his_own_language(mikhail, olga, konstantin):
    mikhail.language = "en"
    mikhail.save()
    told = tell([mikhail.pk, olga.pk], "question.asked", by=konstantin, deal_id=17)
    assert sorted(letter.title for letter in push.write(told).values()) == [
        "You are asked a question",
        "Вам задали вопрос",
    ]


def test_every_kind_of_notice_has_plain_words():
    assert push.PLAIN.keys() == notices.WORDINGS.keys()


NAMES = ("Вера Павлова", "Илья Сомов", "Тверская", "кв. 5", "говорит")
AT = "2026-11-30T07:00:00+00:00"
COMPANYS = {"ru": "Замер", "en": "Measurement"}
CHANGES = [["moved", AT, "2026-11-30T09:30:00+00:00"], ["came", "Илья Сомов"], ["left", "Илья Сомов"], ["address"]]
_IN_DATA = {"problems": {}, "change": 0, "count": 2, "added": [], "waits": [], "changes": CHANGES, "kind": COMPANYS}


def _filled(kind):
    """All that its words ask for, with names, a street and what somebody wrote wherever there is room for them."""
    names = {name for _before, name, *_rest in Formatter().parse(str(notices.WORDINGS[kind].words)) if name}
    wanted = (names | {"street", "visit_at"}) - {"by", "client", "deal", "added", "waits", "problems", "change"}
    known = {**_IN_DATA, "visits": 2}
    return {name: known.get(name, AT if name.endswith("_at") else ", ".join(NAMES)) for name in wanted}


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", notices.WORDINGS)
def test_a_locked_screen_names_nobody_and_no_place_whatever_it_tells(mikhail, ilya, vera, kind, language):
    mikhail.language = language
    mikhail.save()
    told = tell([mikhail.pk], kind, by=ilya, deal_id=17, client_id=vera.pk, data=_filled(kind))
    (letter,) = push.write(told).values()
    assert letter.title
    shown = f"{letter.title} {letter.text}"
    assert [name for name in (*NAMES, ilya.full_name, vera.name) if name in shown] == []
    Wish.objects.create(person=mikhail, names=True)
    (letter,) = push.write(told).values()
    assert vera.name in letter.text, "whoever has asked for names gets them"


def test_a_locked_screen_says_which_kind_of_visit_and_when(mikhail, ilya, vera):
    data = {"kind": COMPANYS, "was_at": AT, "new_at": "2026-11-30T09:30:00+00:00", "day": "2026-11-30"}
    (letter,) = push.write(
        tell([mikhail.pk], "visit.moved", by=ilya, deal_id=17, client_id=vera.pk, data=data)
    ).values()
    assert letter.text.startswith("Замер, ")
    assert letter.text.endswith("12:30 · Сделка № 17")


def test_who_comes_along_is_said_to_whoever_wants_names(mikhail, ilya, vera):
    data = {"kind": COMPANYS, "visit_at": AT, "street": "Тверская", "changes": CHANGES[1:3]}
    told = tell([mikhail.pk], "road.changed", by=ilya, deal_id=17, client_id=vera.pk, data=data)
    (letter,) = push.write(told).values()
    assert letter.title.endswith("10:00: с вами едет коллега, на коллегу меньше")
    assert letter.text == ""
    Wish.objects.create(person=mikhail, names=True)
    (letter,) = push.write(told).values()
    assert letter.text.startswith("Тверская, ")
    assert "Илья Сомов" in letter.text


def test_a_notice_for_trial(mikhail, enter, given):
    browser = enter(mikhail)
    assert browser.post("/account/devices/trial/").status_code == 422, "there is nowhere to send it"
    assert not Notice.objects.exists()
    browser.post("/account/devices/", given)
    assert browser.post("/account/devices/trial/").status_code == 302
    assert Notice.objects.get(kind="own.trial").try_at
    assert browser.post("/account/devices/trial/").status_code == 422, "one is on its way"


def test_quiet_hours_of_the_company_or_ones_own(mikhail, anna, enter):
    browser = enter(mikhail)
    wishes.change_of_company((time(22), time(7)), by=anna)
    page = browser.get("/account/").content.decode()
    assert "как у компании: 22:00–07:00" in page
    assert 'value="company" checked' in page
    own = {"whose_quiet": "own", "quiet_from": "20:00", "quiet_until": "09:00", "zone": "Asia/Kamchatka"}
    assert browser.post("/account/notices/", own).status_code == 302
    assert wishes.quiet_of([mikhail.pk])[mikhail.pk] == Quiet(time(20), time(9), ZoneInfo("Asia/Kamchatka"))
    assert browser.post("/account/notices/", {**own, "whose_quiet": "company"}).status_code == 302
    assert wishes.quiet_of([mikhail.pk])[mikhail.pk] == Quiet(time(22), time(7), ZoneInfo("Asia/Kamchatka"))
    assert browser.post("/account/notices/", {**own, "zone": "Mars/Olympus"}).status_code == 422
