"""All that the house holds of a client, as its rooms say it (`of_client.py`), in the order in which he reads it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from svyazka.business.agreements import of_client as agreements
from svyazka.business.automation import of_client as automation
from svyazka.business.calls import of_client as calls
from svyazka.business.clients import of_client as clients
from svyazka.business.clients.models import Client
from svyazka.business.consents import of_client as consents
from svyazka.business.conversations import of_client as conversations
from svyazka.business.deals import of_client as deals
from svyazka.business.duplicates import of_client as duplicates
from svyazka.business.imports import of_client as imports
from svyazka.business.inbox import of_client as inbox
from svyazka.business.intake import of_client as intake
from svyazka.business.journal import of_client as journal
from svyazka.business.moving_in import of_client as moving_in
from svyazka.business.notices import of_client as notices
from svyazka.business.problems import of_client as problems
from svyazka.business.sheets import of_client as sheets
from svyazka.business.site_work import of_client as site_work
from svyazka.business.sorting import of_client as sorting
from svyazka.business.visits import of_client as visits
from svyazka.kit.held import Held

ROOMS = (
    clients, sorting, consents, conversations, deals, visits, calls, sheets, site_work, agreements, inbox, intake,
    imports, moving_in, duplicates, notices, problems, automation, journal,
)  # fmt: skip


def every() -> list[Held]:
    return [held for room in ROOMS for held in room.HELD]


def family(client_id: int) -> list[int]:
    """The client, and all who were merged into him, one after another."""
    found, last = [client_id], [client_id]
    while last:
        last = list(Client.objects.filter(merged_into__in=last).order_by("pk").values_list("pk", flat=True))
        found += last
    return found


TITLES: dict[str, Promise] = {
    "Client": pgettext_lazy("data", "Who he is"),
    "ContactPoint": pgettext_lazy("data", "Ways to reach him"),
    "Trait": pgettext_lazy("data", "By what else he was known"),
    "Interaction": pgettext_lazy("data", "History"),
    "Message": pgettext_lazy("data", "Messages, as their channels know them"),
    "Attachment": pgettext_lazy("data", "Files of messages"),
    "Reach": pgettext_lazy("data", "How he can be written to"),
    "Sorted": pgettext_lazy("data", "What it was about"),
    "ClientConsent": pgettext_lazy("data", "Consents"),
    "Deal": pgettext_lazy("data", "Deals"),
    "Task": pgettext_lazy("data", "What had to be done"),
    "Question": pgettext_lazy("data", "Questions about his deals"),
    "Asked": pgettext_lazy("data", "Answers to them"),
    "HandOff": pgettext_lazy("data", "Handed on between departments"),
    "RingBack": pgettext_lazy("data", "Missed calls to be returned"),
    "FirstContact": pgettext_lazy("data", "First contact"),
    "Visit": pgettext_lazy("data", "Visits"),
    "VisitPhoto": pgettext_lazy("data", "Photos"),
    "PhotoDrawing": pgettext_lazy("data", "Drawings on photos"),
    "VisitMove": pgettext_lazy("data", "Visits that were moved"),
    "NotDone": pgettext_lazy("data", "Visits that were not done"),
    "Booking": pgettext_lazy("data", "Times that were booked"),
    "Tick": pgettext_lazy("data", "Ticked off on site"),
    "HandOver": pgettext_lazy("data", "Visits handed over to colleagues"),
    "Action": pgettext_lazy("data", "Written down on the phone on site"),
    "Look": pgettext_lazy("data", "As it was shown to whoever went there"),
    "RoadNews": pgettext_lazy("data", "Told to those on the road"),
    "ClientWord": pgettext_lazy("data", "Messages to him"),
    "VisitLink": pgettext_lazy("data", "Links to his page"),
    "Waiting": pgettext_lazy("data", "Waiting list"),
    "WaitingOffer": pgettext_lazy("data", "Windows that were offered"),
    "Call": pgettext_lazy("data", "Calls"),
    "Recording": pgettext_lazy("data", "Recordings of calls"),
    "DoNotCall": pgettext_lazy("data", "Not to be rung"),
    "Sheet": pgettext_lazy("data", "Forms filled in on site"),
    "SheetVersion": pgettext_lazy("data", "Earlier versions of these forms"),
    "UsedMaterial": pgettext_lazy("data", "Materials"),
    "ExtraWork": pgettext_lazy("data", "Extra work"),
    "Payment": pgettext_lazy("data", "Payments"),
    "Agreement": pgettext_lazy("data", "Agreements"),
    "Thread": pgettext_lazy("data", "Answering him"),
    "FallenBack": pgettext_lazy("data", "Messages that did not get to him"),
    "Arrival": pgettext_lazy("data", "What came from him, word for word"),
    "ImportLine": pgettext_lazy("data", "Lines of files that were loaded"),
    "MoveInRow": pgettext_lazy("data", "Moved over from another system"),
    "MoveInEvent": pgettext_lazy("data", "What was said of him there"),
    "Suspicion": pgettext_lazy("data", "Thought to be a duplicate"),
    "Merge": pgettext_lazy("data", "Merged with another record"),
    "MergedRow": pgettext_lazy("data", "What was changed by that"),
    "Notice": pgettext_lazy("data", "Told to the staff"),
    "Outgoing": pgettext_lazy("data", "On its way to the staff"),
    "Problem": pgettext_lazy("data", "Problems with his deals"),
    "Run": pgettext_lazy("data", "Rules that acted"),
    "Step": pgettext_lazy("data", "What they did"),
    "Entry": pgettext_lazy("data", "Journal of changes"),
}
WORDS: dict[str, Promise] = {
    "account": pgettext_lazy("data", "Channel"),
    "address": pgettext_lazy("data", "Address"),
    "after": pgettext_lazy("data", "After"),
    "amount": pgettext_lazy("data", "Amount"),
    "answer": pgettext_lazy("data", "Answer"),
    "answered_at": pgettext_lazy("data", "Answered"),
    "answers": pgettext_lazy("data", "Answers"),
    "asked": pgettext_lazy("data", "Who asked for it"),
    "asked_at": pgettext_lazy("data", "Asked"),
    "at": pgettext_lazy("data", "When"),
    "before": pgettext_lazy("data", "Before"),
    "beside": pgettext_lazy("data", "Second answers"),
    "body": pgettext_lazy("data", "Text"),
    "brief": pgettext_lazy("data", "Note of the office"),
    "bytes": pgettext_lazy("data", "Bytes"),
    "call_started_at": pgettext_lazy("data", "Call"),
    "carried": pgettext_lazy("data", "Passed on with it"),
    "category": pgettext_lazy("data", "Category"),
    "category__words": pgettext_lazy("data", "Category"),
    "cells": pgettext_lazy("data", "Line"),
    "changes": pgettext_lazy("data", "Changes"),
    "channel": pgettext_lazy("data", "Channel"),
    "checklist": pgettext_lazy("data", "Checklist"),
    "client_number": pgettext_lazy("data", "His number"),
    "closed_at": pgettext_lazy("data", "Closed"),
    "code": pgettext_lazy("data", "Code"),
    "column": pgettext_lazy("data", "Column"),
    "confirmed_at": pgettext_lazy("data", "Confirmed"),
    "consent": pgettext_lazy("data", "Consent"),
    "consent_at": pgettext_lazy("data", "Agreed"),
    "consent_name": pgettext_lazy("data", "Who agreed"),
    "consent_note": pgettext_lazy("data", "Note on the consent"),
    "consent_strokes": pgettext_lazy("data", "Signature"),
    "content": pgettext_lazy("data", "Content"),
    "created_at": pgettext_lazy("data", "Entered"),
    "data": pgettext_lazy("data", "Details"),
    "deal_id": pgettext_lazy("data", "Deal"),
    "direction": pgettext_lazy("data", "Direction"),
    "done_at": pgettext_lazy("data", "Done"),
    "due_at": pgettext_lazy("data", "Due"),
    "ended_at": pgettext_lazy("data", "Ended"),
    "ends_at": pgettext_lazy("data", "Until"),
    "facts": pgettext_lazy("data", "Known besides"),
    "fetched_at": pgettext_lazy("data", "Fetched"),
    "file": pgettext_lazy("data", "File"),
    "finished_at": pgettext_lazy("data", "Finished"),
    "first_missed_at": pgettext_lazy("data", "First missed"),
    "form__words": pgettext_lazy("data", "Form"),
    "given_at": pgettext_lazy("data", "Agreed"),
    "gone_id": pgettext_lazy("data", "Merged number"),
    "gone_name": pgettext_lazy("data", "Merged name"),
    "handed_at": pgettext_lazy("data", "Handed on"),
    "happened_at": pgettext_lazy("data", "When"),
    "headers": pgettext_lazy("data", "Headers"),
    "heard_at": pgettext_lazy("data", "Wrote last"),
    "id": pgettext_lazy("data", "Number"),
    "kept_id": pgettext_lazy("data", "Number that was kept"),
    "kept_why": pgettext_lazy("data", "Kept because"),
    "kind": pgettext_lazy("data", "Kind"),
    "kind__words": pgettext_lazy("data", "Kind"),
    "language": pgettext_lazy("data", "Language"),
    "last_at": pgettext_lazy("data", "Last message"),
    "last_missed_at": pgettext_lazy("data", "Last missed"),
    "last_text": pgettext_lazy("data", "Its text"),
    "lat": pgettext_lazy("data", "Latitude"),
    "lon": pgettext_lazy("data", "Longitude"),
    "loss_reason__words": pgettext_lazy("data", "Reason of the loss"),
    "made_at": pgettext_lazy("data", "Made"),
    "message_id": pgettext_lazy("data", "Message"),
    "milliseconds": pgettext_lazy("data", "Milliseconds"),
    "name": pgettext_lazy("data", "Name"),
    "next_step": pgettext_lazy("data", "Next step"),
    "note": pgettext_lazy("data", "Note"),
    "number": pgettext_lazy("data", "Number"),
    "object_id": pgettext_lazy("data", "Number"),
    "of__at": pgettext_lazy("data", "When"),
    "opened_at": pgettext_lazy("data", "Opened"),
    "origin": pgettext_lazy("data", "Where it came from"),
    "our_number": pgettext_lazy("data", "Our number"),
    "outcome": pgettext_lazy("data", "Outcome"),
    "page": pgettext_lazy("data", "Page"),
    "photo_id": pgettext_lazy("data", "Photo"),
    "pipeline__words": pgettext_lazy("data", "Pipeline"),
    "price": pgettext_lazy("data", "Price"),
    "probability": pgettext_lazy("data", "Probability"),
    "quantity": pgettext_lazy("data", "Quantity"),
    "question_id": pgettext_lazy("data", "Question"),
    "reached_at": pgettext_lazy("data", "Reached"),
    "reason": pgettext_lazy("data", "Reason"),
    "reason__words": pgettext_lazy("data", "Reason"),
    "receipt": pgettext_lazy("data", "Receipt"),
    "received_at": pgettext_lazy("data", "Received"),
    "report": pgettext_lazy("data", "Report"),
    "result": pgettext_lazy("data", "Result"),
    "said": pgettext_lazy("data", "Said"),
    "sent_at": pgettext_lazy("data", "Sent"),
    "sheet_id": pgettext_lazy("data", "Form"),
    "shown": pgettext_lazy("data", "Shown as"),
    "signed_at": pgettext_lazy("data", "Signed"),
    "since": pgettext_lazy("data", "Since"),
    "size": pgettext_lazy("data", "Bytes"),
    "source": pgettext_lazy("data", "Way"),
    "source__words": pgettext_lazy("data", "Source"),
    "stage__words": pgettext_lazy("data", "Stage"),
    "started_at": pgettext_lazy("data", "When"),
    "starts_at": pgettext_lazy("data", "From"),
    "rule__name": pgettext_lazy("data", "Rule"),
    "state": pgettext_lazy("data", "State"),
    "state_at": pgettext_lazy("data", "Since"),
    "status": pgettext_lazy("data", "State"),
    "strokes": pgettext_lazy("data", "Signature"),
    "table": pgettext_lazy("data", "Table"),
    "talk_seconds": pgettext_lazy("data", "Seconds of talk"),
    "text": pgettext_lazy("data", "Text"),
    "text__version": pgettext_lazy("data", "Version of the text"),
    "text__words": pgettext_lazy("data", "Text of the consent"),
    "times": pgettext_lazy("data", "Times"),
    "title": pgettext_lazy("data", "Title"),
    "type": pgettext_lazy("data", "Type"),
    "undone_at": pgettext_lazy("data", "Undone"),
    "unit": pgettext_lazy("data", "Unit"),
    "until": pgettext_lazy("data", "Until"),
    "user_id": pgettext_lazy("data", "His number there"),
    "value": pgettext_lazy("data", "Value"),
    "verb": pgettext_lazy("data", "What"),
    "visit_id": pgettext_lazy("data", "Visit"),
    "waits_since": pgettext_lazy("data", "Waits since"),
    "was": pgettext_lazy("data", "Was before"),
    "was_at": pgettext_lazy("data", "Was before"),
    "way": pgettext_lazy("data", "Way"),
    "way__words": pgettext_lazy("data", "Way"),
    "what": pgettext_lazy("data", "What"),
    "why": pgettext_lazy("data", "Why"),
    "wishes": pgettext_lazy("data", "Wishes"),
    "withdrawn_at": pgettext_lazy("data", "Withdrawn"),
    "words": pgettext_lazy("data", "Words"),
}
