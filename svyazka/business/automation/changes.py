"""What is different between two versions of a rule, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.automation import wording
from svyazka.business.automation.models import Rule


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    said = []
    was, is_now = wording.sentence(before), wording.sentence(now)
    if before["name"] != now["name"]:
        said.append(_("Name: “{old}” → “{new}”").format(old=before["name"], new=now["name"]))
    if (before["trigger"], before["options"]) != (now["trigger"], now["options"]):
        said.append(_("When: {old} → {new}").format(old=was.when, new=is_now.when))
    said += _lists(was.ifs, is_now.ifs, _("Condition added: {what}"), _("Condition removed: {what}"))
    said += _lists(was.thens, is_now.thens, _("Action added: {what}"), _("Action removed: {what}"))
    if was.thens != is_now.thens and sorted(was.thens) == sorted(is_now.thens):
        said.append(_("The actions stand in another order."))
    if before.get("wait_minutes") != now.get("wait_minutes"):
        words = _("Waits: {old} min → {new} min")
        said.append(words.format(old=before.get("wait_minutes", 0), new=now.get("wait_minutes", 0)))
    if before.get("once") != now.get("once"):
        said.append(_("How often it acts: {new}").format(new=Rule.Once(now.get("once", "")).label))
    if before.get("hears_brought") != now.get("hears_brought"):
        said.append(
            _("Acts for what comes out of files and other systems, too.")
            if now.get("hears_brought")
            else _("Does not act for what comes out of files and other systems.")
        )
    return said


def _lists(was: Any, is_now: Any, added: str, removed: str) -> list[str]:
    return [
        *(added.format(what=one) for one in is_now if one not in was),
        *(removed.format(what=one) for one in was if one not in is_now),
    ]
