from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from svyazka.business.calls.models import Call, Recording
from svyazka.business.clients import search
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.merging import merge
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.models import Entry
from svyazka.business.personal_data import erasing, files, papers, steps
from svyazka.business.personal_data.conftest import PHONE, SECRETS, World
from svyazka.business.personal_data.erasing import Wanted
from svyazka.business.personal_data.models import DataFile, Erasure
from svyazka.business.personal_data.tables import every, family
from svyazka.business.visits.models import Visit, Waiting
from svyazka.kit import clock
from svyazka.kit.paper import NoPaper
from svyazka.kit.refusals import Refused


def wanted(client: Client, **more: str) -> Wanted:
    return Wanted(**{"typed": str(client.pk), "ground": "demanded", **more})


def erased(client: Client, by) -> Erasure:
    asked = erasing.ask(client, wanted(client), by=by)
    while erasing.go_on():
        pass
    asked.refresh_from_db()
    return asked


def said_in_the_database() -> dict[str, list[str]]:
    """Table.column → which of his values still stand there; in whatever a column holds words."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.table_name, c.column_name, c.data_type from information_schema.columns c"
            " join pg_class k on k.relname = c.table_name and k.relkind in ('r', 'p') and not k.relispartition"
            " where c.table_schema = 'public' and k.relnamespace = 'public'::regnamespace"
            " and c.data_type in ('text', 'character varying', 'jsonb', 'ARRAY', 'bytea')"
        )
        for table, column, kind in cursor.fetchall():
            said = f"convert_from(\"{column}\", 'UTF8')" if kind == "bytea" else f'"{column}"::text'
            if table == "visits_dayplan":
                continue  # packed numbers
            for secret in SECRETS:
                cursor.execute(f"select count(*) from {table} where {said} ilike %s", [f"%{secret}%"])
                if cursor.fetchone()[0]:
                    found.setdefault(f"{table}.{column}", []).append(secret)
    return found


def said_in_files(folder: Path) -> list[str]:
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file()
        and any(one in path.read_bytes().decode("utf-8", "replace").lower() + path.name.lower() for one in SECRETS)
    ]


def test_nothing_of_him_is_left_in_any_table_nor_file(known_everywhere, anna, files_here):
    numbers = family(known_everywhere.pk)
    assert [one.model.__name__ for one in every() if not one.rows(numbers).exists()] == []
    assert (len(said_in_the_database()) > 80, len(said_in_files(files_here)) > 4) == (True, True)
    done = erased(known_everywhere, anna)
    assert (done.state, done.numbers) == ("done", numbers)
    assert said_in_the_database() == {}
    assert said_in_files(files_here) == []


def test_what_is_counted_and_what_was_paid_stays_under_his_number(known_everywhere, anna):
    kept = [
        "Client",
        "Deal",
        "Visit",
        "Call",
        "Recording",
        "Payment",
        "Agreement",
        "ClientConsent",
        "Entry",
        "ExtraWork",
    ]
    numbers = family(known_everywhere.pk)
    rows = {one.model.__name__: one for one in every()}
    before = {name: rows[name].rows(numbers).count() for name in kept}
    erased(known_everywhere, anna)
    after = {name: rows[name].rows(numbers).count() for name in kept}
    assert {name: after[name] - before[name] for name in kept} == {**dict.fromkeys(kept, 0), "Entry": 3}
    assert Recording.objects.get().state == "removed"


def test_of_what_a_telephone_system_said_the_others_stay(known_everywhere, anna):
    erased(known_everywhere, anna)
    said = bytes(Arrival.objects.get(account="lab").body).decode()
    assert said == '{"from": "+70000000000"}, {"from": "+79160000001"}'


def test_somebody_else_stays_as_he_is(vera, anna, olga, mikhail):
    other = Client.objects.create(name="Пётр Павлов", address=vera.address)
    ContactPoint.objects.create(client=other, kind="phone", value="+79160000002")
    search.index("client", other.pk, other.name)
    search.index("client", vera.pk, vera.name)
    erased(vera, anna)
    other.refresh_from_db()
    assert (other.name, other.contact_points.get().value) == ("Пётр Павлов", "+79160000002")
    assert [hit.object_id for hit in search.find("Павлов")] == [other.pk]


def test_after_a_crash_it_goes_on_where_it_was(known_everywhere, anna, monkeypatch, files_here):
    monkeypatch.setattr("svyazka.kit.erased.AT_ONCE", 1)
    for _number in range(3):
        open_deal(known_everywhere, by=anna)
    Deal.objects.update(closed_at=known_everywhere.created_at)
    erasing.ask(known_everywhere, wanted(known_everywhere), by=anna)
    broken = steps.ALL[40]

    class Breaks:
        name = broken.name
        tries = 0

        def piece(self, numbers, after):
            self.tries += 1
            if self.tries < 3:
                broken.piece(numbers, after)
                raise OSError("the machine is switched off")
            return broken.piece(numbers, after)

    monkeypatch.setattr(steps, "ALL", (*steps.ALL[:40], Breaks(), *steps.ALL[41:]))
    fell = 0
    while Erasure.objects.get().state != "done":
        try:
            erasing.go_on()
        except OSError:
            fell += 1
    assert (fell, said_in_the_database(), said_in_files(files_here)) == (2, {}, [])


def test_what_fails_again_and_again_is_said_and_can_be_tried_once_more(vera, anna, monkeypatch):
    erasing.ask(vera, wanted(vera), by=anna)

    def fails(*_given):
        raise OSError("disk")

    with monkeypatch.context() as patch:
        patch.setattr(type(steps.ALL[1]), "piece", fails)
        for _try in range(erasing.MOST_TRIES + 2):
            try:
                erasing.go_on()
            except OSError:
                continue
    failed = Erasure.objects.get()
    assert (failed.state, erasing.go_on()) == ("failed", False)
    erasing.try_again(failed, by=anna)
    while erasing.go_on():
        pass
    assert (Erasure.objects.get().state, Client.objects.get(pk=vera.pk).name) == ("done", "")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"typed": ""}, "typed"),
        ({"typed": "1 or 1=1"}, "typed"),
        ({"ground": "because"}, "ground"),
    ],
)
def test_what_cannot_be_meant_erases_nothing(vera, anna, more, field):
    with pytest.raises(Refused) as refusal:
        erasing.ask(vera, wanted(vera, **more), by=anna)
    assert (list(refusal.value.fields), Erasure.objects.count()) == ([field], 0)


@pytest.mark.parametrize("word", ["", "х" * 301, "Вера передумала", f"номер {PHONE}", "8 (916) 123-45-67"])
def test_with_an_open_deal_somebody_has_to_say_why_without_saying_who(vera, anna, olga, word):
    open_deal(vera, by=olga)
    if "555" not in word:
        with pytest.raises(Refused) as refusal:
            erasing.ask(vera, wanted(vera, word=word), by=anna)
        assert list(refusal.value.fields) == ["word"]
    asked = erasing.ask(vera, wanted(vera, word="Письмо от 3 ноября, вх. 17"), by=anna)
    assert asked.word == "Письмо от 3 ноября, вх. 17"


@pytest.fixture
def a_visit(vera, olga):
    world = World(olga)
    ahead = {"starts_at": clock.now(), "ends_at": clock.now() + timedelta(hours=2), "status": "planned"}
    return world.row(Visit, client=vera, deal=open_deal(vera, by=olga), **ahead)


def test_nobody_is_erased_to_whom_somebody_is_on_the_way(vera, anna, a_visit):
    with pytest.raises(Refused):
        erasing.ask(vera, wanted(vera, word="Письмо"), by=anna)
    assert not Erasure.objects.exists()


def test_nobody_is_erased_who_waits_for_a_window(known_everywhere, anna):
    Waiting.objects.update(state=Waiting.State.OPEN, ended_at=None)
    with pytest.raises(Refused):
        erasing.ask(known_everywhere, wanted(known_everywhere), by=anna)


def test_a_second_click_asks_for_nothing_new(vera, anna, roza):
    assert erasing.ask(vera, wanted(vera), by=anna).pk == erasing.ask(vera, wanted(vera), by=roza).pk


def test_merged_ones_go_with_him_and_nobody_takes_them_apart_again(vera, anna, olga):
    gone = Client.objects.create(name="Верочка")
    merge(vera, gone, by=olga)
    done = erased(vera, anna)
    gone.refresh_from_db()
    assert (done.numbers, gone.name, gone.merged_into_id) == ([vera.pk, gone.pk], "", vera.pk)


def test_a_file_of_all_that_was_known_goes_too(vera, anna, files_here):
    files.ask(vera, by=anna)
    files.go_on()
    erased(vera, anna)
    assert (DataFile.objects.get().state, list((files_here / "files").rglob("*.zip"))) == ("gone", [])


def test_the_journal_says_who_did_it_and_why_and_nothing_is_changed_in_it_otherwise(vera, anna):
    erased(vera, anna)
    said = Entry.objects.filter(verb__startswith="personal_data.").order_by("id")
    assert [(one.verb, one.by_id) for one in said] == [
        ("personal_data.erasure_asked", anna.pk),
        ("personal_data.erased", anna.pk),
        ("personal_data.act_made", None),
    ]
    with pytest.raises(Exception, match="not changed"):
        Entry.objects.update(verb="other")


def test_act_and_journal_name_a_number_and_not_a_name(known_everywhere, anna):
    done = erased(known_everywhere, anna)
    told = papers.in_words(done)
    assert told["facts"][1]["text"].startswith(f"клиент № {done.client_id}")
    assert not any(secret in json.dumps(told, ensure_ascii=False).lower() for secret in SECRETS)
    with done.act.open("rb") as act, done.log.open("rb") as log:
        assert act.read(5) == b"%PDF-"
        lines = log.read().decode("utf-8-sig").splitlines()
    assert len(lines) > 30
    assert all(f"клиент № {done.client_id}" in line for line in lines[1:])


def test_an_act_that_cannot_be_made_now_is_made_later(vera, anna, monkeypatch):
    erasing.ask(vera, wanted(vera), by=anna)
    while Erasure.objects.get().state == "waiting":
        erasing.go_on()

    def busy(*_given):
        raise NoPaper("busy", again=True)

    with monkeypatch.context() as patch:
        patch.setattr("svyazka.kit.paper.made", busy)
        erasing.go_on()
    assert Erasure.objects.get().state == "erased"
    erasing.go_on()
    assert Erasure.objects.get().state == "done"


def test_after_three_years_act_and_journal_are_gone(vera, anna, monkeypatch, files_here):
    done = erased(vera, anna)
    papers.forget_old()
    assert len(list((files_here / "files" / "erasures").iterdir())) == 2
    Erasure.objects.update(ended_at=done.ended_at.replace(year=done.ended_at.year - 4))
    papers.forget_old()
    done.refresh_from_db()
    assert (bool(done.act), bool(done.log), list((files_here / "files" / "erasures").iterdir())) == (False, False, [])


def test_calls_of_his_are_still_counted(known_everywhere, anna):
    erased(known_everywhere, anna)
    call = Call.objects.get()
    assert (call.client_number, call.client_id, call.talk_seconds is not None) == ("", known_everywhere.pk, True)
