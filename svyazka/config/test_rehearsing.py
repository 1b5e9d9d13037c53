from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

REHEARSE = [sys.executable, "-m", "svyazka.config.cli", "rehearse"]
HEAD = "rec_id,created_at,source,name,phone,phone2,email,company,inn,address,telegram,whatsapp,comment"


def rehearse(*words: str | Path) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SVYAZKA_", "DATABASE_"))}
    return subprocess.run([*REHEARSE, *map(str, words)], env=own, capture_output=True, text=True, timeout=300)


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEAD, *lines]), encoding="utf-8-sig")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_requests_against_a_base_in_a_database_that_is_gone_afterwards(tmp_path):
    base = written(tmp_path / "base.csv", "B1,2026-01-05,site,Иванова Вера,8 916 765-43-21,,,,,,,,")
    leads = written(
        tmp_path / "leads.csv",
        "L1,2026-02-01,site,Вера,+79167654321,,,,,,,,",
        "L2,2026-02-02,site,Пётр,89167654321,,,,,,,,",
        "L3,2026-02-03,call,,8 987 111-22-34,,,,,,,,",
    )
    done = rehearse("--base", base, "--leads", leads, "--out", tmp_path / "out.csv")
    assert (done.returncode, "clients in the base: 1" in done.stderr) == (0, True), done.stderr
    answers = read(tmp_path / "out.csv")
    assert [(one["rec_id"], one["decision"], one["match"]) for one in answers] == [
        ("L1", "auto", "B1"),
        ("L2", "flag", "B1"),
        ("L3", "new", ""),
    ]


@pytest.mark.slow
def test_rows_are_put_together(tmp_path):
    file = written(
        tmp_path / "rows.csv",
        "R1,2026-01-05,site,Иванова Вера,8 916 765-43-21,,,,,,,,",
        "R2,2026-01-06,site,Вера Иванова,+79167654321,,,,,,,,",
        "R3,2026-01-06,site,Кузнецов Олег,+79265551177,,,,,,,,",
    )
    assert rehearse("--dedupe", file, "--out", tmp_path / "out.csv").returncode == 0
    assert [(one["rec_id"], one["cluster_id"]) for one in read(tmp_path / "out.csv")] == [
        ("R1", "R1"),
        ("R2", "R1"),
        ("R3", "R3"),
    ]


@pytest.mark.slow
def test_what_cannot_be_done_is_said_in_a_line(tmp_path):
    (tmp_path / "odd.csv").write_bytes(b"\xff\xfe\x00a;b")
    for words in (
        ("--dedupe", tmp_path / "none.csv"),
        ("--dedupe", tmp_path / "odd.csv"),
        ("--base", tmp_path / "odd.csv"),
    ):
        done = rehearse(*words, "--out", tmp_path / "out.csv")
        assert done.returncode == 1
        assert done.stderr.startswith("svyazka: ")
        assert "Traceback" not in done.stderr
