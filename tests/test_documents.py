"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

from django.apps import apps

HOUSE = Path(__file__).parents[1]
CODE = [*HOUSE.glob("svyazka/**/*.py"), *HOUSE.glob("tests/**/*.py")]
_ROOM = re.compile(r"^\| `(\w+)` \| ([\w, ]+) \| (.+) \|$", re.MULTILINE)
_FOLDER = re.compile(r"^\| `(\w+/\w+)` \| .+ \| (.+) \|$", re.MULTILINE)


def test_the_map_names_the_tables_and_files_of_each_room():
    rows = _ROOM.findall((HOUSE / "docs/map.md").read_text())
    assert {room for room, _tables, _verbs in rows} == {
        path.parent.parent.name for path in HOUSE.glob("svyazka/business/*/migrations/__init__.py")
    }
    for room, tables, verbs in rows:
        assert set(tables.split(", ")) == {model.__name__ for model in apps.get_app_config(room).get_models()}
        _insist_all_is_there(room, verbs)


def test_the_map_names_the_files_of_each_folder_of_a_room():
    folders = _FOLDER.findall((HOUSE / "docs/map.md").read_text())
    assert {folder for folder, _verbs in folders} == {
        f"{path.parent.parent.name}/{path.parent.name}"
        for path in HOUSE.glob("svyazka/business/*/*/__init__.py")
        if path.parent.name not in {"migrations", "models"}
    }
    for folder, verbs in folders:
        _insist_all_is_there(folder, verbs)


def _insist_all_is_there(folder: str, verbs: str) -> None:
    for file, named in re.findall(r"`(\w+\.py)`(?:: ((?:`\w+`(?:, )?)+))?", verbs):
        text = (HOUSE / "svyazka/business" / folder / file).read_text()
        missing = [
            name for name in re.findall(r"`(\w+)`", named) if not re.search(rf"^(def|class) {name}\b", text, re.M)
        ]
        assert not missing, f"{folder}/{file}"


def test_every_file_that_a_document_or_a_docstring_names_is_there():
    texts = [*CODE, *HOUSE.glob("*.md"), *HOUSE.glob("docs/**/*.md")]
    files = [f"/{path.relative_to(HOUSE)}" for path in HOUSE.glob("[!.]*/**/*.*")]
    named = {(path, name) for path in texts for name in re.findall(r"`(\w+/[\w/]+\.\w+)`", path.read_text())}
    endings = (".py", ".md", ".html", ".js", ".css", ".yaml", ".sql")
    missing = [
        (str(path.relative_to(HOUSE)), name)
        for path, name in named
        if name.endswith(endings) and not any(file.endswith(f"/{name}") for file in files)
    ]
    assert missing == []


def test_every_setting_stands_in_its_page_and_is_read_somewhere():
    page = (HOUSE / "docs/how-to/settings.md").read_text()
    told = set(re.findall(r"`(SVYAZKA_[A-Z_]+)`", page))
    read = {
        name for path in CODE for name in re.findall(r'(?:environ(?:\.get)?[\[(])"(SVYAZKA_[A-Z_]+)"', path.read_text())
    }
    assert told - read == set()
    assert read - told <= {"SVYAZKA_PICTURES"}  # of one browser test, for whoever wants to look at the pages
