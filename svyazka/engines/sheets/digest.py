"""What stands in a form, as one short word: two who compute it of the same content get the same, here and on the phone
(`digest.js` of the shared workplace)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from svyazka.engines.sheets.form import Answers, Form, standing


def agreed(form: Form, answers: Answers) -> dict[str, Any]:
    """What somebody agrees to: rows that were removed are none of it, nor is what was emptied."""
    return {
        section.code: [{**row} for row in standing(answers, section)] if section.rows else dict(given)
        for section in form.sections
        if (given := answers.get(section.code))
    }


def digest(content: Any) -> str:
    text = json.dumps(_plain(content), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A browser writes a whole number as one, and knows no other."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
