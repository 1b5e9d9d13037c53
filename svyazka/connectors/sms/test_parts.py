from __future__ import annotations

import pytest

from svyazka.connectors.sms.parts import parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("я" * 70, 1), ("я" * 71, 2), ("я" * 134, 2), ("я" * 135, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("a" * 152 + "€" * 5, 2), ("a" * 159 + "€", 2),
        ("a" * 69 + "я", 1), ("😀" * 35, 1), ("😀" * 36, 2), ("я" * 66 + "😀" + "я" * 66, 3),
        ("\n", 1), ("`", 1), ("`" * 71, 2),
    ],
)  # fmt: skip
def test_into_how_many_parts_a_text_goes(text, parts):
    assert parts_of(text) == parts
