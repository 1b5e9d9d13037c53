"""What is asked of the event itself: its data, as its trigger gives it (`category`, `channel`, `result`)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.action import Case
from svyazka.business.automation.conditions.saying import EVENT, OneOf


class CategoryOf(OneOf):
    code = "category"
    title = _("Category")
    group = EVENT
    kind = "category"

    def value_of(self, case: Case) -> Any:
        return case.event.data.get("category")


class ChannelOf(OneOf):
    code = "channel"
    title = _("Channel")
    group = EVENT
    kind = "channel"

    def value_of(self, case: Case) -> Any:
        return case.event.data.get("channel")


class ResultOf(OneOf):
    code = "result"
    title = _("Result of the call")
    group = EVENT
    kind = "choice"
    offered = (
        ("answered", _("answered")),
        ("missed", _("missed")),
        ("busy", _("busy")),
    )

    def value_of(self, case: Case) -> Any:
        return case.event.data.get("result")
