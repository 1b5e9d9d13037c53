"""What the pages of the settings say in their templates."""

from __future__ import annotations

from typing import Any

from django import template

from svyazka.business.staff import roles
from svyazka.workplaces.office import steps

register = template.Library()


@register.inclusion_tag("office/next_step.html", takes_context=True)
def next_step(context: Any, here: str) -> dict[str, Any]:
    """Until the company works: what comes next after this page. Nothing, while this page itself is next."""
    if not roles.may(context["request"].person, "settings.change") or steps.works():
        return {}
    stand = steps.stand(is_working=False)
    if stand.next is None or stand.next.url_name == here:
        return {}
    return {"next": stand.next, "done": stand.done, "all": len(steps.STEPS)}
