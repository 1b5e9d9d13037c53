"""The examples that the documents give can be typed in as they stand, and are counted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from svyazka.business.parameters import defining, showing

PAGE = Path(__file__).parents[3] / "docs/how-to/add-a-parameter.md"
EXAMPLES = re.findall(r"^\| (deal|client|person) \| `(.+?)` \|", PAGE.read_text(), re.MULTILINE)


def test_there_are_ten():
    assert len(EXAMPLES) == 10


@pytest.mark.parametrize(("of", "formula"), EXAMPLES)
def test_an_example_of_the_documents_is_counted_or_says_what_is_not_known(windows, vera, deals, of, formula):
    understood = defining.understand(formula, of=of)
    ids = showing.latest(of)
    came = showing.preview(understood, of=of, decimals=1, ids=ids, say=lambda _kind, value: str(value))
    assert len(came) == len(ids) > 0
    assert all((one.stored is None) == bool(one.trouble) for one in came)
