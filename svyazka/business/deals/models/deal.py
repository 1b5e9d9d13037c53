"""The deal itself, and its way from department to department."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, Source
from svyazka.business.deals.models.path import HandOffRule, LossReason, Pipeline, Stage
from svyazka.business.staff.models import Department, Person


class DealQuerySet(models.QuerySet["Deal"]):
    def still_open(self) -> DealQuerySet:
        return self.filter(closed_at=None)

    def of_client(self, client_id: int) -> DealQuerySet:
        return self.filter(client_id=client_id).order_by("-opened_at")


class Deal(models.Model):
    """One intended sale or project, in one pipeline, at one stage. Its number is its id."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="deals")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="deals", db_index=False
    )  # found by deal_of_responsible
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="deals")
    address = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    facts = models.JSONField(default=dict)  # code of a Field → value
    origin = models.JSONField(default=dict)  # UTM marks, page, referrer of the request that opened it
    opened_at = models.DateTimeField()
    stage_since = models.DateTimeField()
    stage_due_at = models.DateTimeField(null=True, blank=True)  # the stage's limit, counted from stage_since
    closed_at = models.DateTimeField(null=True, blank=True)
    loss_reason = models.ForeignKey(LossReason, models.PROTECT, null=True, blank=True)
    # The next open task, kept here by the verbs of tasks so that a board need not look for it.
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    # Of whom it was handed on, and the deal with which all began; both empty for that one itself.
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    first = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    # Since when the responsible person has it, and until when he has to take it up: after that it comes back.
    assigned_at = models.DateTimeField(null=True, blank=True)
    take_due_at = models.DateTimeField(null=True, blank=True)
    # Kept here by the verbs of hand-off so that a board need not look for them: until when the receiver has to accept
    # it, while he has not; and since when it stands here again because the next department returned it.
    accept_due_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[DealQuerySet] = DealQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="amount_not_negative"),
        ]
        indexes = [
            # A column of the board: newest movement first, closed ones only lately; its sum without the rows.
            models.Index(
                "stage",
                F("stage_since").desc(),
                F("id").desc(),
                include=["amount", "closed_at"],
                name="deal_column_open",
            ),
            models.Index(fields=["client", "-opened_at"], name="deal_client"),
            models.Index(fields=["client"], condition=Q(closed_at=None), name="deal_client_open"),
            models.Index(fields=["responsible", "stage"], condition=Q(closed_at=None), name="deal_responsible"),
            # The list, sorted as `orders.SORTS` has it.
            models.Index(fields=["stage_since", "id"], name="deal_moved"),
            models.Index(
                Coalesce("next_step_at", Cast(Value("infinity"), models.DateTimeField())), F("id"), name="deal_step"
            ),
            models.Index(Coalesce("amount", Value(Decimal(-1))), F("id"), name="deal_amount"),
            models.Index(fields=["responsible", "id"], name="deal_of_responsible"),
            # What was chosen from the lists of the company's own fields (wanted.py).
            GinIndex(fields=["facts"], opclasses=["jsonb_path_ops"], name="deal_facts"),
            # Leads that nobody has yet, and those that were given and are not taken up.
            models.Index(
                fields=["pipeline", "opened_at"],
                condition=Q(responsible=None, closed_at=None),
                name="deal_nobody",
            ),
            models.Index(fields=["take_due_at"], condition=Q(take_due_at__isnull=False), name="deal_to_take"),
            # What is late, and what has no step at all, among the deals that are open (problems/kinds.py).
            models.Index(fields=["next_step_at"], condition=Q(closed_at=None), name="deal_step_due"),
            models.Index(
                fields=["stage_due_at"],
                condition=Q(closed_at=None, stage_due_at__isnull=False),
                name="deal_stage_due",
            ),
            models.Index(fields=["accept_due_at"], condition=Q(accept_due_at__isnull=False), name="deal_to_accept"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def is_set_aside(self) -> bool:
        """Returned or taken back, and nobody's work until it is handed on again: closed where it stood, neither won nor
        lost."""
        return self.closed_at is not None and self.stage.is_open

    @property
    def step_in_words(self) -> str:
        return self.stage.step_in_words(self.next_step)


class HandOff(models.Model):
    """One leg of a deal's way into the next department: handed on, then accepted, or returned with a reason.

    A deal that is returned and handed on again gets another leg, not another deal.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")
        WITHDRAWN = "withdrawn", _("taken back")

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="handed_on")  # that went on
    to_deal = models.ForeignKey(Deal, models.CASCADE, related_name="came_by")
    to_pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="+")
    rule = models.ForeignKey(HandOffRule, models.SET_NULL, null=True, related_name="+")
    leg = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    left_stage = models.ForeignKey(
        Stage, models.SET_NULL, null=True, related_name="+"
    )  # where a returned deal stands again
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    handed_at = models.DateTimeField()
    due_at = models.DateTimeField()  # until when it has to be accepted or returned
    answered_at = models.DateTimeField(null=True)  # for the first time
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # returned or taken back
    returned_from = models.ForeignKey(Stage, models.SET_NULL, null=True, blank=True, related_name="+")
    # What went along, by code, as it was then: what is changed afterwards can be told from it.
    carried = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "to_pipeline", "leg"], name="hand_off_leg_once"),
            # Whatever two people click at once, a deal goes on into a pipeline once.
            models.UniqueConstraint(
                fields=["deal", "to_pipeline"],
                condition=Q(state__in=["waiting", "accepted"]),
                name="handed_on_once",
            ),
        ]
        indexes = [
            models.Index(fields=["to_deal", "-leg"], name="hand_off_to"),
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="hand_off_waiting"),
            models.Index(fields=["-handed_at"], name="hand_off_recent"),
        ]
