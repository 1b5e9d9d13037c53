"""What the page of a form says by itself, in the language of whoever holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from svyazka.business.sheets import wording


def words() -> dict[str, Any]:
    return {
        "findings": _plain(wording.FINDINGS),
        "units": _plain(wording.UNITS),
        "opens": _plain(wording.OPENS),
        "hangs": _plain(wording.HANGS),
        **_of_fields(),
        **_of_rows(),
        **_of_saving(),
    }


def _plain(lazy: Mapping[Any, object]) -> dict[str, str]:
    return {str(code): str(text) for code, text in lazy.items()}


def _of_fields() -> dict[str, str]:
    return {
        "yes": pgettext("answer", "yes"),
        "no": pgettext("answer", "no"),
        "not_whole": _("A whole number, please"),
        "no_number": _("A number, please"),
        "take_photo": _("Take a photo"),
        "from_gallery": _("From the gallery"),
        "remove_photo": _("Remove photo {number}"),
        "draw_on": _("Draw on photo {number}"),
        "photo": _("Photo {number}"),
        "photo_waits": _("waits to be sent"),
        "photo_refused": _("The phone cannot read this picture."),
        "add_sash": _("Sash"),
        "remove_sash": _("Remove sash {number}"),
        "sash": _("Sash {number}"),
        "sash_width": _("width"),
        "opens_how": _("how it opens"),
        "hangs_where": _("where it hangs"),
        "sketch": _("Sketch: {sashes}"),
        "also": _("{name} has answered differently: {value}"),
        "also_removed": _("{name} wanted to remove this"),
        "look_there": _("Choose there"),
        "take_theirs": _("Take this"),
        "keep_ours": _("Leave as it is"),
        "remove": _("Delete"),
        "nothing": _("nothing"),
    }


def _of_rows() -> dict[str, str]:
    return {
        "kind": _("Kind"),
        "new": _("Add"),
        "copy": _("Copy"),
        "copied": _("Copied: measure what is different."),
        "removed": _("{row} is removed"),
        "bring_back": _("Bring back"),
        "before": _("Previous"),
        "next": _("Next"),
        "whole": _("complete"),
        "missing": _("missing: {count}"),
        "look": _("to look at: {count}"),
        "summary": _("Summary"),
        "all_well": _("Nothing is missing, nothing is out of order."),
        "stops": _("Missing or cannot be so"),
        "warns": _("Look at these again"),
        "end": _("The form is complete"),
        "end_stopped": _("Something is still missing"),
        "finished": _("The form is complete. Whoever changes something has to complete it anew."),
        "full": _("There are as many as this form takes."),
        "removed_rows": _("Removed"),
    }


def _of_saving() -> dict[str, str]:
    return {
        "saved": _("Saved"),
        "saving": _("Saving…"),
        "waits": _("No connection: kept on the phone"),
        "refused": _("Not saved: {words}"),
        "ended": _("Log in again: what you entered is kept on the phone"),
        "full": _("The phone's memory is full: this was not kept. Free some space and do it again."),
        "unkept": _("The phone did not keep this. Reload the page and do it again."),
    }
