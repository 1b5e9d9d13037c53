"""Forms: what a person typed, and a verb's refusal beside the input that is at fault."""

from __future__ import annotations

from typing import Any

from django import forms

from svyazka.kit.refusals import Refused


def put_on(form: forms.Form, refusal: Refused) -> None:
    """The refusal's words stand beside the inputs that it names, or above the form."""
    named = {name: words for name, words in refusal.fields.items() if name in form.fields}
    for name, words in named.items():
        form.add_error(name, str(words))
    if not named:
        form.add_error(None, str(refusal.message))


class Form(forms.Form):
    """Labels without a colon, inputs that say what is wrong with them to a screen reader."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("label_suffix", "")
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if self.is_bound and name in self.errors:
                field.widget.attrs["aria-invalid"] = "true"
