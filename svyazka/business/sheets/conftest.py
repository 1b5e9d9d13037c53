from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.visits.conftest import (  # noqa: F401
    deal,
    hour,
    installation,
    measurement,
    monday,
    of_egor,
    of_ilya,
    visit,
)

PHOTO = "00000000-0000-4000-8000-000000000001"
WHOLE = {
    "widths": [1200, 1202, 1201],
    "heights": [1400, 1400, 1402],
    "diagonal_1": 1844,
    "diagonal_2": 1846,
    "sashes": [{"opens": "fixed"}, {"opens": "tilt_turn", "hangs": "right"}],
    "photos": [PHOTO],
}
SITE = {"floor": 1, "access": "door", "wall": "brick"}


@pytest.fixture
def form(windows):
    from svyazka.business.sheets.models import FormKind

    return FormKind.objects.get(code="measurement")


@pytest.fixture
def save(visit, form, egor):  # noqa: F811
    """`save(added("row-1"), put("floor", None, 3))`: as Egor's phone sends it."""
    from svyazka.business.sheets import sheets

    def send(*edits, by=egor, request_id=None, version=1, visit=visit, form=form):
        sent = sheets.Sent(form, version, list(edits), request_id or uuid4())
        return sheets.save(visit, sent, by=by)

    return send


def added(row, kind="window", **answers):
    return {"do": "add", "section": "openings", "row": row, "kind": kind, "answers": answers}


def put(field, was, becomes, row=None):
    section = "openings" if row else "site"
    return {"do": "set", "section": section, "row": row, "field": field, "was": was, "is": becomes}


@pytest.fixture
def whole(save):
    """One opening, and nothing is missing."""
    return save(added("row-1", **WHOLE), *(put(field, None, value) for field, value in SITE.items()))
