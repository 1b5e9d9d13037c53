from __future__ import annotations

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Pipeline
from svyazka.business.staff.models import Person


class Account(models.Model):
    """Another system as the company works in it, and how we get in."""

    source = models.CharField(max_length=30)  # its code (settings.FOREIGN_SYSTEMS)
    account = models.CharField(max_length=100)  # which one there: its host
    locked = models.TextField()  # what was typed, and tokens, by the names of its inputs; encrypted
    at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "account"], name="move_in_account_once")]

    def __str__(self) -> str:
        return self.account


class MoveIn(models.Model):
    """A company moves over: what a file or another system knows, how it is understood, and how far it has come."""

    class State(models.TextChoices):
        TRYING = "trying", _("is being tried")
        TRIED = "tried", _("lets us in")
        READING = "reading", _("is being read")
        PAUSED = "paused", _("reading is stopped")
        FAILED = "failed", _("cannot be read")
        CHOOSING = "choosing", _("to be understood")
        CHECKING = "checking", _("dry run")
        CHECKED = "checked", _("dry run done")
        RUNNING = "running", _("moving over")
        STOPPED = "stopped", _("stopped halfway")
        DONE = "done", _("moved over")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")

    name = models.CharField(max_length=120)  # of the file, or of the system
    source = models.CharField(max_length=30, default="file")  # or the code of a system (settings.FOREIGN_SYSTEMS)
    file = models.FileField(upload_to="moving_in/%Y/%m/", blank=True)
    # Whose outside numbers these are: tables of the same titles, or one account of a system.
    origin = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    fault = models.CharField(max_length=300, blank=True)  # why it cannot be read
    titles = models.JSONField(default=list)
    columns = models.JSONField(default=dict)  # place of a column → what it is (columns.py)
    makes_deals = models.BooleanField(default=False)  # a line is a deal, too
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, null=True, blank=True, related_name="+")
    # What stands there → ours: {"people": {"Иванов": "7"}, "stages": {…}, "sources": {…}}; see mapping.py.
    mapping = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)  # lines
    ended_at = models.DateTimeField(null=True)
    # Of a system alone.
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="moves")
    began_at = models.DateTimeField(null=True)  # reading: what changes there from then on, a later one brings
    since = models.DateTimeField(null=True)  # only what has changed there from then on
    resume_at = models.DateTimeField(null=True)  # it wants to be left alone until then
    # How far reading is, and what it has learnt: see reading_system.py.
    progress = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="move_in_recent"),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["trying", "reading", "checking", "running", "undoing"]),
                name="move_in_at_work",
            ),
            models.Index(fields=["origin", "-id"], name="move_in_origin"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def is_of_a_system(self) -> bool:
        return self.source != "file"


AT_WORK = (
    MoveIn.State.TRYING, MoveIn.State.READING, MoveIn.State.CHECKING, MoveIn.State.RUNNING, MoveIn.State.UNDOING,
)  # fmt: skip


class MoveInRow(models.Model):
    """One line of it, whole, and what became of it."""

    class State(models.TextChoices):
        NEW = "new"
        READY = "ready"  # looked at in a dry run
        WRONG = "wrong"
        ASIDE = "aside"  # a title, a total: no record
        STORED = "stored"
        UNDONE = "undone"
        KEPT = "kept"  # undone, but for what somebody has worked on since

    class Outcome(models.TextChoices):
        NONE = "", ""
        NEW = "new", _("new client")
        JOINS = "joins", _("joins")
        DOUBTFUL = "doubtful", _("may be known")
        KNOWN = "known", _("moved over before")
        DEAL = "deal", _("new deal")

    class Kind(models.TextChoices):
        LINE = "line"  # of a file: a client, and where the file says so, his deal
        CLIENT = "client"
        DEAL = "deal"  # its client is a row of its own

    of = models.ForeignKey(MoveIn, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()  # in the file
    kind = models.CharField(max_length=6, choices=Kind.choices, default=Kind.LINE, db_default="line")
    outside_id = models.CharField(max_length=100, blank=True)
    cells = models.JSONField()  # as they stand there; nothing of the file is lost
    packed = models.TextField(blank=True)  # as it is compared with the other lines (engines/matching/packed.py)
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    # Whom it joins or resembles: {"client": 7, "line": 12, "probability": 0.9, "reasons": […], "doubts": […]}.
    like = models.JSONField(default=dict)
    faults = models.JSONField(default=list)  # [[place of the column, or -1, what is wrong or could not be read], …]
    # What stood there of its deal, for counting both sides (reconciling.py).
    stage_there = models.CharField(max_length=200, blank=True)
    person_there = models.CharField(max_length=120, blank=True)
    month_there = models.CharField(max_length=7, blank=True)
    sum_there = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    client_id = models.BigIntegerField(null=True)
    deal_id = models.BigIntegerField(null=True)
    changes = models.JSONField(default=dict)  # what was made and changed, for undoing it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="move_in_row_once")]
        indexes = [
            models.Index(fields=["of", "state", "number"], name="move_in_row_state"),
            models.Index(fields=["of", "outcome", "number"], name="move_in_row_outcome"),
            models.Index(fields=["of", "number"], condition=~models.Q(faults=[]), name="move_in_row_faults"),
            models.Index(fields=["of", "deal_id"], condition=models.Q(deal_id__isnull=False), name="move_in_row_deal"),
            # What a later move has brought to the same one.
            models.Index(fields=["deal_id"], condition=models.Q(deal_id__isnull=False), name="move_in_of_deal"),
            models.Index(fields=["client_id"], condition=models.Q(client_id__isnull=False), name="move_in_of_client"),
            models.Index(fields=["of", "outside_id"], condition=~models.Q(kind="line"), name="move_in_row_there"),
        ]

    def is_deal(self, given: MoveIn) -> bool:
        return self.kind == self.Kind.DEAL or (self.kind == self.Kind.LINE and given.makes_deals)


class MoveInEvent(models.Model):
    """One line of a history there. Once it stands here, its words are kept in the history alone."""

    class State(models.TextChoices):
        NEW = "new"
        STORED = "stored"
        KNOWN = "known"  # moved over before
        ALONE = "alone"  # neither its client nor its deal is here
        UNDONE = "undone"
        KEPT = "kept"  # undone, but for what somebody has worked on since

    of = models.ForeignKey(MoveIn, models.CASCADE, related_name="events", db_index=False)
    outside_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=8)  # foreign.ForeignEvent.kind
    at = models.DateTimeField()
    client_there = models.CharField(max_length=100, blank=True)
    deal_there = models.CharField(max_length=100, blank=True)
    said = models.JSONField(default=dict)  # the rest of it, by the names of ForeignEvent
    state = models.CharField(max_length=6, choices=State.choices, default=State.NEW)
    interaction_id = models.BigIntegerField(null=True)
    task_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "outside_id"], name="move_in_event_once")]
        indexes = [
            models.Index(fields=["of", "state", "at", "id"], name="move_in_event_state"),
            models.Index(
                fields=["interaction_id"], condition=models.Q(interaction_id__isnull=False), name="move_in_event_here"
            ),
            models.Index(fields=["task_id"], condition=models.Q(task_id__isnull=False), name="move_in_event_task"),
        ]


class MoveInKey(models.Model):
    """What the lines of a dry run are looked up by among each other; gone when it ends."""

    pk = models.CompositePrimaryKey("of", "key", "number")
    of = models.ForeignKey(MoveIn, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    number = models.PositiveIntegerField()  # of the line
    whose = models.PositiveIntegerField()  # of the first line that is the same client


class Repair(models.Model):
    """A misspelling that the house would put right. It does so only where somebody says yes."""

    class Rule(models.TextChoices):
        MAILBOX = "mailbox", _("Mail addresses")
        TOWN = "town", _("Towns")
        FIRST_NAME = "first_name", _("First names")

    of = models.ForeignKey(MoveIn, models.CASCADE, related_name="repairs", db_index=False)
    rule = models.CharField(max_length=10, choices=Rule.choices)
    place = models.PositiveSmallIntegerField()
    old = models.CharField(max_length=300)  # the cell
    new = models.CharField(max_length=300)
    lines = models.PositiveIntegerField(default=0)  # in how many it stands
    is_accepted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "place", "old"], name="move_in_repair_once")]
        indexes = [models.Index(fields=["of", "rule", "id"], name="move_in_repair_rule")]


class MovedIn(models.Model):
    """What has been moved over, by its number there: the next file or run knows it again."""

    class Kind(models.TextChoices):
        CLIENT = "client"
        DEAL = "deal"
        EVENT = "event"

    origin = models.CharField(max_length=120)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    outside_id = models.CharField(max_length=100)
    object_id = models.BigIntegerField()
    of = models.ForeignKey(MoveIn, models.CASCADE, related_name="+")
    # As it was there when we last looked, and as it was stored here: who has changed it since can be told.
    there = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "kind", "outside_id"], name="moved_in_once")]
