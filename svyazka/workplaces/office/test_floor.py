from svyazka.business.calls.floor.rules import rules
from svyazka.business.calls.models import BreakReason, CallQueue
from svyazka.business.journal.models import Entry

GIVEN = {
    "answer_share": "80",
    "answer_within": "20",
    "short_within": "3",
    "after_call_seconds": "30",
    "ring_back_minutes": "10",
    "ring_back_department": "",
}


def test_what_is_demanded_is_changed_and_the_journal_knows_it(enter, anna, olga):
    client = enter(anna)
    answer = client.post("/office/floor/", {**GIVEN, "ring_back_department": olga.department_id})
    assert (answer.status_code, rules().answer_within, rules().ring_back_department) == (302, 20, olga.department)
    entry = Entry.objects.get(verb="calls.floor_rules_changed")
    assert (entry.changes["answer_within"], entry.changes["answer_share"]) == ([7, 20], [90, 80])
    client.post("/office/floor/", {**GIVEN, "ring_back_department": olga.department_id})
    assert Entry.objects.filter(verb="calls.floor_rules_changed").count() == 1


def test_what_cannot_be_is_refused_beside_its_input(enter, anna):
    answer = enter(anna).post("/office/floor/", {**GIVEN, "answer_within": "0", "answer_share": "90"})
    assert answer.status_code == 422
    assert "От 1 до 120." in answer.content.decode()
    assert rules().answer_within == 7


def test_a_queue_gets_a_name_a_limit_and_an_owner(enter, anna, olga):
    queue = CallQueue.objects.create(code="q-17")
    address = f"/office/floor/queues/{queue.pk}/"
    enter(anna).post(address, {"name": "Продажи", "answer_within": "10", "department": olga.department_id})
    queue.refresh_from_db()
    assert (str(queue), queue.answer_within, queue.department_id) == ("Продажи", 10, olga.department_id)
    assert "Продажи" in enter(anna).get("/office/floor/").content.decode()


def test_reasons_of_breaks_are_the_companys_own(enter, anna, olga):
    client = enter(anna)
    client.post("/office/breaks/", {"ru": "Молитва", "en": "Prayer"})
    reason = BreakReason.objects.get(words__ru="Молитва")
    client.post(f"/office/breaks/{reason.code}/", {"ru": "Личное", "en": "Personal", "minutes": "10"})
    reason.refresh_from_db()
    assert (reason.name, reason.minutes) == ("Личное", 10)
    assert client.post(f"/office/breaks/{reason.code}/", {"ru": "Личное", "minutes": "-1"}).status_code == 422
    client.post(f"/office/breaks/{reason.code}/state/", {"on": "0"})
    assert "Личное" not in enter(olga).get("/floor/mine/").content.decode()
