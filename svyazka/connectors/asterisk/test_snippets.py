import re
from pathlib import Path

import pytest

from svyazka.connectors.asterisk.snippets import FOLDER, NAMES, filled

HOW_TO = Path(__file__).parents[3] / "docs/how-to"
GUIDES = ("asterisk.md", "softphone.md")
VALUES = {
    "login": "svyazka",
    "secret": "k3y",
    "address": "192.0.2.7",
    "system": "office",
    "context": "from-internal",
    "transfer_context": "from-internal-xfer",
    "trunk": "provider",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_place_can_be_filled(name):
    text = filled(name, VALUES)
    assert not re.search(r"<\w+>", text)
    assert filled(name, {}) == (FOLDER / name).read_text()


def test_what_is_filled_in_cannot_become_another_setting():
    text = filled("manager.conf", {"secret": "a\r\n[evil];"})
    assert "secret = aevil\n" in text


@pytest.mark.parametrize("name", NAMES)
def test_the_documentation_shows_what_the_page_shows(name):
    assert (FOLDER / name).read_text() in "".join((HOW_TO / guide).read_text() for guide in GUIDES)


def test_the_dial_plan_takes_numbers_as_the_softphone_dials_them():
    assert "exten => _+X.,1,Goto(${EXTEN:1},1)" in filled("extensions.conf", VALUES)


def test_there_are_no_others():
    assert {path.name for path in FOLDER.iterdir()} == set(NAMES)
