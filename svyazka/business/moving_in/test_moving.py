from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import history
from svyazka.business.clients.change import change
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ClientKey, ClientRecord, Interaction
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Task
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.moving_in import going_on, reconciling, storing
from svyazka.business.moving_in.clients_of_lines import Item
from svyazka.business.moving_in.conftest import checked, moved, rows, undone, work
from svyazka.business.moving_in.models import MovedIn, MoveIn
from svyazka.business.notices.models import Notice
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

DEALS = """ID;Клиент;Телефон;Этап;Сумма;Ответственный;Источник;Дата создания;Дата закрытия;Цвет рам
101;Павлова Вера Ильинична;8 916 765-43-21;Успешно реализовано;54 300,50;{person};Авито;12.05.2021;20 мая 2021;белый
102;Ильин Пётр;8 926 111-22-33;Новая;1000;Никто;Авито;44330;;
103;Вера Павлова;+7 916 765 43 21;Отказ;;{person};;01.02.2022;03.02.2022;бежевый
"""


@pytest.fixture
def vera(vera):
    filing.file([vera.pk])
    return vera


PEOPLE = """Имя;Компания;Телефон;Почта;ИНН;Адрес;WhatsApp;Дата создания
Павлова Вера Ильинична;;8 916 765-43-21, 8 495 111-22-33;vera.p@example.com;;Москва, Лесная 5-12;;12.05.2021
Ильин Пётр;Ромашка;8 926 111-22-33;petr@romashka.ru;7707083893;;;
ООО «Ромашка»;ООО «Ромашка»;8 495 222-33-44;;;;;
Ромашка;Ромашка;8 495 222-33-55;;;;;
;ИП Иванов Иван Петрович;8 903 222-33-66;;;;;
Олег Орлов;ИП Орлов О. П.;8 903 222-33-77;;;;8 903 222-33-88;
Анна;;8 903 222-33-99;;;;@anna_b;01.02.2024
Ильин П.;;8 926 111-22-33;petr.ilin@example.com;;Тверь, Новая 7;;
Вера Павлова;;8 916 765-43-21;;;;;
"""


@pytest.fixture
def deals(windows, mikhail, roza) -> MoveIn:
    return moved(DEALS.format(person=mikhail.full_name), roza)


def deal_of(number: int) -> Deal:
    return Deal.objects.select_related("stage", "client", "source").get(
        pk=MovedIn.objects.get(outside_id=str(number)).object_id
    )


def everything() -> dict[str, object]:
    """What a move may not leave behind when it is undone."""
    return {
        "clients": list(Client.objects.order_by("pk").values()),
        "contacts": sorted(Client.objects.values_list("pk", "contact_points__value", "traits__value")),
        "keys": sorted(ClientKey.objects.values_list("client_id", "key")),
        "deals": list(Deal.objects.order_by("pk").values()),
        "history": list(Interaction.objects.order_by("pk").values()),
        "suspicions": Suspicion.objects.count(),
        "numbers": list(MovedIn.objects.values_list("outside_id")),
    }


def filed(clients: Iterable[int]) -> tuple[object, object]:
    records = ClientRecord.objects.filter(pk__in=clients).order_by("pk").values_list("pk", "packed", "seen", "version")
    return list(records), sorted(ClientKey.objects.filter(client_id__in=clients).values_list("client_id", "key"))


def test_new_clients_are_filed_as_if_the_base_were_read(windows, roza):
    made = moved(PEOPLE, roza)
    clients = set(made.rows.filter(state="stored").values_list("client_id", flat=True))
    as_moved = filed(clients)
    ClientKey.objects.filter(client_id__in=clients).delete()
    ClientRecord.objects.filter(pk__in=clients).delete()
    filing.file(clients)
    assert (len(clients), as_moved) == (7, filed(clients))


def test_what_another_version_has_normalised_is_normalised_anew(windows, roza):
    """A dry run before an update, and storing after it."""
    made = checked(PEOPLE, roza)
    made.rows.filter(state="ready").update(packed="1[of another shape")
    storing.run(made, by=roza)
    work()
    assert filed(Client.objects.filter(name="Павлова Вера Ильинична").values_list("pk", flat=True))[1] != []
    assert set(rows(made)) == {("stored", "new"), ("stored", "joins")}


def test_deals_stand_here_as_they_stood_there(deals, mikhail):
    first, last = deal_of(101), deal_of(103)
    assert (first.amount, first.responsible_id, str(first.source)) == (Decimal("54300.50"), mikhail.pk, "Авито")
    assert (first.stage.kind, last.stage.kind, deal_of(102).stage.kind) == ("won", "lost", "open")
    assert clock.local(first.opened_at).date().isoformat() == "2021-05-12"
    assert first.closed_at is not None
    assert clock.local(first.closed_at).date().isoformat() == "2021-05-20"
    assert deal_of(102).closed_at is None
    assert first.department_id == mikhail.department_id


def test_two_lines_of_one_client_make_one(deals):
    assert deal_of(101).client == deal_of(103).client
    assert rows(deals) == [("stored", "new"), ("stored", "new"), ("stored", "joins")]
    assert deal_of(101).client.name == "Павлова Вера Ильинична"
    assert deal_of(101).client.contact_points.get().value == "+79167654321"


def test_what_fits_no_field_is_kept_as_a_note(deals):
    (note,) = Interaction.objects.filter(deal_id=deal_of(101).pk)
    assert (note.kind, note.text, note.at) == ("note", "Цвет рам: белый", deal_of(101).opened_at)
    (nobodys,) = Interaction.objects.filter(deal_id=deal_of(102).pk)
    assert nobodys.text == "Ответственный: Никто"


def test_no_rule_notice_or_task_goes_off(deals):
    assert not Task.objects.exists()
    assert not Notice.objects.exists()
    assert deal_of(102).next_step == ""
    assert not LiveEvent.objects.filter(topic__in=["client", "deal"]).exists()
    assert Entry.objects.filter(verb="moving_in.deal_made").count() == 3


def test_the_same_file_once_more_changes_nothing(deals, mikhail, roza):
    before = everything()
    again = moved(DEALS.format(person=mikhail.full_name), roza)
    assert rows(again) == [("stored", "known")] * 3
    assert everything() == before


def test_a_newer_file_brings_what_has_changed_there(deals, mikhail, roza):
    text = DEALS.format(person=mikhail.full_name).replace("1000;Никто", "2500;" + roza.full_name)
    moved(text, roza)
    assert (deal_of(102).amount, deal_of(102).responsible_id) == (Decimal(2500), roza.pk)
    assert deal_of(101).amount == Decimal("54300.50")


def test_what_both_have_changed_stays_ours_and_is_shown(deals, mikhail, roza):
    facts.change(deal_of(102), {"amount": "7777"}, by=roza)
    again = moved(DEALS.format(person=mikhail.full_name).replace("1000;", "2500;"), roza)
    assert deal_of(102).amount == Decimal(7777)
    assert again.rows.get(outside_id="102").faults == [[4, "Изменено и там, и здесь: осталось наше значение."]]


def test_what_only_we_have_changed_stays(deals, mikhail, roza):
    facts.change(deal_of(102), {"amount": "7777"}, by=roza)
    moved(DEALS.format(person=mikhail.full_name).replace("белый", "синий"), roza)
    assert deal_of(102).amount == Decimal(7777)
    assert list(Interaction.objects.filter(deal_id=deal_of(101).pk).order_by("pk").values_list("text", flat=True)) == [
        "Цвет рам: белый",
        "Цвет рам: синий",
    ]


def test_whoever_may_be_known_is_new_and_asked_about(windows, vera, roza):
    phone = vera.contact_points.get(kind="phone").value
    made = moved(f"Имя;Телефон\nАнна Павлова;{phone}\n", roza)
    assert rows(made) == [("stored", "doubtful")]
    suspicion = Suspicion.objects.get()
    assert (suspicion.other, suspicion.client.name, suspicion.task) == (vera, "Анна Павлова", None)


def test_a_known_client_learns_what_he_lacked_and_loses_nothing(windows, vera, roza):
    phone = vera.contact_points.get(kind="phone").value
    before = Client.objects.values().get(pk=vera.pk)
    moved(f"Имя;Телефон;Почта\nПавлова Вера;{phone};new@example.com\n", roza)
    assert Client.objects.values().get(pk=vera.pk) == before
    assert vera.contact_points.filter(kind="email", value="new@example.com").exists()


def test_undone_it_is_as_if_it_had_never_been(windows, vera, mikhail, roza):
    phone = vera.contact_points.get(kind="phone").value
    before = everything()
    text = DEALS.format(person=mikhail.full_name) + f"104;Павлова Вера;{phone};Новая;5;;;;;\n"
    made = undone(moved(text, roza), roza)
    assert {state for state, _outcome in rows(made)} == {"undone"}
    assert everything() == before


def test_what_somebody_has_worked_on_stays_and_is_named(deals, roza):
    facts.change(deal_of(102), {"amount": "7777"}, by=roza)
    kept = deal_of(102)
    undone(deals, roza)
    assert list(Deal.objects.values_list("pk", flat=True)) == [kept.pk]
    assert Client.objects.filter(pk=kept.client_id).exists()
    row = deals.rows.get(outside_id="102")
    assert (row.state, row.faults[0][1]) == ("kept", "С тех пор со сделкой работали: она остаётся.")
    assert deals.rows.filter(state="undone").count() == 2


def test_a_client_who_was_changed_or_wrote_since_stays(windows, roza):
    made = moved("Имя;Телефон\nВера;89167654321\nФома;89261112233\nПётр;89261112244\n", roza)
    first, second, _third = (Client.objects.get(pk=row.client_id) for row in made.rows.filter(state="stored"))
    change(first, {"note": "звонить утром"}, by=roza)
    history.add(second.pk, kind="message", by=roza, text="Здравствуйте")
    undone(made, roza)
    assert sorted(rows(made)) == [("kept", "new"), ("kept", "new"), ("undone", "new")]
    assert Client.objects.filter(pk__in=[first.pk, second.pk]).count() == 2


def test_a_later_file_undone_gives_back_what_it_had_changed(deals, mikhail, roza):
    later = moved(DEALS.format(person=mikhail.full_name).replace("1000;", "2500;"), roza)
    undone(later, roza)
    assert deal_of(102).amount == Decimal(1000)
    assert Deal.objects.count() == 3


def test_it_stops_and_goes_on_where_it_was(windows, mikhail, roza, monkeypatch):
    monkeypatch.setattr(storing, "PIECE", 1)
    made = checked(DEALS.format(person=mikhail.full_name), roza)
    storing.run(made, by=roza)
    going_on.go_on()
    storing.stop(made, by=roza)
    work()
    assert [state for state, _outcome in rows(made)] == ["stored", "ready", "ready"]
    storing.run(made, by=roza)
    work()
    assert Deal.objects.count() == 3
    assert deal_of(101).client == deal_of(103).client


def test_a_crash_in_the_middle_of_a_batch_leaves_nothing_half(windows, mikhail, roza, monkeypatch):
    made = checked(DEALS.format(person=mikhail.full_name), roza)
    storing.run(made, by=roza)
    clients = Client.objects.count()
    with monkeypatch.context() as broken:
        broken.setattr(storing, "_remember", lambda *_given: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            going_on.go_on()
    assert (Client.objects.count(), Deal.objects.count()) == (clients, 0)
    work()
    assert Deal.objects.count() == 3


def test_a_line_that_cannot_be_stored_does_not_keep_the_others(windows, roza, monkeypatch):
    made = checked("Имя;Телефон\nВера;89167654321\nФома;89261112233\n", roza)
    storing.run(made, by=roza)
    remember = storing._remember

    def fails(given: MoveIn, fresh: list[Item], kind: str) -> None:
        if any(item.line.name == "Фома" for item in fresh):
            raise IntegrityError
        remember(given, fresh, kind)

    monkeypatch.setattr(storing, "_remember", fails)
    work()
    assert rows(made) == [("stored", "new"), ("wrong", "new")]
    assert not Client.objects.filter(name="Фома").exists()


def test_nothing_is_run_undone_or_stopped_twice(deals, roza):
    for verb in (storing.run, storing.stop):
        with pytest.raises(Refused):
            verb(deals, by=roza)


def test_both_sides_are_counted(deals, roza):
    total = reconciling.total(deals)
    assert (total.there, total.sum_there, total.is_equal) == (3, Decimal("55300.50"), True)
    by_stage = {one.said: (one.there, one.sum_there) for one in reconciling.balances(deals, "stage")}
    assert by_stage == {"Успешно реализовано": (1, Decimal("54300.50")), "Новая": (1, Decimal(1000)), "Отказ": (1, 0)}
    assert {one.said for one in reconciling.balances(deals, "month")} == {"2021-05", "2022-02"}
    facts.change(deal_of(102), {"amount": "7777"}, by=roza)
    assert not reconciling.total(deals).is_equal
    (other,) = [one.said for one in reconciling.balances(deals, "stage") if not one.is_equal]
    assert other == "Новая"


def test_a_batch_takes_the_same_number_of_questions_for_one_line_and_for_thirty(windows, roza):
    def questions(lines: int, start: int) -> int:
        text = "Имя;Телефон;Сумма\n" + "".join(
            f"{name};8916{(start + 1_047_293 * at) % 9_000_000 + 1_000_000};{at}\n"
            for at, name in zip(range(lines), _NAMES, strict=False)
        )
        made = checked(text, roza)
        storing.run(made, by=roza)
        with CaptureQueriesContext(connection) as asked:
            storing.store_piece(made)
        assert made.rows.filter(state="stored").count() == lines
        return len(asked)

    assert questions(30, 7000001) <= questions(1, 1234501) + 4


_SURNAMES = "Абрикосов Баклажанов Вареников Гречишников Дубравин Ежиков Жаворонков Зернов Ирисов Калинин"
_NAMES = [
    f"{surname}{end} {first}" for first in ("Фома", "Лев", "Яков") for end in ("",) for surname in _SURNAMES.split()
]
