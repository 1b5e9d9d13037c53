from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Collate, Lower, Replace, Reverse
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.kit import phones, words


class Source(models.Model):
    """Where a request came from: a site, a campaign, an agency, a channel."""

    code = models.SlugField(max_length=60, unique=True)
    words = models.JSONField(default=dict)

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """A person or a company that we serve. Merged ones stay and point on."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Person")
        COMPANY = "company", _("Company")

    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    name = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=300, blank=True)
    note = models.TextField(blank=True)
    facts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # code of a Field → value
    # The words of those facts that lead to him. Which ones do is said a floor above.
    found_by = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="client_recent"),
            # What was chosen from the lists of the company's own fields.
            GinIndex(fields=["facts"], opclasses=["jsonb_path_ops"], name="client_facts"),
            # By name, whichever of the two letters somebody wrote.
            models.Index(Collate(Replace(Lower("name"), Value("ё"), Value("е")), "C"), F("id"), name="client_by_name"),
        ]

    def __str__(self) -> str:
        return self.name or str(_("Client {number}")).format(number=self.pk)


class ContactPoint(models.Model):
    """A way to reach a client, normalised: the key by which an arrival finds him."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Phone")
        EMAIL = "email", _("E-mail")
        TELEGRAM = "telegram", "Telegram"
        WHATSAPP = "whatsapp", "WhatsApp"
        MAX = "max", "MAX"
        VK = "vk", "VK"
        AVITO = "avito", "Avito"

    client = models.ForeignKey(Client, models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    account = models.CharField(max_length=60, blank=True)  # of a messenger: which bot of ours
    value = models.CharField(max_length=200)  # E.164 phone, e-mail in lower case, outside user id
    shown = models.CharField(max_length=200, blank=True)  # @nick and the like
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "kind", "account", "value"], name="contact_point_once"),
        ]
        indexes = [
            models.Index(fields=["value", "kind", "account"], name="contact_point_key"),
            GinIndex(
                fields=["value"],
                opclasses=["gin_trgm_ops"],
                condition=Q(kind="phone"),
                name="contact_phone_part",
            ),
            # As people type it: from the beginning on, or the last digits. These do not grow with the base.
            models.Index(
                OpClass(F("value"), name="varchar_pattern_ops"), condition=Q(kind="phone"), name="contact_phone_start"
            ),
            models.Index(
                OpClass(Reverse("value"), name="text_pattern_ops"), condition=Q(kind="phone"), name="contact_phone_end"
            ),
        ]

    def __str__(self) -> str:
        return self.readable

    @property
    def readable(self) -> str:
        if self.kind == self.Kind.PHONE:
            return phones.readable(self.value)
        return self.shown or self.value


class Trait(models.Model):
    """A name, company, tax number, address or date of birth that a client was given by, as it was typed: he is compared
    by all of them, also by those that no screen shows as his."""

    class Kind(models.TextChoices):
        NAME = "name", _("Name")
        COMPANY = "company", _("Company")
        TAX_NUMBER = "inn", _("Tax number")
        ADDRESS = "address", _("Address")
        BORN = "born", _("Date of birth")
        HANDLE = "handle", _("Messenger")  # telegram/@vera: under which name, not from which account

    client = models.ForeignKey(Client, models.CASCADE, related_name="traits")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "kind", "value"], name="trait_once")]

    def __str__(self) -> str:
        return self.value


class ClientRecord(models.Model):
    """All that is known of a client as it is compared, packed: made out of him, his contact points and traits, and of
    those that are merged into him. None: it has to be made (anew)."""

    client_id = models.BigIntegerField(primary_key=True)
    packed = models.TextField()
    seen = models.DateField()  # when something was heard of him last
    version = models.PositiveSmallIntegerField()  # of what normalises; another one: it is made anew

    class Meta:
        indexes = [models.Index(fields=["version", "client_id"], name="client_record_version")]


class ClientKey(models.Model):
    """What a client's record is looked up by: the letter of its kind and a text. Filed for clients that are not merged
    into another one."""

    pk = models.CompositePrimaryKey("key", "client_id")
    key = models.CharField(max_length=120)
    client_id = models.BigIntegerField(db_index=True)


class Common(models.Model):
    """Which share of the clients has a surname, or works for a company of that name; of rare ones there is none."""

    pk = models.CompositePrimaryKey("kind", "value")
    kind = models.CharField(max_length=10)  # "surname", "company"; without a value: it has been counted
    value = models.CharField(max_length=120)
    share = models.FloatField()


class Apart(models.Model):
    """Two clients of whom a person has said that they are not the same: nobody is asked again."""

    one = models.ForeignKey(Client, models.CASCADE, related_name="+")  # the smaller number
    other = models.ForeignKey(Client, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="apart_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="apart_in_order"),
        ]


class WeightsVersion(models.Model):
    """Weights by which clients are compared, from now on until the next version: the newest is in force. None is ever
    changed; whoever goes back writes the earlier one anew. Without any, those that are shipped are in force."""

    class Why(models.TextChoices):
        CHOSEN = "chosen", _("threshold chosen")
        LEARNT = "learnt", _("learnt from decisions")
        BACK = "back", _("gone back to an earlier version")

    follows = models.BigIntegerField(unique=True)  # the number of the one before; 0: the first of all
    text = models.TextField(blank=True)  # as the engine writes them; empty: those that are shipped
    certain = models.FloatField()
    why = models.CharField(max_length=6, choices=Why.choices)
    back_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Comparison(models.Model):
    """A request that was compared with the base, with what it takes to weigh it anew; nothing of what it said. Kept
    for half a year."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    client_id = models.BigIntegerField()  # whose it became
    kind = models.CharField(max_length=8)  # what was decided: certain, doubtful, new
    # [[client, {term: amount}, has just called], …], the likeliest first.
    likely = models.JSONField(default=list)
    weights = models.CharField(max_length=40)
    is_right = models.BooleanField(null=True)  # what somebody has said of it since
    said_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    said_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="comparison_newest"),
            models.Index(fields=["-said_at", "-id"], condition=Q(said_at__isnull=False), name="comparison_said"),
        ]


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def of_client(self, client_id: int) -> InteractionQuerySet:
        return self.filter(client_id=client_id).order_by("-at", "-id")


class Interaction(models.Model):
    """One thing that happened with a client. All of them together are the history. Cut by month."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MESSAGE = "message", _("Message")
        FORM = "form", _("Form")
        VISIT = "visit", _("Visit")
        STAGE = "stage", _("Stage")
        NOTE = "note", _("Note")
        HAND_OFF = "hand_off", _("Hand-off")
        QUESTION = "question", _("Question")
        TASK = "task", _("Task")
        APPOINTED = "appointed", _("Responsible")
        MERGED = "merged", _("Merging")
        PAYMENT = "payment", _("Money")

    class Direction(models.TextChoices):
        IN = "in", _("incoming")
        OUT = "out", _("outgoing")
        INSIDE = "", _("internal")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    client_id = models.BigIntegerField()
    deal_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices, blank=True)
    channel = models.CharField(max_length=60, blank=True)  # the account it came by: "telegram/main"
    by_id = models.BigIntegerField(null=True)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)  # what its kind knows besides: {"call": 7, "result": "missed", "seconds": 41}
    arrival_id = models.BigIntegerField(null=True)
    # Live queue: what came in and nobody has taken up yet.
    waiting = models.BooleanField(default=False)
    taken_by_id = models.BigIntegerField(null=True)
    taken_at = models.DateTimeField(null=True)

    objects: ClassVar[InteractionQuerySet] = InteractionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["client_id", "-at", "-id"], name="interaction_client"),
            models.Index(fields=["deal_id", "-at", "-id"], name="interaction_deal"),
            models.Index(F("at").desc(), F("id").desc(), condition=Q(waiting=True), name="interaction_waiting"),
            models.Index(
                fields=["at"],
                condition=Q(kind="call", direction="in", data__result__in=["missed", "busy"]),
                name="interaction_missed",
            ),
        ]


class SearchWord(models.Model):
    """Each word once that names or addresses hold; small, so that a part in its middle is found quickly."""

    word = models.CharField(max_length=60, primary_key=True)

    class Meta:
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="search_word_part")]


class SearchPosting(models.Model):
    """Word → client or deal that it stands in. Read by prefix, in order, with a limit."""

    id = models.BigAutoField(primary_key=True)
    word = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)  # "client", "deal"
    object_id = models.BigIntegerField()

    class Meta:
        constraints = [
            # The words of one object: whether it holds another typed word is asked of the index alone.
            models.UniqueConstraint(
                fields=["kind", "object_id", "word"],
                opclasses=["varchar_ops", "int8_ops", "varchar_pattern_ops"],
                name="search_posting_once",
            ),
        ]
        indexes = [
            # The objects of a word, newest first: what people look for came lately.
            models.Index(
                F("kind"),
                OpClass(F("word"), name="varchar_pattern_ops"),
                F("object_id").desc(),
                name="search_posting_word",
            ),
        ]
