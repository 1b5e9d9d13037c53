"""Coming in and going out. Works without JavaScript."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from svyazka.business.calls.floor import switching
from svyazka.business.staff import log_in, sessions
from svyazka.kit.proxies import Proxies
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs, open_to_all


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def login(request: HttpRequest) -> HttpResponse:
    back = same_house(request, request.POST.get("next") or request.GET.get("next", ""), otherwise="/")
    if back.startswith(settings.LOGIN_URL):
        back = "/"
    if request.method == "POST":
        return _try(request, back)
    if getattr(request, "person", None):
        return HttpResponseRedirect(back)
    return _page(request, back)


@needs("own.account", "POST")
def logout(request: PageRequest) -> HttpResponse:
    sessions.leave(request.session, by=request.person)  # type: ignore[arg-type]  # settings name our store
    switching.leave(request.person, by=request.person)
    return whole_page(request, HttpResponseRedirect(settings.LOGIN_URL))


def same_house(request: HttpRequest, address: str, *, otherwise: str) -> str:
    """Back to where the person wanted to go, but never to a foreign site."""
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else otherwise


def whole_page(request: HttpRequest, answer: HttpResponseRedirect) -> HttpResponse:
    """A redirect that takes the frame along: it shows who is here, and in which language."""
    if request.headers.get("HX-Request") != "true":
        return answer
    instead = HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    instead.cookies = answer.cookies
    return instead


def address_of(request: HttpRequest) -> str:
    """Who called. The door has come before us; of other proxies only those that the settings name are believed."""
    proxies: Proxies = settings.PROXIES
    forwarded = request.headers.get("X-Forwarded-For", "")
    return proxies.sender(request.META.get("REMOTE_ADDR", ""), forwarded) or "127.0.0.1"


def _try(request: HttpRequest, back: str) -> HttpResponse:
    address, device = address_of(request), request.headers.get("User-Agent", "").replace("\0", "")
    try:
        person = log_in.log_in(
            request.POST.get("login", ""), request.POST.get("password", ""), address=address, device=device
        )
    except log_in.TooManyGuesses as refusal:
        answer = _page(request, back, refusal=refusal, wait=_wait(refusal.seconds))
        answer["Retry-After"] = str(refusal.seconds)
        return answer
    except Refused as refusal:
        return _page(request, back, refusal=refusal)
    sessions.begin(request.session, person, address=address, device=device)  # type: ignore[arg-type]  # our store
    return HttpResponseRedirect(back)


def _page(request: HttpRequest, back: str, refusal: Refused | None = None, wait: str = "") -> HttpResponse:
    context = {
        "next": back,
        "login": request.POST.get("login", "")[:60],
        "message": str(refusal.message) if refusal else "",
        "wait": wait,
        "is_ended": request.method == "GET" and request.GET.get("ended") == "1",
    }
    return render(request, "shared/log_in.html", context, status=refusal.status if refusal else 200)


def _wait(seconds: int) -> str:
    if seconds < 60:
        return ngettext("Next try in {n} second.", "Next try in {n} seconds.", seconds).format(n=seconds)
    minutes = -(-seconds // 60)
    return ngettext("Next try in {n} minute.", "Next try in {n} minutes.", minutes).format(n=minutes)
