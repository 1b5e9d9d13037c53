"""Every need of the two companies is shown by a test, or stands in the list of those still open."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[1]
NEEDS = {*(f"W{number}" for number in range(1, 17)), *(f"C{number}" for number in range(1, 15))}


def test_every_need_is_shown_or_known_to_be_open():
    tests = [*HOUSE.glob("svyazka/**/test_*.py"), *HOUSE.glob("tests/**/test_*.py")]
    titles = re.findall(r"def test_((?:[wc]\d+_)+)", "\n".join(path.read_text() for path in tests))
    shown = {number.upper() for title in titles for number in title.split("_") if number}
    still_open = set(re.findall(r"^\| ([WC]\d+) \|", (HOUSE / "docs/needs.md").read_text(), re.MULTILINE))
    assert shown | still_open == NEEDS
    assert shown & still_open == set()
