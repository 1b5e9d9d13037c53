from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.sheets.conftest import form, save, whole  # noqa: F401
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

DRAWN = [[100, 300, 300, 100, 500, 300, 700, 120], [720, 200, 900, 210]]


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def given(visit, form, whole):  # noqa: F811
    """What Egor's phone sends, as the page of this visit made it."""
    from svyazka.business.agreements import content
    from svyazka.business.sheets import forms
    from svyazka.business.sheets.models import Sheet
    from svyazka.engines.sheets.digest import agreed, digest

    def make(outcome="signed", language="ru", **other):
        sheet = Sheet.objects.get(visit=visit, form=form)
        answers = agreed(forms.read_version(sheet.written), sheet.answers)
        shown = content.of_visit(visit, form, language)
        data = {
            "form": form.code,
            "outcome": outcome,
            "revision": sheet.revision,
            "answers": answers,
            "digest": digest(answers),
            "seal": content.sealed(shown, visit, sheet.written),
            "besides": "",
            "name": "Вера Павлова",
            "agrees": True,
            "strokes": DRAWN,
            **other,
        }
        if "answers" in other and "digest" not in other:
            data["digest"] = digest(other["answers"])
        return data

    return make


@pytest.fixture
def agree(visit, form, egor, given):  # noqa: F811
    """`agree()`: Vera has signed on the glass."""
    from svyazka.business.agreements import agreeing

    def sign(*, request_id=None, insists=False, at=None, data=None):
        data = data or given()
        shown = agreeing.read_shown(visit, form, data)
        signature = agreeing.read_signature(data)
        number = request_id or uuid4()
        return agreeing.sign(visit, shown, signature, request_id=number, by=egor, at=at, insists=insists)

    return sign


@pytest.fixture
def offered(visit, whole, olga):  # noqa: F811
    """The office has sent Vera a link."""
    from svyazka.business.agreements import agreeing

    def offer(language="ru"):
        return agreeing.offer(visit, agreeing.of_sheet(whole, language), request_id=uuid4(), by=olga)

    return offer
