from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from svyazka.business.deals.models import Pipeline
from svyazka.business.moving_in import columns, going_on, mapping, storing, undoing, upload
from svyazka.business.moving_in.models import MoveIn


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def work() -> None:
    while going_on.go_on():
        pass


def uploaded(content: str | bytes, by: Any, name: str = "клиенты.csv") -> MoveIn:
    data = content if isinstance(content, bytes) else content.encode()
    made = upload.take_in(name, SimpleUploadedFile(name, data), by=by)
    work()
    made.refresh_from_db()
    return made


def checked(content: str | bytes, by: Any, *, chosen: dict[str, str] | None = None, **mapped: dict[str, str]) -> MoveIn:
    made = uploaded(content, by)
    assert made.state == "choosing", made.fault
    given = {**made.columns, **(chosen or {})}
    columns.choose(made, given, makes_deals=columns.makes_deals(given), by=by)
    mapping.propose(made)
    pipeline = made.pipeline or Pipeline.objects.all()[0]
    mapping.choose(made, mapped, pipeline=pipeline, by=by)  # type: ignore[arg-type]
    work()
    made.refresh_from_db()
    return made


def moved(content: str | bytes, by: Any, **wishes: Any) -> MoveIn:
    made = checked(content, by, **wishes)
    storing.run(made, by=by)
    work()
    made.refresh_from_db()
    assert made.state == "done"
    return made


def undone(made: MoveIn, by: Any) -> MoveIn:
    undoing.undo(made, by=by)
    work()
    made.refresh_from_db()
    return made


def rows(made: MoveIn) -> list[tuple[str, str]]:
    """State and outcome of the lines that are records."""
    found = made.rows.exclude(state="aside").order_by("number")
    return list(found.values_list("state", "outcome"))
