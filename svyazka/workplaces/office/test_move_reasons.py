from __future__ import annotations

from svyazka.business.visits import move_reasons
from svyazka.business.visits.models import MoveReason, VisitKind


def test_the_list_is_added_to_renamed_switched_off_and_moved(enter, anna, windows):
    page = enter(anna)
    assert page.post("/office/move-reasons/", {"ru": "Пробки", "en": "Traffic"}).status_code == 302
    made = MoveReason.objects.get(words__ru="Пробки")
    one = f"/office/move-reasons/{made.code}/"
    assert page.post(one, {"ru": "Пробки в городе", "en": ""}).status_code == 302
    assert page.post(f"{one}place/", {"to": "up"}).status_code == 302
    assert page.post(f"{one}state/", {"on": "0"}).status_code == 302
    made.refresh_from_db()
    assert (made.name, made.is_active) == ("Пробки в городе", False)
    assert page.post("/office/move-reasons/", {"ru": "Погода"}).status_code == 422


def test_a_number_of_moves_that_is_none_is_refused(enter, anna, windows):
    page = enter(anna)
    for number in ("0", "21", "много", ""):
        assert page.post("/office/move-rules/", {"moves_are_many": number}).status_code == 422
    assert page.post("/office/move-rules/", {"moves_are_many": "2"}).status_code == 302
    assert move_reasons.rules().moves_are_many == 2


def test_a_kind_of_visits_comes_after_another(enter, anna, windows):
    page = enter(anna)
    given = {"ru": "Монтаж", "minutes": "180", "most_days": "3", "people": "2", "vehicles": "1", "skill": ""}
    given |= {"comes_after": "measurement", "gap_days": "10"}
    assert page.post("/office/visit-kinds/installation/", given).status_code == 302
    kind = VisitKind.objects.get(code="installation")
    assert (kind.comes_after, kind.gap_days) == ("measurement", 10)
    assert "10 рабочих дней после «Замер»" in page.get("/office/visit-kinds/").content.decode()
    assert page.post("/office/visit-kinds/installation/", {**given, "comes_after": "installation"}).status_code == 422
    assert page.post("/office/visit-kinds/installation/", {**given, "gap_days": "9999"}).status_code == 422
