from __future__ import annotations

import pytest

from svyazka.business.deals.models import Stage
from svyazka.config import company


def test_windows_starts_with_the_stages_of_the_brief(windows):
    codes = list(Stage.objects.filter(pipeline__code="windows").values_list("code", flat=True))
    assert codes == [
        "new", "contacted", "measurement_booked", "measured", "offer_sent", "contract",
        "production", "installation_booked", "installed", "closed", "lost",
    ]  # fmt: skip


def test_a_blueprint_begins_only_an_empty_company(windows):
    with pytest.raises(company.AlreadyStarted):
        company.start("windows")
