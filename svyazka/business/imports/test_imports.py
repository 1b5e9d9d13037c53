"""A file of values: checked, said, stored, taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.known import client_facts, facts
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.imports import columns, going_on, storing, upload
from svyazka.business.imports.conftest import checked, openings, states, stored, undone, work
from svyazka.business.imports.models import Import
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import CompanyRole
from svyazka.business.staff.roles import Reach
from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def test_values_are_checked_said_and_only_then_stored(deals, roza):
    text = f"№;Проёмов\n{deals[0].pk};4\n{deals[1].pk};3\n{deals[2].pk};много\n999999;1\n{deals[0].pk};9\n"
    made = checked(text, roza)
    assert (made.state, states(made)) == ("checked", ["ready", "same", "wrong", "wrong", "wrong"])
    wrong = made.lines.filter(state="wrong").order_by("number")
    assert [(line.number, *line.faults[0]) for line in wrong] == [
        (4, 1, "Здесь нужно целое число, например 3."),
        (5, 0, "Сделки с таким номером нет."),
        (6, 0, "Это уже встречалось: строка 2."),
    ]
    assert openings(deals) == [None, 3, 5]
    storing.store(made, by=roza)
    work()
    assert openings(deals) == [4, 3, 5]
    assert states(made) == ["stored", "same", "wrong", "wrong", "wrong"]
    change = Entry.objects.get(verb="deals.changed", deal_id=deals[0].pk)
    assert (change.by_id, change.changes) == (roza.pk, {"openings": [None, 4]})
    assert Deal.objects.get(pk=deals[0].pk).version == deals[0].version + 1


def test_the_same_file_twice_changes_nothing(deals, roza, tax):
    text = f"№;Проёмов;ИНН\n{deals[0].pk};4;7701\n{deals[1].pk};6;\n"
    stored(text, roza)
    entries = Entry.objects.filter(verb="deals.changed").count()
    again = checked(text, roza)
    assert states(again) == ["same", "same"]
    with pytest.raises(Refused):
        storing.store(again, by=roza)
    assert Entry.objects.filter(verb="deals.changed").count() == entries


def test_what_is_known_stays_unless_it_is_to_be_written_over(deals, roza):
    text = "№;Проёмов\n" + "".join(f"{deal.pk};7\n" for deal in deals)
    made = stored(text, roza, overwrites=False)
    assert states(made) == ["stored", "same", "same"]
    assert openings(deals) == [7, 3, 5]
    # Two lines said something else, and were not heard: that has to be told.
    assert going_on.left_alone(made) == 2
    stored(text, roza)
    assert openings(deals) == [7, 7, 7]


def test_an_empty_cell_says_nothing(deals, roza):
    made = checked(f"№;Проёмов;Сумма\n{deals[1].pk};;\n{deals[2].pk};;10\n", roza)
    assert states(made) == ["same", "ready"]
    assert made.lines.get(state="ready").after == {"own.deal.amount": "10.00"}


def test_only_all_of_it_where_somebody_wants_so(deals, roza):
    made = checked(f"№;Проёмов\n{deals[0].pk};4\n{deals[1].pk};много\n", roza, all_or_nothing=True)
    with pytest.raises(Refused):
        storing.store(made, by=roza)
    assert openings(deals) == [None, 3, 5]
    columns.choose(made, made.columns, overwrites=True, all_or_nothing=False, by=roza)
    work()
    storing.store(Import.objects.get(pk=made.pk), by=roza)
    work()
    assert openings(deals) == [4, 3, 5]


def test_what_is_right_is_stored_after_all_without_another_check(deals, roza):
    made = checked(f"№;Проёмов\n{deals[0].pk};4\n{deals[1].pk};много\n", roza, all_or_nothing=True)
    storing.store(made, leave_out=True, by=roza)
    work()
    assert openings(deals) == [4, 3, 5]
    assert states(made) == ["stored", "wrong"]


def test_all_of_it_is_taken_back_when_one_line_fails_after_the_check(deals, roza, olga):
    text = "№;Проёмов\n" + "".join(f"{deal.pk};7\n" for deal in deals)
    made = checked(text, roza, all_or_nothing=True)
    facts.change(deals[1], {"openings": "8"}, by=olga)
    storing.store(made, by=roza)
    work()
    made.refresh_from_db()
    assert (made.state, states(made)) == ("undone", ["undone", "wrong", "undone"])
    assert openings(deals) == [None, 8, 5]
    assert made.lines.get(state="wrong").faults == [[-1, "После проверки это кто-то изменил."]]


def test_what_somebody_has_changed_since_is_named_and_the_others_are_stored(deals, roza, olga):
    text = "№;Проёмов\n" + "".join(f"{deal.pk};7\n" for deal in deals)
    made = checked(text, roza)
    facts.change(deals[1], {"openings": "8"}, by=olga)
    facts.change(deals[2], {"openings": "7"}, by=olga)
    storing.store(made, by=roza)
    work()
    assert states(made) == ["stored", "wrong", "same"]
    assert openings(deals) == [7, 8, 7]


def test_a_whole_run_is_undone_but_for_what_was_changed_since(deals, roza, olga, tax, vera):
    text = "№;Проёмов;Сумма;ИНН\n" + "".join(f"{deal.pk};7;100;{7700}\n" for deal in deals)
    made = stored(text, roza)
    facts.change(deals[2], {"openings": "9"}, by=olga)
    undone(made, roza)
    assert made.state == "undone"
    assert states(made) == ["undone", "undone", "kept"]
    assert made.lines.get(state="kept").faults == [[1, "С тех пор это кто-то изменил: остаётся как есть."]]
    assert openings(deals) == [None, 3, 9]
    assert [Deal.objects.get(pk=deal.pk).amount for deal in deals] == [None, None, None]
    assert Client.objects.get(pk=vera.pk).facts["tax"] is None
    with pytest.raises(Refused):
        storing.undo(made, by=roza)


def test_clients_are_found_by_phone_or_email(windows, vera, roza, tax):
    other = Client.objects.create(name="Пётр")
    ContactPoint.objects.create(client=other, kind="email", value="petr@example.ru")
    for one in (vera, other):
        ContactPoint.objects.create(client=one, kind="phone", value="+79160000001")
    text = (
        "Телефон;Имя клиента;ИНН\n8 916 123-45-67;Вера Иванова;7701\nPetr@example.ru;;7702\n"
        "+79169999999;;1\n89160000001;;2\nнечто;;3\n"
    )
    made = stored(text, roza)
    assert states(made) == ["stored", "stored", "wrong", "wrong", "wrong"]
    vera.refresh_from_db()
    assert (vera.name, vera.facts) == ("Вера Иванова", {"tax": 7701})
    assert Client.objects.get(pk=other.pk).facts == {"tax": 7702}
    assert [line.faults[0][1] for line in made.lines.filter(state="wrong").order_by("number")] == [
        "Такого телефона или почты нет ни у одного клиента.",
        "Такой телефон или почта у нескольких клиентов.",
        "Это не похоже ни на телефон, ни на адрес почты.",
    ]
    undone(made, roza)
    vera.refresh_from_db()
    assert (vera.name, vera.facts) == ("Вера Павлова", {"tax": None})


def test_a_merged_client_is_whom_he_points_on_to(windows, vera, roza, tax):
    old = Client.objects.create(name="Вера", merged_into=vera)
    stored(f"Номер клиента;ИНН\n{old.pk};7701\n", roza)
    vera.refresh_from_db()
    assert vera.facts == {"tax": 7701}


def test_a_field_of_a_client_may_be_called_as_what_the_house_has(windows, vera, roza):
    Field.objects.create(code="note", of="client", kind="text", words={"ru": "Пометка"})
    made = upload.take_in("a.csv", f"Номер клиента;Пометка;Примечание\n{vera.pk};своя;наше\n".encode(), by=roza)
    chosen = {"0": columns.CLIENT, "1": "note", "2": "own.client.note"}
    columns.choose(made, chosen, overwrites=True, all_or_nothing=True, by=roza)
    work()
    storing.store(Import.objects.get(pk=made.pk), by=roza)
    work()
    vera.refresh_from_db()
    assert (vera.note, vera.facts) == ("наше", {"note": "своя"})


def test_a_visit_goes_along_when_the_address_changes(windows, deals, roza, egor, dina):
    from svyazka.business.visits.models import Resource, VisitKind

    deal, now = deals[0], clock.now()
    Visit.objects.create(
        kind=VisitKind.objects.get(code="measurement"), deal=deal, client=deal.client, address=deal.address,
        resource=Resource.objects.get(person=egor), starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2),
        request_id="00000000-0000-0000-0000-000000000001",
    )  # fmt: skip
    stored(f"№;Адрес\n{deal.pk};Тверь, Садовая, 1\n", roza)
    assert Visit.objects.get().address == "Тверь, Садовая, 1"


def test_deals_that_a_person_may_not_change_are_named(deals, windows, vera):
    CompanyRole.objects.create(
        code="importer", words={"ru": "Загрузчик"}, based_on="manager", rights={"values.import": Reach.ALL}
    )
    mikhail = windows["mikhail"]
    type(mikhail).objects.filter(pk=mikhail.pk).update(role="importer")
    mikhail = type(mikhail).objects.get(pk=mikhail.pk)
    Deal.objects.filter(pk=deals[0].pk).update(department=windows["egor"].department, responsible=None)
    Deal.objects.filter(pk=deals[1].pk).update(department=mikhail.department, responsible=None)
    made = checked(f"№;Проёмов\n{deals[0].pk};4\n{deals[1].pk};4\n", mikhail)
    assert windows["egor"].department_id not in (None, mikhail.department_id)
    assert states(made) == ["wrong", "ready"]


def test_fields_that_have_gone_meanwhile_break_nothing(deals, roza):
    made = checked(f"№;Проёмов\n{deals[0].pk};4\n", roza)
    Field.objects.filter(code="openings").delete()
    storing.store(made, by=roza)
    work()
    assert states(made) == ["wrong"]


def test_what_the_database_refuses_keeps_no_other_line_from_being_stored(deals, roza):
    made = checked(f"№;Проёмов\n{deals[0].pk};7\n{deals[1].pk};8\n", roza)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table deals_deal add constraint odd check (not facts @> '{\"openings\": 7}') not valid")
    storing.store(made, by=roza)
    work()
    assert (states(made), openings(deals)) == (["wrong", "stored"], [None, 8, 5])
    assert made.lines.get(state="wrong").faults == [[-1, "Это не удалось сохранить."]]


def test_what_is_at_work_takes_no_second_click(deals, roza):
    made = checked(f"№;Проёмов\n{deals[0].pk};4\n", roza)
    storing.store(made, by=roza)
    for again in (
        lambda: storing.store(made, by=roza),
        lambda: storing.undo(made, by=roza),
        lambda: columns.choose(made, made.columns, overwrites=True, all_or_nothing=True, by=roza),
    ):
        with pytest.raises(Refused):
            again()
    work()
    assert openings(deals)[0] == 4


def test_after_a_restart_it_goes_on_where_it_was(deals, roza, monkeypatch):
    monkeypatch.setattr(storing, "PIECE", 1)
    made = checked("№;Проёмов\n" + "".join(f"{deal.pk};7\n" for deal in deals), roza)
    storing.store(made, by=roza)
    assert going_on.go_on()
    assert states(made) == ["stored", "ready", "ready"]
    work()
    assert openings(deals) == [7, 7, 7]
    (stored_,) = Entry.objects.filter(verb="imports.stored")
    assert stored_.changes["lines"] == [None, 3]


def test_as_many_questions_for_few_lines_as_for_many_in_a_check(deals, vera, olga, roza, django_assert_num_queries):
    more = [open_deal(vera, by=olga) for _number in range(30)]
    for number in (1, 30):
        made = upload.take_in(
            "a.csv", ("№;Проёмов\n" + "".join(f"{one.pk};4\n" for one in more[:number])).encode(), by=roza
        )
        columns.choose(made, made.columns, overwrites=True, all_or_nothing=True, by=roza)
        with django_assert_num_queries(10):
            going_on.go_on()
        work()


def test_old_ones_are_forgotten_with_all_that_people_sent(deals, roza):
    made = checked(f"№;Проёмов\n{deals[0].pk};4\n", roza)
    Import.objects.update(at=clock.now() - upload.KEPT - timedelta(hours=1), state="storing")
    upload.forget_old()
    assert Import.objects.exists()
    Import.objects.update(state="done")
    upload.forget_old()
    assert not Import.objects.exists()
    assert made.lines.count() == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("file"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("person"), st.integers(0, 2), st.integers(0, 3)),
        st.tuples(st.just("undo"), st.integers(0, 5), st.just(0)),
        st.tuples(st.just("piece"), st.just(0), st.just(0)),
    ),
    max_size=12,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_the_order_of_clicks_an_undone_import_leaves_only_what_people_wrote(deals, roza, olga, steps):
    """A model: what each deal has; an import that is undone takes back only what is still as it left it."""
    Import.objects.all().delete()
    for deal in deals:
        facts.change(deal, {"openings": ""}, by=olga)
    runs: list[Import] = []
    known: list[Any] = [None, None, None]
    before: dict[tuple[int, int], Any] = {}
    for what, which, number in steps:
        if what == "file":
            made = checked(f"№;Проёмов\n{deals[which].pk};{number}\n", roza)
            if states(made) == ["ready"]:
                storing.store(made, by=roza)
                work()
                made.refresh_from_db()
                before[len(runs), which] = known[which]
                known[which] = number
                runs.append(made)
        elif what == "person":
            facts.change(deals[which], {"openings": str(number)}, by=olga)
            known[which] = number
        elif what == "undo" and which < len(runs) and runs[which].state == "done":
            whose = next(at for run, at in before if run == which)
            mine = runs[which].lines.get().after["openings"]
            undone(runs[which], roza)
            if known[whose] == mine:
                known[whose] = before[which, whose]
        else:
            work()
    assert openings(deals) == known


def test_a_clients_own_field_is_stored_with_its_search(deals, roza, vera, tax):
    Field.objects.filter(code="tax").update(is_searched=True, is_indexed=True)
    stored(f"Номер клиента;ИНН\n{vera.pk};7701234\n", roza)
    from svyazka.business.clients.search import find

    assert ("client", vera.pk) in [(hit.kind, hit.object_id) for hit in find("7701234", limit=5)]
    assert client_facts.change(vera, {}, {}, by=roza).found_by == "7701234"
