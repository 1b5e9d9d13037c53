"""Fifty rules such as a company builds on the windows blueprint: all triggers, and actions that stay in the house."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TASK = {"who": "responsible", "kind": "other", "due": "240"}
_STAGES = ("new", "contacted", "measurement_booked", "measured", "offer_sent", "contract", "production", "installed")


def rules(stages: Mapping[str, int], category: str) -> list[dict[str, Any]]:
    """As the builder would send them. `stages`: by code; `category`: one that the company has."""
    made = [*_of_deals(stages), *_of_talks(category), *_of_visits(), *_of_money(stages), *_of_time(stages)]
    return [{**one, "name": f"{number:02} {one['name']}"} for number, one in enumerate(made, 1)]


def _of_deals(stages: Mapping[str, int]) -> list[dict[str, Any]]:
    at_each = [
        _rule(
            f"Stage {code}: a task",
            "enters_stage",
            {"stage": stages[code]},
            _task("Look at deal {deal}"),
            _big(number),
        )
        for number, code in enumerate(_STAGES, 1)
    ]
    left = [
        _rule(f"Left {code}", "leaves_stage", {"stage": stages[code]}, _note("Now at {stage}"))
        for code in ("contacted", "measured", "offer_sent", "contract")
    ]
    others = [
        _rule(
            "A new deal gets somebody",
            "deal_opened",
            {},
            {"kind": "assign", "given": {"how": "least_loaded", "role": "manager", "keeps": "1"}},
        ),
        _rule("Sold: tell the head", "deal_won", {}, _notify("Deal {deal}: {amount}")),
        _rule("Lost: a note", "deal_lost", {}, _note("Lost: {stage}"), _big(3)),
        _rule("Taken up again", "taken_up_again", {}, _task("Look where it stood")),
        _rule("Somebody is appointed", "appointed", {}, _notify("Now {manager}")),
        _rule("Handed on", "handed_on", {}, _note("Handed on")),
        _rule("Accepted", "hand_off_accepted", {}, _notify("Deal {deal} is accepted")),
        _rule("Returned", "hand_off_returned", {}, _task("See why it was returned")),
        _rule("A task is done", "task_done", {}, _note("Done"), _big(4)),
        _rule("A task is late", "task_overdue", {"minutes": "60"}, _notify("Late: {client}")),
        _rule("A question is answered", "question_answered", {}, _note("The question is closed"), _big(5)),
        _rule("The amount changes", "field_changed", _field("amount", "any"), _notify("Amount: {amount}"), _big(6)),
        _rule("The address is known", "field_changed", _field("address", "filled"), _ring("Offer a measurement")),
        _rule(
            "The contract is signed", "field_changed", _field("contract_number", "filled"), _task("Check the contract")
        ),
    ]
    return [*at_each, *left, *others]


def _of_talks(category: str) -> list[dict[str, Any]]:
    return [
        _rule("A request of a site", "form_came", {}, _ring("Ring about the request")),
        _rule("A client writes", "message_came", {}, _note("The client wrote"), _big(7)),
        _rule("A complaint", "of_category", {"category": category}, _task("Answer: {category}")),
        _rule("Nobody answers", "nobody_answers", {"minutes": "30"}, _notify("{client} waits")),
        _rule("A missed call", "call_missed", {}, _notify("Missed: {client}")),
        _rule(
            "A long talk",
            "call_ended",
            {"direction": "in", "result": "answered", "seconds": "600"},
            _note("It took long"),
        ),
        _rule("Perhaps known", "duplicate_found", {}, _task("Look at {duplicate}")),
        _rule("A file is added", "file_added", {}, _note("A file is added"), _big(8)),
    ]


def _of_visits() -> list[dict[str, Any]]:
    ask = {
        "kind": "ask",
        "given": {"text": "Why is it moved again?", "who": "responsible", "asker": "controller", "due": "480"},
    }
    hold = {"kind": "book", "given": {"kind": "measurement", "days": "7", "how": "hold"}}
    return [
        _rule("A visit is booked", "visit_booked", {}, _note("A visit is booked: {visit}"), _big(9)),
        _rule("The third move", "visit_moved", {"times": "3"}, ask),
        _rule("Confirmed", "visit_confirmed", {}, _note("The client confirms: {visit}")),
        _rule("Measured", "visit_done", {"kind": "measurement"}, _task("Work out the price")),
        _rule("Not done", "visit_not_done", {}, hold),
        _rule("Called off", "visit_cancelled", {}, _ring("Ask when it suits")),
        _rule("Late", "crew_late", {"minutes": "30"}, _notify("Late: deal {deal}")),
        _rule("A sheet is filled in", "sheet_finished", {}, _task("Check the sheet")),
        _rule("Signed", "agreement_signed", {}, _notify("Signed: {client}")),
    ]


def _of_money(stages: Mapping[str, int]) -> list[dict[str, Any]]:
    prepaid = {"kind": "set", "given": {"holder": "deal", "field": "prepaid", "how": "sum"}}
    on = {"kind": "move", "given": {"stage": stages["production"]}}
    at_contract = [{"kind": "stage", "given": {"how": "is", "values": [stages["contract"]]}}]
    return [
        {
            **_rule("Prepaid: to production", "payment_in", {"least": "1000"}, prepaid, at_contract),
            "actions": [prepaid, on],
        },
        _rule("An invoice is paid", "invoice_paid", {}, _note("An invoice is paid")),
        _rule("An invoice is overdue", "invoice_overdue", {"days": "3"}, _task("Remind of {sum}")),
        _rule("A high debt", "debt_above", {"sum": "100000"}, _notify("{client} owes {sum}")),
    ]


def _of_time(stages: Mapping[str, int]) -> list[dict[str, Any]]:
    opened = {"kind": "open", "given": {"pipeline": "windows", "who": "by_rule", "once": "1"}}
    return [
        _rule(
            "Stuck", "stays_at_stage", {"stage": stages["offer_sent"], "minutes": "4320"}, _ring("Ask for the decision")
        ),
        _rule("Closed long ago: offer more", "stays_at_stage", {"stage": stages["closed"], "minutes": "43200"}, opened),
        _rule("No contact", "no_contact", {"days": "14"}, _task("Get in touch")),
    ]


def _rule(
    name: str, trigger: str, options: dict[str, Any], action: dict[str, Any], conditions: Any = ()
) -> dict[str, Any]:
    return {
        "name": name,
        "trigger": trigger,
        "options": options,
        "conditions": list(conditions),
        "actions": [action],
    }


def _big(number: int) -> list[dict[str, Any]]:
    return [{"kind": "amount", "given": {"how": "least", "amount": str(number * 10_000)}}]


def _field(code: str, how: str) -> dict[str, Any]:
    return {"holder": "deal", "field": code, "how": how}


def _task(what: str) -> dict[str, Any]:
    return {"kind": "task", "given": {**_TASK, "what": what}}


def _note(text: str) -> dict[str, Any]:
    return {"kind": "note", "given": {"text": text}}


def _notify(text: str) -> dict[str, Any]:
    return {"kind": "notify", "given": {"who": "head", "text": text}}


def _ring(what: str) -> dict[str, Any]:
    return {"kind": "ring", "given": {"share": "anybody", "what": what, "due": "60"}}
