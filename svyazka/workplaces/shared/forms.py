"""Forms: what a person typed, and a verb's refusal beside the input that is at fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from svyazka.kit.refusals import Refused


def put_on(form: forms.Form, refusal: Refused) -> None:
    """The refusal's words stand beside the inputs that it names, or above the form."""
    named = {name: words for name, words in refusal.fields.items() if name in form.fields}
    for name, words in named.items():
        form.add_error(name, str(words))
    if not named:
        form.add_error(None, str(refusal.message))


def saved(form: forms.Form, verb: Callable[[], object]) -> bool:
    """Whether the verb did what was typed; what it refuses stands in the form."""
    if not form.is_valid():
        return False
    try:
        verb()
    except Refused as refusal:
        put_on(form, refusal)
    return form.is_valid()


class Form(forms.Form):
    """Labels without a colon, a word for what is not chosen, inputs that tell a screen reader what is wrong."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label is not None:
                field.empty_label = _("not chosen")
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"
