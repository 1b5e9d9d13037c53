"""Everybody's own page: language, password, and the devices that are logged in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from svyazka.business.calls.softphone import accounts
from svyazka.business.staff import absences, hire, hours, sessions
from svyazka.business.staff.log_in import TooManyGuesses, change_password
from svyazka.business.staff.models import CallsBy, Person, Session
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import away, chats, feeds, push
from svyazka.workplaces.shared.devices import readable
from svyazka.workplaces.shared.door import PageRequest, needs, open_to_all
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.log_in import address_of, same_house, whole_page
from svyazka.workplaces.shared.short import Short


class PasswordForm(Form):
    old = forms.CharField(
        label=gettext_lazy("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters; a few words are better than a few signs."),
    )


@needs("own.account")
def account(request: PageRequest) -> HttpResponse:
    return _page(request, PasswordForm())


@sensitive_post_parameters("old", "password")
def _change_password(request: PageRequest) -> HttpResponse:
    form = PasswordForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            change_password(request.person, old=typed["old"], new=typed["password"], address=address_of(request))
        except TooManyGuesses as refusal:
            put_on(form, refusal)
            answer = _page(request, form, status=refusal.status)
            answer["Retry-After"] = str(refusal.seconds)
            return answer
        except Refused as refusal:
            put_on(form, refusal)
        else:
            device = request.headers.get("User-Agent", "").replace("\0", "")
            sessions.begin(request.session, request.person, address=address_of(request), device=device)  # type: ignore[arg-type]  # our store
            messages.success(request, _("The password is changed. Other devices have been logged out."))
            return redirect("account")
    return _page(request, form, status=422)


@needs("own.account", "POST")
def password(request: PageRequest) -> HttpResponse:
    return _change_password(request)


@needs("own.account", "POST")
def calling(request: PageRequest) -> HttpResponse:
    """With what somebody calls from now on: the frame around the pages is drawn anew."""
    chosen = request.POST.get("calls_by", "")
    if chosen not in CallsBy.values:
        raise Refused(_("Choose with what you call."))
    accounts.choose(request.person, CallsBy(chosen), by=request.person)
    messages.success(request, _("Saved."))
    return whole_page(request, redirect("account"))


@needs("own.account", "POST")
def session_ending(request: PageRequest, name: str) -> HttpResponse:
    session = session_called(request.person, name)
    is_this_one = session.session_key == request.session.session_key
    sessions.end(session, by=request.person)
    if is_this_one:
        return whole_page(request, HttpResponseRedirect(settings.LOGIN_URL))
    messages.success(request, _("That device has been logged out."))
    return redirect("account")


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """For the person, or before the log-in for the browser."""
    code = request.POST.get("language", "")
    if code not in dict(settings.LANGUAGES):
        raise Refused(_("The product does not speak this language yet."))
    person: Person | None = getattr(request, "person", None)
    asked_from = request.POST.get("next") or request.headers.get("Referer", "")
    answer = HttpResponseRedirect(same_house(request, asked_from, otherwise=_home(person)))
    answer.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, max_age=365 * 24 * 3600, samesite="Lax")
    if person:
        hire.change(person, by=person, language=code)
    return whole_page(request, answer)


def session_called(person: Person, name: str) -> Session:
    for session in sessions.of_person(person):
        if sessions.name_of(session) == name:
            return session
    raise Http404


def rows_of(person: Person, *, here: str | None = None) -> list[dict[str, Any]]:
    """The devices a person is logged in on, for a table."""
    return [
        {
            "ending_url": reverse("account_session_ending", args=[sessions.name_of(session)]),
            "device": readable(session.device),
            "address": session.address,
            "seen_at": session.seen_at,
            "created_at": session.created_at,
            "is_here": session.session_key == here,
        }
        for session in sessions.of_person(person)
    ]


def _home(person: Person | None) -> str:
    return reverse("account") if person else settings.LOGIN_URL


def _page(request: PageRequest, form: PasswordForm, status: int = 200) -> HttpResponse:
    here = request.session.session_key
    short = Short()
    context = {
        "form": form,
        "sessions": rows_of(request.person, here=here),
        "hours": hours.in_words(request.person.hours),
        "absences": [
            {"period": away.period(one.during.lower, one.during.upper, short), "note": one.note}
            for one in absences.ahead_of(request.person)
        ],
        "ways_to_call": CallsBy.choices,
        "push": push.on_page(request.person, here=here),
        **chats.on_page(request.person),
        **feeds.on_page(request, request.person),
    }
    return render(request, "shared/account.html", context, status=status)
