from __future__ import annotations

import pytest

from svyazka.business.deals.models import LossReason
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.kit.refusals import Refused


def codes() -> list[str]:
    return list(LossReason.objects.values_list("code", flat=True))


def test_a_reason_is_added_at_the_end_renamed_moved_and_switched_off(anna):
    before = codes()
    made = LOSS_REASONS.add({"ru": "Нет материала", "en": "No material"}, by=anna)
    assert codes() == [*before, "no_material"]
    LOSS_REASONS.move(made, up=True, by=anna)
    assert codes() == [*before[:-1], "no_material", before[-1]]
    LOSS_REASONS.rename(made, {"ru": "Материал кончился"}, by=anna)
    LOSS_REASONS.switch(made, on=False, by=anna)
    made.refresh_from_db()
    assert (made.name, made.is_active) == ("Материал кончился", False)


def test_a_reason_needs_a_name_of_its_own(anna):
    taken = LossReason.objects.first()
    for typed in ({"ru": "  "}, taken.words, {"ru": "х" * 61}):
        with pytest.raises(Refused):
            LOSS_REASONS.add(typed, by=anna)
