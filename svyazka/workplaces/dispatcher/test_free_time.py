from __future__ import annotations

import html
import re

HTMX = {"HX-Request": "true"}
ROOM = "/calendar/free-time/"


def test_a_free_time_of_the_calendar_leads_over_the_deal_to_its_windows(enter, olga, deal, of_ilya, monday):
    browser = enter(olga)
    asked = f"{ROOM}?resource={of_ilya.pk}&day={monday}"
    assert "Илья Фомин" in browser.get(asked, headers=HTMX).content.decode()
    for words in ("лесная", "8 916 123-45-67", str(deal.pk)):
        hits = browser.get(f"{asked}&q={words}", headers={**HTMX, "HX-Target": "free-hits"}).content.decode()
        (address,) = set(re.findall(r'hx-get="([^"]+)"', html.unescape(hits)))
        assert address == f"/deals/{deal.pk}/visits/new/?day={monday}&resource={of_ilya.pk}"
    panel = browser.get(address, headers=HTMX).content.decode()
    assert set(re.findall(r'name="slot" value="(\d+)@', panel)) == {str(of_ilya.pk)}
    assert f'name="day" value="{monday}"' in panel


def test_the_kind_is_one_that_the_resource_can_do(enter, olga, deal, boris, monday):
    address = f"/deals/{deal.pk}/visits/new/?day={monday}&resource={boris.resource.pk}"
    panel = enter(olga).get(address, headers=HTMX).content.decode()
    assert 'name="kind" value="installation"' in panel


def test_nonsense_and_those_who_may_not(enter, olga, konstantin, of_ilya):
    assert enter(olga).get(ROOM, {"resource": "x"}).status_code == 422
    nothing = enter(olga).get(ROOM, {"resource": of_ilya.pk, "day": "завтра", "q": "нет такого"})
    assert "Сначала примите заявку" in nothing.content.decode()
    assert enter(konstantin).get(ROOM, {"resource": of_ilya.pk}).status_code == 403
