from __future__ import annotations

from svyazka.business.clients import history
from svyazka.business.deals import moves, opening
from svyazka.business.deals.handing import assigning
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Stage
from svyazka.business.journal import because
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import About, Automaton, Change, record_all
from svyazka.kit import clock

HOUSE = Automaton("test")


def test_what_a_rule_changes_says_which_run_it_was(vera, olga):
    deal = opening.open_deal(vera, by=olga)
    with because.of_run(17, "Позвонить сразу"):
        facts.change(deal, {"amount": "500"}, by=HOUSE)
        (held,) = assigning.hold([deal.pk])
        assigning.assign([assigning.Gift(held, olga.pk)], at=clock.now(), by=HOUSE)
        record_all([Change("deals.changed", About("deal", deal.pk), HOUSE, {})])
    facts.change(deal, {"amount": "700"}, by=olga)

    written = Entry.objects.filter(object_id=deal.pk, kind="deal").order_by("pk").values_list("verb", "run_id")

    assert list(written) == [
        ("deals.opened", None),
        ("deals.changed", 17),
        ("deals.appointed", 17),
        ("deals.changed", 17),
        ("deals.changed", None),
    ]


def test_the_history_says_by_which_rule(vera, olga):
    deal = opening.open_deal(vera, by=olga)
    lost = Stage.objects.filter(pipeline=deal.pipeline, kind="open").order_by("position")[1]
    with because.of_run(17, "Позвонить сразу"):
        moves.put(deal, to=lost, by=HOUSE)

    line = history.of_client(vera.pk)[0]

    assert (line.data["run"], line.data["rule"]) == (17, "Позвонить сразу")


def test_what_comes_from_elsewhere_is_marked(vera, olga):
    deal = opening.open_deal(vera, by=olga)
    with because.brought_along():
        facts.change(deal, {"amount": "500"}, by=olga)
    record_all([Change("deals.changed", About("deal", deal.pk), HOUSE, {})], quietly=True)

    written = Entry.objects.filter(object_id=deal.pk, kind="deal").order_by("pk").values_list("is_brought", flat=True)

    assert list(written) == [False, True, True]
