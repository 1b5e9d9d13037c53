from __future__ import annotations

from svyazka.business.visits.models import NotDoneReason


def test_the_list_is_added_to_renamed_switched_off_and_moved(enter, anna, windows):
    page = enter(anna)
    assert page.post("/office/not-done-reasons/", {"ru": "Нет света", "en": "No electricity"}).status_code == 302
    made = NotDoneReason.objects.get(words__ru="Нет света")
    one = f"/office/not-done-reasons/{made.code}/"
    assert page.post(one, {"ru": "На объекте нет света", "en": ""}).status_code == 302
    assert page.post(f"{one}place/", {"to": "up"}).status_code == 302
    assert page.post(f"{one}state/", {"on": "0"}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.is_active) == ("На объекте нет света", False)
    assert page.post("/office/not-done-reasons/", {"ru": "Погода"}).status_code == 422
    assert "выездов за 90 дней: 0" in page.get("/office/not-done-reasons/").content.decode()
