from __future__ import annotations

import re
from pathlib import Path

import pytest

from svyazka.config import static_files
from svyazka.config.static_files import NothingToMakeSmall

OURS = [
    (path, path.relative_to(folder))
    for folder in static_files.WORKPLACES.glob("*/static")
    for path in folder.rglob("*")
    if path.suffix in (".js", ".css") and "vendor" not in path.parts
]
_NAMED = re.compile(r"""\b(?:from|import)\s*["'](\.(?!\./vendor/)[\w./-]+)["']""")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    static_files.make_small(folder)
    return folder


def test_each_script_and_style_of_ours_is_there_and_smaller_with_nothing_that_leads_back_to_its_source(small):
    assert {path.relative_to(small) for path in small.rglob("*") if path.is_file()} == {name for _path, name in OURS}
    for path, name in OURS:
        made = (small / name).read_text()
        assert "sourceMappingURL" not in made
        if name != static_files.WORKER:
            assert len(made) < len(path.read_text()), name


def test_modules_still_find_each_other(small):
    for _path, name in OURS:
        for named in _NAMED.findall((small / name).read_text()):
            assert (small / name.parent / named).resolve().exists(), f"{name} → {named}"


def test_the_worker_takes_along_what_it_imports(small):
    made = (small / static_files.WORKER).read_text()
    assert not _NAMED.search(made)
    assert [word in made for word in ("indexedDB.open", "/field/sync/")] == [True, True]


def test_without_esbuild_it_is_said_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(static_files, "CHECKOUT", Path("/nowhere"))
    with pytest.raises(NothingToMakeSmall, match=r"scripts/setup\.py"):
        static_files.make_small(tmp_path)
