"""How sure it must be before a request is attached to a client by itself: what each threshold would have made of the
latest requests, chosen with one click and taken back with another; and weights that learn from decisions."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.clients.matching import comparisons, in_force
from svyazka.business.clients.models import Comparison, WeightsVersion
from svyazka.business.duplicates import refitting, sureness, wording
from svyazka.business.duplicates.models import Refit
from svyazka.business.duplicates.sureness import Looked, Sample
from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.hindsight import Tally, tally
from svyazka.engines.matching.weights import Weights
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

VERSIONS = 30
# From 75 % to 99.9 % in equal steps of evidence: in steps of percent all that differs would stand at one end.
CURVE = tuple(round(1 / (1 + 2 ** -(1.6 + 0.35 * step)), 3) for step in range(25))
NAMES: dict[float, Promise] = {
    0.999: gettext_lazy("Very careful"),
    0.99: gettext_lazy("Careful"),
    0.95: gettext_lazy("Rather careful"),
    0.9: gettext_lazy("A little careful"),
    0.75: gettext_lazy("Usual"),
}
ANSWERS = {"right": True, "wrong": False, "open": None}


@needs("duplicates.weigh")
def page(request: PageRequest) -> HttpResponse:
    newest = in_force.newest()
    weights = in_force.read(newest.text, newest.pk) if newest else shipped.start()
    looked = sureness.look(weights)
    short = Short()
    context: dict[str, Any] = {
        "seen": str(newest.pk if newest else 0),
        "number": len(looked),
        "least": sureness.LEAST,
        "is_enough": len(looked) >= sureness.LEAST,
        "refit": _refit(weights, newest, short),
        "versions": (versions := _versions(short)),
        "last": versions[0] if newest else None,
        "before": versions[1] if newest else None,
    }
    if context["is_enough"]:
        context |= _hindsight(looked, weights, _chosen(request.GET.get("at", ""), weights), short)
    return render(request, "manager/duplicates/sureness.html", context)


@needs("duplicates.weigh", "POST")
def threshold(request: PageRequest) -> HttpResponse:
    certain = next((one for one in sureness.STEPS if str(one) == request.POST.get("certain")), None)
    if certain is None:
        raise Refused(_("Choose one of the thresholds."))
    in_force.choose(certain, seen=_seen(request), by=request.person)
    return redirect("sureness")


@needs("duplicates.weigh", "POST")
def going_back(request: PageRequest) -> HttpResponse:
    """`to`: the number of an earlier version; none: to what is shipped."""
    number = whole_number(request.POST.get("to"))
    to = get_object_or_404(WeightsVersion, pk=number) if number else None
    in_force.go_back(to, seen=_seen(request), by=request.person)
    return redirect("sureness")


@needs("duplicates.weigh", "POST")
def refits(request: PageRequest) -> HttpResponse:
    refitting.begin(by=request.person)
    return redirect("sureness")


@needs("duplicates.weigh", "POST")
def taking(request: PageRequest, pk: int) -> HttpResponse:
    refitting.take(get_object_or_404(Refit, pk=pk), by=request.person)
    return redirect("sureness")


@needs("duplicates.weigh", "POST")
def leaving(request: PageRequest, pk: int) -> HttpResponse:
    refitting.leave(get_object_or_404(Refit, pk=pk), by=request.person)
    return redirect("sureness")


@needs("duplicates.weigh", "POST")
def judgement(request: PageRequest, pk: int) -> HttpResponse:
    """Whether what was attached by itself belongs there."""
    given = get_object_or_404(Comparison, pk=pk)
    if request.POST.get("is") not in ANSWERS:
        raise Refused(_("Choose an answer."))
    comparisons.judge(given, is_right=ANSWERS[request.POST["is"]], by=request.person)
    at = request.POST.get("at", "")
    return redirect(_address(float(at)) if at in map(str, sureness.STEPS) else "/duplicates/sureness/")


def _seen(request: PageRequest) -> int:
    return whole_number(request.POST.get("seen")) or 0


def _chosen(asked: str, weights: Weights) -> float:
    return next((one for one in sureness.STEPS if str(one) == asked), weights.certain)


def _hindsight(looked: Sequence[Looked], weights: Weights, chosen: float, short: Short) -> dict[str, Any]:
    now = tally((one.seen for one in looked), weights.certain)
    return {
        "since": short.day(looked[-1].comparison.at.date()),
        "now": _figures(now),
        "now_percent": _percent(weights.certain),
        "steps": [_step(looked, one, weights, chosen) for one in sorted({*sureness.STEPS, weights.certain})[::-1]],
        "curve_most": _percent(CURVE[-1]),
        "curve": _curve(looked, weights),
        "chosen": str(chosen),
        "chosen_name": _name(chosen),
        "chosen_percent": _percent(chosen),
        "is_other": chosen != weights.certain,
        "otherwise": _otherwise(sureness.changing(looked, weights, certain=chosen)),
        "samples": [_sample(one, short) for one in sureness.samples(looked, weights, certain=chosen)],
    }


def _step(looked: Sequence[Looked], certain: float, weights: Weights, chosen: float) -> dict[str, Any]:
    return {
        **_figures(tally((one.seen for one in looked), certain)),
        "name": _name(certain),
        "percent": _percent(certain),
        "url": _address(certain),
        "in_force": certain == weights.certain,
        "here": certain == chosen,
    }


def _figures(found: Tally) -> dict[str, Any]:
    """`parts`: of a bar, in percent of its length."""
    kinds = {"attached": found.attached, "asked": found.asked, "new": found.new}
    return {
        **{kind: str(number) for kind, number in kinds.items()},
        "parts": [(kind, f"{100 * number / max(found.of, 1):.2f}") for kind, number in kinds.items() if number],
        "wrong": _wrong(found),
        "tint": "bad" if found.wrong else "",
    }


def _wrong(found: Tally) -> str:
    if not found.attached:
        return ""
    if not found.checked:
        return _("nobody has looked yet whether they are right")
    known = _("looked at: {checked}, wrong: {wrong}").format(checked=found.checked, wrong=found.wrong)
    most = _("of 100 attached hardly more than {number} are wrong").format(number=ceil(100 * found.wrong_at_most))
    return f"{known} — {most}"


def _otherwise(number: int) -> str:
    if not number:
        return _("It would have decided nothing otherwise.")
    words = ngettext(
        "It would have decided {number} request otherwise.",
        "It would have decided {number} requests otherwise.",
        number,
    )
    return words.format(number=number)


def _curve(looked: Sequence[Looked], weights: Weights) -> list[dict[str, Any]]:
    here = min(CURVE, key=lambda one: abs(_bits_of(one) - _bits_of(weights.certain)))
    return [{**_column(looked, one, place), "here": one == here} for place, one in enumerate(CURVE)]


def _column(looked: Sequence[Looked], certain: float, place: int) -> dict[str, Any]:
    found = tally((one.seen for one in looked), certain)
    share = 100 / max(found.of, 1)
    attached, asked = found.attached * share, found.asked * share
    said = _("from {percent} % on: {attached} attached, {asked} asked, {new} new")
    return {
        "x": place,
        "asked_y": f"{100 - attached - asked:.2f}",
        "asked": f"{asked:.2f}",
        "attached_y": f"{100 - attached:.2f}",
        "attached": f"{attached:.2f}",
        "said": said.format(percent=_percent(certain), attached=found.attached, asked=found.asked, new=found.new),
    }


def _sample(one: Sample, short: Short) -> dict[str, Any]:
    fields = [("same", one.same), ("differs", one.differs)]
    return {
        "id": str(one.comparison.pk),
        "at": short.moment(one.comparison.at),
        "percent": str(min(99, max(1, int(100 * one.standing.probability)))),
        "client": one.client,
        "other": one.other,
        "was_attached": one.was == "certain",
        "would_be": WOULD_BE[one.would_be] if one.would_be != one.was else "",
        "right": one.right,
        **{name: ", ".join(wording.field(code) for code in codes) for name, codes in fields},
    }


WOULD_BE: dict[str, Promise] = {
    "certain": gettext_lazy("would be attached"),
    "doubtful": gettext_lazy("a person would be asked"),
    "new": gettext_lazy("would be new"),
}


def _refit(weights: Weights, newest: WeightsVersion | None, short: Short) -> dict[str, Any]:
    there, given = refitting.number_of_decisions(), refitting.at_hand()
    context: dict[str, Any] = {
        "decisions": there,
        "least": refitting.LEAST,
        "can_begin": there >= refitting.LEAST,
        "waits": given is not None and given.state == Refit.State.WAITING,
    }
    if given and given.state == Refit.State.READY:
        learnt = refitting.weights_of(given)
        context |= {
            "ready": str(given.pk),
            "is_proposed": given.by_id is None,
            "learnt_from": given.decisions,
            "at": short.moment(given.at),
            "is_late": given.stands_on != (newest.pk if newest else 0),
            "tables": [_before_and_after(what, given.figures[what]) for what in ("decisions", "arrivals")],
            "moved": _moved(weights, learnt),
        }
    return context


def _before_and_after(what: str, figures: dict[str, dict[str, int]]) -> dict[str, Any]:
    titles = {"decisions": _("On those decisions"), "arrivals": _("On the latest requests")}
    before, after = (Tally(**figures[name]) for name in ("before", "after"))
    return {"title": titles[what], "before": _figures(before), "after": _figures(after)}


def _moved(before: Weights, after: Weights, most: int = 5) -> list[dict[str, str]]:
    """The weights that would change most."""
    by = {term: after.bits[term] - before.bits[term] for term in before.bits}
    furthest = sorted(by, key=lambda term: (-abs(by[term]), term))[:most]
    return [
        {
            "term": wording.term(term),
            "before": _bits(before.bits[term]),
            "after": _bits(after.bits[term]),
        }
        for term in furthest
        if abs(by[term]) >= 0.05
    ]


def _versions(short: Short) -> list[dict[str, Any]]:
    """The newest first; behind the last one, what was shipped."""
    found = list(WeightsVersion.objects.select_related("by", "back_to").order_by("-pk")[:VERSIONS])
    lines = [
        {
            "number": str(one.pk),
            "percent": _percent(one.certain),
            "why": _why(one),
            "by": one.by.full_name,
            "at": short.moment(one.at),
            "in_force": place == 0,
        }
        for place, one in enumerate(found)
    ]
    percent = _percent(shipped.start().certain)
    return [*lines, {"number": "", "percent": percent, "why": _("as shipped"), "in_force": not found}]


def _why(one: WeightsVersion) -> str:
    if one.why != WeightsVersion.Why.BACK:
        return one.get_why_display()
    if one.back_to_id is None:
        return _("gone back to what was shipped")
    return _("gone back to version {number}").format(number=one.back_to_id)


def _name(certain: float) -> str:
    return str(NAMES.get(certain, ""))


def _percent(share: float) -> str:
    percent = round(100 * share, 2)
    return str(int(percent)) if percent == int(percent) else number_format(percent)


def _bits_of(share: float) -> float:
    return log2(share / (1 - share))


def _bits(bits: float) -> str:
    sign = "−" if bits < 0 else "+"
    return sign + number_format(abs(bits), decimal_pos=1)


def _address(certain: float) -> str:
    return "/duplicates/sureness/?" + urlencode({"at": certain})
