from __future__ import annotations

from svyazka.business.visits.models import VisitKind

ADDRESS = "/office/visit-kinds/measurement/checklist/"


def listed():
    return [
        (one["name"].get("ru"), one["name"].get("en"), one["must"])
        for one in VisitKind.objects.get(code="measurement").checklist
    ]


def test_points_are_written_marked_moved_and_taken_off(enter, anna, windows):
    page = enter(anna)
    given = {"code": ["", "", ""], "ru": ["Замки", "Бахилы", ""], "en": ["Locks", "", ""], "must": ["1"]}
    assert page.post(ADDRESS, given).status_code == 302
    assert listed() == [("Замки", "Locks", False), ("Бахилы", None, True)]
    first, second = (one["code"] for one in VisitKind.objects.get(code="measurement").checklist)
    given = {"code": [first, second], "ru": ["Замки", "Бахилы"], "en": ["Locks", ""], "must": ["1"], "up": second}
    assert page.post(ADDRESS, given).status_code == 302
    assert [name for name, _en, _must in listed()] == ["Бахилы", "Замки"]
    assert page.post(ADDRESS, {"code": [first], "ru": [""], "en": [""]}).status_code == 302
    assert listed() == []


def test_nonsense_is_said_and_nothing_is_stored(enter, anna, windows):
    page = enter(anna)
    said = page.post(ADDRESS, {"code": [""], "ru": [""], "en": ["Locks"]})
    assert said.status_code == 422
    assert "на русском" in said.content.decode()
    assert page.post(ADDRESS, {"code": [""], "ru": ["а" * 200], "en": [""]}).status_code == 422
    assert page.post(ADDRESS, {"ru": ["Замки"]}).status_code == 302  # no code came along: nothing to write
    assert listed() == []
    assert page.get("/office/visit-kinds/nonsense/checklist/").status_code == 404
