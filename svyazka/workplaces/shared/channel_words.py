"""How a channel account of ours is, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.inbox.health import Health, Light
from svyazka.workplaces.shared.short import Short


def health(light: Health, short: Short) -> str:
    """Nothing, where it is in order."""
    since = short.moment(light.since) if light.since else ""
    if light.light == Light.DOWN:
        if light.is_denied:
            return _("does not know our token since {time}").format(time=since)
        if not light.hears:
            return _("does not answer since {time}: nothing comes in").format(time=since)
        return _("does not answer since {time}").format(time=since)
    if light.light == Light.SLOW:
        words = ngettext("slow: {count} message waits", "slow: {count} messages wait", light.waiting)
        return words.format(count=light.waiting)
    return _("switched off") if light.light == Light.OFF else ""
