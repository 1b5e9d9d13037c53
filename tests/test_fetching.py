# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""`svyazka fetch`: all that another system knows, as tables in a folder, before stand-ins on real sockets."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from svyazka.business.moving_in.fetch import AnotherOne, Fetch
from svyazka.business.moving_in.system import TryLater
from svyazka.config import cli
from svyazka.connectors.amocrm import wire as of_amocrm
from svyazka.connectors.amocrm.conftest import amo, fill  # noqa: F401
from svyazka.connectors.amocrm.stand_in import CODE, SECRET, TOKEN
from svyazka.connectors.bitrix24 import wire as of_bitrix24
from svyazka.connectors.bitrix24.conftest import bitrix  # noqa: F401
from svyazka.kit.pace import Pace
from tests.test_foreign_systems import Company, company  # noqa: F401


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    for wire in (of_amocrm, of_bitrix24):
        monkeypatch.setattr(wire, "allowed", lambda: Pace(0))


def lines(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def fetch(company: Company, folder: Path, **more) -> Fetch:
    return Fetch(company.entered(), folder, **{"pause": lambda _seconds: None, **more})


def test_everything_stands_in_the_tables(company, tmp_path):
    company.fill(150)
    written = fetch(company, tmp_path / "all").run()
    assert written == {
        **{kind: len(company.all(kind)) for kind in ("clients", "deals", "events")},
        "unreadable": 0,
    }
    assert {table: len(lines(tmp_path / "all", table)) for table in written} == written
    clients = {line["ID"]: line for line in lines(tmp_path / "all", "clients")}
    known = {one.id: one for one in company.all("clients")}
    assert set(clients) == set(known)
    someone = next(one for one in known.values() if one.id.startswith("contact-") and one.phones)
    assert clients[someone.id]["ФИО"] == someone.name
    assert clients[someone.id]["Ответственный"].startswith("Сотрудник ")
    assert someone.phones[0] in clients[someone.id]["Телефон"]
    deal = company.all("deals")[4]
    (line,) = [one for one in lines(tmp_path / "all", "deals") if one["ID сделки"] == deal.id]
    assert (line["Название сделки"], line["ФИО"]) == (deal.name, clients[deal.client_ids[0]]["ФИО"])
    assert line["Этап сделки"] in {one.name for one in company.all("stages")}
    assert (
        line["Телефон"] == clients[deal.client_ids[0]]["Телефон"].lstrip("'")
        or line["Телефон"] == clients[deal.client_ids[0]]["Телефон"]
    )


@pytest.mark.parametrize("page", [1, 3, 6, 8])
def test_broken_off_anywhere_it_goes_on_and_nothing_stands_there_twice(company, tmp_path, page):
    company.fill(200)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    fetch(company, whole).run()

    class PowerCut(Exception):
        pass

    told = []

    def cut(_kind, _lines) -> None:
        told.append(1)
        if len(told) == page:
            for file in broken.glob("*.csv"):  # written, but not yet written down
                file.write_bytes(file.read_bytes() + "Недописано;".encode())
            raise PowerCut

    with pytest.raises(PowerCut):
        fetch(company, broken, tell=cut).run()
    fetch(company, broken).run()
    assert tables(broken) == tables(whole)


def test_trouble_is_waited_for_and_not_for_ever(company, tmp_path):
    company.fill(3)
    waited = []
    company.peer.faults.waiting.extend([503, "half", 429])
    fetch(company, tmp_path / "a", pause=waited.append).run()
    assert len(waited) == 3
    company.peer.faults.waiting.extend([503] * 50)
    with pytest.raises(TryLater):
        fetch(company, tmp_path / "b").run()


def test_a_folder_belongs_to_one_account(company, tmp_path):
    company.fill(3)
    fetch(company, tmp_path).run()
    with pytest.raises(AnotherOne):
        fetch(company, tmp_path, language="en").run()


def test_nobody_else_reads_the_tables_and_no_cell_is_a_formula(company, tmp_path):
    company.fill(3)
    if company.code == "amocrm":
        company.peer.change("contacts", 700_001, name="=cmd|' /C calc'!A0")
    else:
        company.peer.change(3, 1, lastName="=cmd|' /C calc'!A0", name="")
    fetch(company, tmp_path / "x").run()
    (line,) = [one for one in lines(tmp_path / "x", "clients") if "calc" in one["ФИО"]]
    assert line["ФИО"].startswith("'=")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "x").glob("*.csv")} == {0}


# As it is typed.


def typed(*words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        cli.main(["fetch", *words])
    return ended.value.code


def key_file(tmp_path: Path, **given: str) -> str:
    file = tmp_path / "key.yaml"
    file.write_text(yaml.safe_dump(given))
    file.chmod(0o600)
    return str(file)


def test_it_is_typed(amo, tmp_path, capsys):
    fill(amo, clients=30)
    access = key_file(tmp_path, address=amo.url, token=TOKEN)
    assert typed("amocrm", "--access", access, "--into", str(tmp_path / "out")) == 0
    assert capsys.readouterr().out.splitlines() == [
        "amoCRM: Stand-in", "clients.csv: 30, deals.csv: 15, events.csv: 63, unreadable.csv: 0",
    ]  # fmt: skip
    assert typed("amocrm", "--access", access, "--into", str(tmp_path / "new"), "--since", "2024-01-01") == 0
    assert lines(tmp_path / "new", "clients") == []


def test_what_is_wrong_is_said_in_a_line(amo, tmp_path):
    access = key_file(tmp_path, address=amo.url, token="wrong")
    out = str(tmp_path / "out")
    assert "does not accept the key" in str(typed("amocrm", "--access", access, "--into", out, "--language", "en"))
    assert "is none of amocrm, bitrix24" in str(typed("megaplan", "--access", access, "--into", out))
    assert "webhook" in str(typed("bitrix24", "--access", str(tmp_path / "nothing"), "--into", out))
    (tmp_path / "key.yaml").chmod(0o644)
    assert "chmod 600" in str(typed("amocrm", "--access", access, "--into", out))


def test_a_token_that_is_used_once_is_kept_in_the_file(amo, tmp_path):
    given = {"address": amo.url, "client_id": "1", "client_secret": SECRET, "redirect_uri": "https://x", "code": CODE}
    access = key_file(tmp_path, **given)
    assert typed("amocrm", "--access", access, "--into", str(tmp_path / "a")) == 0
    amo.expire()
    assert typed("amocrm", "--access", access, "--into", str(tmp_path / "b")) == 0
    assert yaml.safe_load(Path(access).read_text())["refresh_token"] == amo.refresh_token
    assert Path(access).stat().st_mode & 0o077 == 0
