"""What templates say often: icons, times, phones."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from svyazka.kit import clock, phones
from svyazka.workplaces.shared.assets import address_of

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration, and screen readers pass over it."""
    return _drawn(name, str(label))


@lru_cache(maxsize=2000)
def _drawn(name: str, label: str) -> SafeString:
    """A page has dozens of them, and there are few different ones."""
    sprite = address_of("shared/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.simple_tag
def asset(path: str) -> str:
    return address_of(path)


@register.filter
def moment(value: datetime | None) -> str:
    """`today 14:05`, `yesterday 9:30`, `12 May 14:05`, `12 May 2025`: as short as it can be without doubt."""
    if value is None:
        return ""
    when = timezone.localtime(value)
    hour = formats.date_format(when, "H:i")
    days = (when.date() - clock.today()).days
    if days == 0:
        return _("today {time}").format(time=hour)
    if days == -1:
        return _("yesterday {time}").format(time=hour)
    if days == 1:
        return _("tomorrow {time}").format(time=hour)
    if when.year == clock.today().year:
        return f"{formats.date_format(when, 'j E' if _is_russian() else 'j M')} {hour}"
    return formats.date_format(when, "j E Y" if _is_russian() else "j M Y")


@register.filter
def hour(value: datetime | None) -> str:
    return formats.date_format(timezone.localtime(value), "H:i") if value else ""


@register.filter
def phone(number: str) -> str:
    return phones.readable(number) if number else ""


def _is_russian() -> bool:
    from django.utils.translation import get_language

    return (get_language() or "ru").startswith("ru")
