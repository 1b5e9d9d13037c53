"""Which files a company keeps, how large, and where they lie."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.files import rules, taken
from svyazka.business.files.families import FAMILIES
from svyazka.business.files.judging import in_words
from svyazka.business.files.rules import MB
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


def _number(label: Any, most: int, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=most, **more)


class RulesForm(Form):
    largest_mb = _number(
        gettext_lazy("One file, at most, MB"),
        rules.LARGEST_MB,
        help_text=gettext_lazy("Larger ones are refused before anything of them is sent."),
    )
    most_of_deal_mb = _number(
        gettext_lazy("All files of a deal, at most, MB"),
        rules.MOST_OF_DEAL_MB,
        help_text=gettext_lazy("The same for files that are put on a client himself."),
    )
    families = forms.MultipleChoiceField(
        label=gettext_lazy("What is kept"),
        choices=lambda: [(one.code, one.name) for one in FAMILIES.values()],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "What a file is stands in its content, not in its name. Programs and scripts are never kept."
        ),
    )
    takes_macros = forms.BooleanField(
        label=gettext_lazy("Documents with macros, too"),
        required=False,
        help_text=gettext_lazy("They are marked in the lists."),
    )
    keep_removed_days = _number(gettext_lazy("What was removed can be put back for, days"), rules.LONGEST_DAYS)


@needs("settings.change", "GET", "POST")
def file_rules(request: PageRequest) -> HttpResponse:
    form = RulesForm(request.POST if request.method == "POST" else None, initial=_initial())
    if saved(form, lambda: rules.change(**form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("file_rules")
    count, size = taken.in_all()
    context = {"form": form, "count": count, "size": in_words(size), "stores": taken.stores()}
    return render(request, "office/file_rules.html", context, status=422 if form.errors else 200)


def _initial() -> dict[str, Any]:
    standing = rules.rules()
    return {
        "largest_mb": standing.largest // MB,
        "most_of_deal_mb": standing.most_of_deal // MB,
        "families": list(FAMILIES) if standing.families is None else standing.families,
        "takes_macros": standing.takes_macros,
        "keep_removed_days": standing.keep_removed_days,
    }
