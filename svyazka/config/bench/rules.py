"""`svyazka bench rules`: what the company's own rules, parameters and offers cost beside the work of people."""

from __future__ import annotations

from svyazka.config.bench.base import fill
from svyazka.config.bench.ground import ground
from svyazka.config.bench.report import Row

OPEN_SHARE = 0.7  # of the deals of the base, at the least


def rows(quick: bool) -> list[Row]:
    deals, events, month = (10_000, 60, 100_000) if quick else (100_000, 300, 1_000_000)
    share = deals / 100_000
    with ground() as place:
        fill(place.url, round(deals / OPEN_SHARE))
        told = place.inside("rules_inside", events, month)
    return [
        Row("open deals", told["open"], "", better="higher", must=deals),
        Row("active rules", told["rules"], "", better="higher", must=50),
        Row("parameters", told["parameters"], "", better="higher", must=20),
        Row("an event, on top of itself", told["event"], "CPU ms", must=6, aim=3),
        Row("of it rules that acted", told["acted"], "", better="higher", must=1),
        Row("a sweep of what time makes due, over all deals", told["sweep"], "CPU s", must=5 * max(share, 0.2)),
        Row("of it runs begun", told["swept"], ""),
        Row(f"a dry run over a month of {month:,} events", told["trial"], "s", must=30 * max(share, 0.2)),
        Row("of it events that were looked at", told["looked_at"], "", better="higher", must=month / 4),
        Row(f"one parameter of {deals:,} deals counted anew", told["recount"], "CPU s", must=20 * max(share, 0.2)),
        Row("an offer of 100 lines as PDF", told["paper"], "s", must=1),
    ]
