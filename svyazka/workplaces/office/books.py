"""What stands on invoices, within how many days they are to be paid, and until which day the books are closed."""

from __future__ import annotations

from functools import partial

from django import forms
from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.money import books as our
from svyazka.business.money import paper
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


def _line(label: object, longest: int, help_text: object = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, help_text=help_text)  # type: ignore[arg-type]


class PayeeForm(Form):
    name = _line(gettext_lazy("Name of the company"), 160, gettext_lazy("As in the bank: OOO “Okna”."))
    inn = _line(gettext_lazy("INN"), 12)
    kpp = _line(gettext_lazy("KPP"), 9)
    account = _line(gettext_lazy("Account"), 20)
    bank = _line(gettext_lazy("Bank"), 160)
    bik = _line(gettext_lazy("BIK"), 9)
    bank_account = _line(gettext_lazy("Correspondent account"), 20)
    address = _line(gettext_lazy("Address"), 300)
    head = _line(gettext_lazy("Head"), 120)
    accountant = _line(gettext_lazy("Accountant"), 120)
    days_to_pay = forms.IntegerField(
        label=gettext_lazy("Days to pay a new invoice"), min_value=0, max_value=our.LONGEST_DAYS
    )


@needs("money.close", "GET", "POST")
def books(request: PageRequest) -> HttpResponse:
    current = our.books()
    before = {**model_to_dict(our.payee(), exclude=["id"]), "days_to_pay": current.days_to_pay}
    form = PayeeForm(request.POST if request.method == "POST" else None, initial=before)
    if request.method == "POST" and saved(form, partial(_change, form, request.person)):
        messages.success(request, _("Saved."))
        return redirect("books")
    needed = [str(form.fields[name].label) for name in paper.NEEDED if not before[name]]
    context = {"form": form, "closed_until": current.closed_until, "needed": needed}
    return render(request, "office/books.html", context, status=422 if form.errors else 200)


@needs("money.close", "POST")
def books_closing(request: PageRequest) -> HttpResponse:
    """Without a day everything is open again."""
    given = request.POST.get("closed_until", "").strip()
    day = typed.day(given)
    if given and day is None:
        raise Refused(_("This is no day."))
    our.close(day, by=request.person)
    messages.success(request, _("Saved."))
    return redirect("books")


def _change(form: PayeeForm, person: Person) -> None:
    given = dict(form.cleaned_data)
    our.give_time(given.pop("days_to_pay"), by=person)
    our.change_payee(given, by=person)
