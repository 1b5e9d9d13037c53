"""What a verb says when it will not do something: in our words, for the person who asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """A rule says no. `message` is shown as it is; `fields` names inputs that are at fault (name → message)."""

    status = 422

    def __init__(self, message: object, *, fields: Mapping[str, object] | None = None, missing: Sequence[str] = ()):
        super().__init__(str(message))
        self.message = message
        self.fields = dict(fields or {})
        self.missing = list(missing)


class ChangedMeanwhile(Refused):
    """Somebody else changed the same thing since it was read."""

    status = 409

    def __init__(self, message: object | None = None):
        super().__init__(message or _("Somebody else has changed this meanwhile. Look at the new state and try again."))
