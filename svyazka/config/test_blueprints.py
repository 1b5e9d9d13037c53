"""`svyazka blueprint ...` and `svyazka init` with a file, as they are typed."""

from __future__ import annotations

import pytest
from django.db import transaction

from svyazka.business.company.blueprint import company, text_of_house
from svyazka.business.company.write import written
from svyazka.business.deals.models import Pipeline, Stage
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import Person, Role
from svyazka.config import beginning, blueprints, starting
from svyazka.config.cli import main
from svyazka.config.holding import CannotStart

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def broken(tmp_path):
    file = tmp_path / "broken.yaml"
    text = text_of_house("windows").decode()
    file.write_text(text.replace("colour: violet", "colour: pink").replace("minutes: 180", "minutes: soon"))
    return file


def test_check_names_file_line_and_place(broken, capsys):
    assert blueprints.check("windows") == 0
    assert blueprints.check(str(broken)) == 1
    said = capsys.readouterr().out.splitlines()
    line = next(n for n, text in enumerate(broken.read_text().splitlines(), 1) if "pink" in text)
    assert said[0] == "windows: no fault found."
    assert said[1].startswith(
        f"{broken}:{line}:17: pipelines → windows → stages → measurement_booked → colour: “pink” is not known here."
    )
    assert "A whole number from 1 to 1440" in said[2]


def test_check_needs_neither_a_database_nor_a_company(monkeypatch, broken, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql:///nowhere")
    with pytest.raises(SystemExit) as ended:
        main(["blueprint", "check", str(broken)])
    assert ended.value.code == 1
    assert "pink" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CannotStart, match="There is no blueprint “nothing.yaml”"):
        blueprints.check("nothing.yaml")
    with pytest.raises(CannotStart, match="Is a directory"):
        blueprints.check(str(tmp_path))


def test_a_company_begins_from_a_file_of_ones_own_and_not_from_a_broken_one(data, broken):
    with pytest.raises(CannotStart, match="nothing is stored"):
        beginning.begin(str(broken), with_demonstration=False)
    assert not Pipeline.objects.exists()
    own = data / "own.yaml"
    own.write_text(text_of_house("projects").decode().replace("Продажи", "Сбыт"))
    beginning.begin(str(own), with_demonstration=True)
    assert str(Pipeline.objects.first()) == "Сбыт"
    assert Person.objects.filter(login="timur").exists()


def test_what_is_exported_begins_the_same_company_elsewhere(windows, data, capsys):
    file = data / "mine.yaml"
    blueprints.export(file)
    blueprints.export(None)
    assert capsys.readouterr().out == file.read_text()
    first = file.read_text()
    with transaction.atomic():
        _forget_all()
        beginning.begin(str(file), with_demonstration=False)
        assert written(company()) == first
        transaction.set_rollback(True)


def test_an_export_that_cannot_be_written_leaves_nothing(windows, data):
    with pytest.raises(CannotStart, match="cannot be written"):
        blueprints.export(data / "nowhere" / "mine.yaml")
    assert list(data.iterdir()) == []


def test_compare_and_take_over(windows, data, capsys):
    file = data / "newer.yaml"
    text = text_of_house("windows").decode().replace("limit_hours: 96", "limit_hours: 48")
    file.write_text(text.replace("\nsources:\n", '\nsources:\n  - {code: radio, name: {ru: "Радио", en: "Radio"}}\n'))
    assert blueprints.compare(str(file)) == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "new: sources/radio “Radio”"
    assert said[1:3] == ["changed: pipelines/windows/measurement_booked “Measurement booked”",
                         "    Limit, hours: 96 → 48"]  # fmt: skip
    assert blueprints.take(str(file), ["sources"]) == 0
    assert capsys.readouterr().out == "taken over: sources/radio\n"
    assert Stage.objects.get(code="measurement_booked").limit_hours == 96
    blueprints.take(str(file), [])
    assert set(Entry.objects.filter(actor="command line").values_list("verb", flat=True)) == {
        "company.taken_over", "pipelines.changed",
    }  # fmt: skip
    assert blueprints.compare(str(file)) == 0
    assert blueprints.take(str(file), []) == 0
    with pytest.raises(CannotStart, match="nothing to take over"):
        blueprints.take(str(file), ["fields"])


def test_a_company_may_begin_with_nothing_but_an_administrator(data, capsys):
    beginning.begin_empty()
    said = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines() if ": " in line)
    person = Person.objects.get()
    assert (person.login, person.role, person.full_name) == (said["login"], Role.ADMINISTRATOR, "Администратор")
    assert person.check_password(said["password"])
    assert not any(company().values())
    with pytest.raises(CannotStart, match="a company in this database already"):
        beginning.begin_empty()


def test_a_company_that_began_empty_is_not_filled_with_the_demonstration_by_the_next_start(data, capfd):
    from django.conf import settings

    beginning.begin_empty()
    starting._prepare(settings.DATABASE_DIRECT_URL)
    assert not Pipeline.objects.exists()
    assert "demonstration" not in capfd.readouterr().err


def test_whoever_is_cut_off_while_the_password_is_shown_leaves_nothing(data, monkeypatch):
    def cut_off(*_words, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", cut_off)
    with pytest.raises(KeyboardInterrupt):
        beginning.begin_empty()
    assert not Person.objects.exists()


def test_one_of_both_is_to_be_typed(capsys):
    with pytest.raises(SystemExit):
        main(["init", "--empty", "--blueprint", "windows"])
    with pytest.raises(SystemExit):
        main(["init"])
    assert "--blueprint" in capsys.readouterr().err


def _forget_all() -> None:
    from django.apps import apps
    from django.db import connection

    tables = ", ".join(model._meta.db_table for model in apps.get_models() if model._meta.managed)
    with connection.cursor() as cursor:
        cursor.execute(f"truncate {tables} cascade")
