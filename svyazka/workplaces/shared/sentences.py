"""What each verb of the journal is called, for people. `of`: the change whose values stand in the sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Sentence:
    words: Promise
    of: str = ""


# fmt: off
SENTENCES: dict[str, Sentence] = {
    "clients.created": Sentence(_("A new client")),
    "clients.changed": Sentence(_("Client changed")),
    "clients.contact_added": Sentence(_("A way to reach the client was added")),
    "clients.contact_removed": Sentence(_("A way to reach the client was removed")),
    "clients.noted": Sentence(_("A note was written")),
    "clients.taken_up": Sentence(_("Taken up from the queue")),
    "clients.put_back": Sentence(_("Put back into the queue")),

    "deals.opened": Sentence(_("Deal opened at stage “{after}”"), of="stage"),
    "deals.moved": Sentence(_("Deal moved: {before} → {after}"), of="stage"),
    "deals.changed": Sentence(_("Deal changed")),
    "deals.appointed": Sentence(_("Responsible: {before} → {after}"), of="responsible"),
    "deals.given": Sentence(_("Lead given: {before} → {after}"), of="responsible"),
    "deals.given_back": Sentence(_("Lead taken back: {before} → {after}"), of="responsible"),
    "deals.came_back": Sentence(_("Not taken up in time: {before} → {after}"), of="responsible"),
    "deals.handed_over": Sentence(_("Handed over: {before} → {after}"), of="responsible"),
    "deals.exported": Sentence(_("List of deals downloaded")),
    "deals.taken": Sentence(_("Taken up")),
    "deals.step_planned": Sentence(_("Next step planned: {after}"), of="what"),
    "deals.step_done": Sentence(_("Step done: {before}"), of="what"),
    "deals.step_taken_back": Sentence(_("Step open again: {after}"), of="what"),
    "deals.step_changed": Sentence(_("Step changed")),
    "deals.step_put_off": Sentence(_("Step put off until {after}"), of="until"),
    "deals.step_removed": Sentence(_("Step deleted: {before}"), of="what"),

    "deals.handed_on": Sentence(_("Handed on: {after}"), of="hand_off"),
    "deals.accepted": Sentence(_("Hand-off accepted: {after}"), of="hand_off"),
    "deals.returned": Sentence(_("Returned by the next department: {after}"), of="hand_off"),
    "deals.withdrawn": Sentence(_("Hand-off taken back: {after}"), of="hand_off"),
    "deals.taken_back": Sentence(_("Answer to the hand-off taken back: {after}"), of="hand_off"),
    "deals.set_aside": Sentence(_("Set aside until it is handed on again")),
    "deals.taken_up_again": Sentence(_("Handed on again")),
    "deals.taken_over": Sentence(_("Taken over from the deal before")),
    "pipelines.added": Sentence(_("Pipeline added: {after}"), of="name"),
    "pipelines.changed": Sentence(_("Pipeline changed: version {before} → {after}"), of="version"),
    "pipelines.switched": Sentence(_("Pipeline switched on or off"), of="is_active"),
    "deals.asked": Sentence(_("Question asked: {after}"), of="question"),
    "deals.answered": Sentence(_("Question answered: {after}"), of="question"),
    "deals.question_withdrawn": Sentence(_("Question withdrawn: {before}"), of="question"),
    "deals.question_redirected": Sentence(_("Others are asked: {before} → {after}"), of="question"),
    "deals.question_released": Sentence(_("The deal may go on before the answer: {after}"), of="question"),

    "visits.booked": Sentence(_("Visit booked for {after}"), of="starts_at"),
    "visits.moved": Sentence(_("Visit moved: {before} → {after}"), of="starts_at"),
    "visits.cancelled": Sentence(_("Visit cancelled")),
    "visits.changed": Sentence(_("Visit corrected")),
    "visits.confirmed": Sentence(_("The client confirmed the visit")),
    "visits.unconfirmed": Sentence(_("Confirmation of the visit taken back")),
    "visits.on_way": Sentence(_("On the way to the visit")),
    "visits.started": Sentence(_("Work at the visit has begun")),
    "visits.done": Sentence(_("Visit done")),
    "visits.reported": Sentence(_("Report of the visit: {after}"), of="report"),
    "visits.photographed": Sentence(_("A photo of the visit was added"), of="photo"),
    "visits.photo_removed": Sentence(_("A photo of the visit was removed"), of="photo"),
    "visits.taken_back": Sentence(_("Status of the visit taken back: {before} → {after}"), of="status"),
    "visits.absent": Sentence(_("Absence entered: {after}"), of="absent"),
    "visits.resource_added": Sentence(_("Can be booked from now on: {after}"), of="name"),
    "visits.resource_changed": Sentence(_("A resource was changed")),
    "visits.back": Sentence(_("Absence taken back: {before}"), of="absent"),

    "calls.ended": Sentence(_("Call ended: {after}"), of="result"),
    "calls.pbx_connected": Sentence(_("Connection to the PBX established"), of="trouble"),
    "calls.pbx_lost": Sentence(_("Connection to the PBX lost")),
    "calls.pbx_added": Sentence(_("PBX added")),
    "calls.pbx_changed": Sentence(_("Settings of the PBX changed")),
    "calls.line_added": Sentence(_("Our number {after} added"), of="number"),
    "calls.line_changed": Sentence(_("One of our numbers changed")),
    "calls.line_removed": Sentence(_("Our number {before} removed"), of="number"),

    "conversations.account_opened": Sentence(_("Channel opened")),
    "conversations.account_changed": Sentence(_("Channel changed")),
    "conversations.secret_renewed": Sentence(_("The channel's secret was renewed")),
    "conversations.token_kept": Sentence(_("The channel's token was stored")),

    "intake.run_again": Sentence(_("Arrival {number} is run again"), of="state"),
    "intake.set_aside": Sentence(_("Arrival {number} was set aside"), of="state"),

    "company.taken_over": Sentence(_("Taken over from a blueprint: {after}"), of="part"),

    "staff.hired": Sentence(_("{whom} was hired as: {after}"), of="role"),
    "staff.changed": Sentence(_("Staff data changed: {whom}")),
    "staff.let_go": Sentence(_("{whom} was let go"), of="is_active"),
    "staff.taken_back": Sentence(_("{whom} was taken back"), of="is_active"),
    "staff.password_set": Sentence(_("New password for {whom}")),
    "staff.role_added": Sentence(_("A new role")),
    "staff.role_changed": Sentence(_("Role changed")),
    "staff.logged_in": Sentence(_("{whom} logged in")),
    "staff.logged_out": Sentence(_("{whom} logged out")),
    "staff.session_ended": Sentence(_("One session of {whom} was ended")),
    "staff.sessions_ended": Sentence(_("All sessions of {whom} were ended: {before}"), of="sessions"),
}
# fmt: on

# What the journal's changes are about. A company's own fields carry their own names.
FIELDS: dict[str, Promise] = {
    "name": _("Name"),
    "kind": _("Kind"),
    "address": _("Address"),
    "note": _("Note"),
    "phone": _("Phone"),
    "email": _("E-mail"),
    "client_name": _("Client's name"),
    "amount": _("Amount"),
    "stage": _("Stage"),
    "loss_reason": _("Reason of the loss"),
    "responsible": _("Responsible"),
    "what": _("What"),
    "next_step": _("Next step"),
    "due_at": _("By when"),
    "until": _("Until"),
    "starts_at": _("Beginning"),
    "ends_at": _("End of the visit"),
    "resource": _("Resource"),
    "person": _("Carries out the visits"),
    "skills": _("Can do"),
    "hours": _("Working hours"),
    "wishes": _("Wishes"),
    "reason": _("Reason"),
    "status": _("Status"),
    "confirmed": _("Confirmed"),
    "state": _("State"),
    "result": _("Result"),
    "trouble": _("Trouble"),
    "role": _("Role"),
    "department": _("Department"),
    "full_name": _("Full name"),
    "login": _("Login"),
    "extension": _("Extension"),
    "language": _("Language"),
    "origins": _("Sites"),
    "source": _("Source"),
    "is_active": _("Switched on"),
    "columns": _("Columns"),
    "host": _("Host"),
    "port": _("Port"),
    "secret": _("Secret"),
    "number": _("Number"),
}
