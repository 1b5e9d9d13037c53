from __future__ import annotations

from svyazka.business.journal.record import About, record
from svyazka.kit import clock


def rows(client, query=""):
    """Without what the blueprint has set up in a new company."""
    found = client.get(f"/office/journal/?{query}").context["rows"]
    return [row for row in found if row["who"] != "Шаблон компании"]


def test_who_did_what_from_which_value_to_which(konstantin, olga, enter):
    record("deals.moved", About("deal", 1234, deal_id=1234), by=olga, changes={"stage": ("new", "contacted")})
    page = enter(konstantin).get("/office/journal/").content.decode()
    assert "Ольга Белова" in page
    assert "Сделка переведена: Новая заявка → Связались" in page
    assert 'href="/deals/1234/">Сделка 1234</a>' in page


def test_the_journal_is_filtered_by_person_kind_and_day(konstantin, olga, anna, enter):
    record("deals.changed", About("deal", 1, deal_id=1), by=olga, changes={"amount": (None, "5")})
    record("staff.let_go", About("person", olga.pk), by=anna)
    client = enter(konstantin)
    today = clock.today().isoformat()
    assert [row["who"] for row in rows(client, f"person={olga.pk}")] == ["Ольга Белова"]
    assert [row["who"] for row in rows(client, "kind=person")] == ["Анна Власова"]
    assert len(rows(client, f"day={today}")) == 2
    assert rows(client, "day=2020-01-01") == []
    assert len(rows(client, "deal=1")) == 1
    assert len(rows(client, "day=x&person=y&kind=z&deal=w&before=1")) == 2
    assert len(rows(client, "day=9999-12-31")) == 2
    assert len(rows(client, "day=0001-01-01")) == 2


def test_one_entry_and_thirty_ask_the_same_number_of_queries(konstantin, olga, enter, django_assert_num_queries):
    client = enter(konstantin)
    record("deals.changed", About("deal", 1, deal_id=1), by=olga)
    with django_assert_num_queries(8):
        client.get("/office/journal/")
    for number in range(60):
        record("deals.changed", About("deal", number, deal_id=number), by=olga)
    with django_assert_num_queries(8):
        assert client.get("/office/journal/").context["older"]


def test_people_and_devices_are_called_by_their_names(konstantin, olga, enter):
    browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36"
    record("staff.logged_in", About("person", olga.pk), by=olga, note=browser)
    record("staff.changed", About("person", olga.pk), by=olga, note="Mozilla/5.0 (Windows NT 10.0)")
    changed, logged_in = rows(enter(konstantin))
    assert (logged_in["about"], logged_in["note"]) == ("Ольга Белова", "Chrome, Windows")
    assert changed["note"] == "Mozilla/5.0 (Windows NT 10.0)"
