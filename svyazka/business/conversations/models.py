from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source


class ChannelAccount(models.Model):
    """One way by which requests come in: a site's form, a bot. Its `code` is what the ledger calls it."""

    class Kind(models.TextChoices):
        WEB_FORM = "web_form"
        EMAIL = "email"
        TELEGRAM = "telegram"
        MAX = "max"
        WHATSAPP = "whatsapp"
        WAZZUP = "wazzup"
        GREEN_API = "green_api"
        SMS = "sms"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=60, unique=True)  # "web_form/okna"
    name = models.CharField(max_length=120)
    # In the address that the outside calls. For a form it stands in the site's page, so it is no secret.
    public_key = models.CharField(max_length=64, unique=True)
    secret_fingerprint = models.CharField(max_length=64, blank=True)  # of the secret that the outside must show
    secret = models.TextField(blank=True)  # what we must show outside, locked away (kit/secrets.py)
    origins = models.JSONField(default=list)  # sites that may post from a browser; empty: all
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    is_active = models.BooleanField(default=True)
    # Of a bot: its name there, found out with the token; where its API stands, if not at its maker's; the way there.
    nick = models.CharField(max_length=100, blank=True, default="", db_default="")
    base = models.CharField(max_length=200, blank=True, default="", db_default="")
    proxy = models.TextField(blank=True, default="", db_default="")  # locked away: it may hold a password
    for_staff = models.BooleanField(default=True, db_default=True)  # they may hear of their notices through it
    # What its kind needs besides, none of it secret: {"phone_number_id": "106540352242922"}.
    options = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    # What the outside signs its arrivals with, where a fingerprint cannot tell; locked away.
    signing = models.TextField(blank=True, default="", db_default="")

    @property
    def way(self) -> str:
        """What the edge calls it in the address (`edge/app.py`: WAYS)."""
        return "form" if self.kind == self.Kind.WEB_FORM else self.kind

    def __str__(self) -> str:
        return self.name


class Ban(models.Model):
    """What this company may not use. Its row is there as long as it is in force."""

    class What(models.TextChoices):
        FOREIGN_MESSENGERS = "foreign_messengers"

    what = models.CharField(max_length=40, choices=What.choices, primary_key=True)
    since = models.DateTimeField()


class ApprovedTemplate(models.Model):
    """A text with places that a messenger lets us send at any time; as it was listed there last."""

    account = models.CharField(max_length=60)  # "whatsapp/main"
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    category = models.CharField(max_length=30, blank=True)
    head = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    foot = models.CharField(max_length=200, blank=True)
    buttons = models.JSONField(default=list)  # what stands on them
    places = models.PositiveSmallIntegerField(default=0)
    is_unfit = models.BooleanField(default=False)  # it wants more than values of its text

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "name", "language"], name="template_once")]


class MailServer(models.Model):
    """By which letters to clients leave the house. One row."""

    class Security(models.TextChoices):
        STARTTLS = "starttls", "STARTTLS"
        TLS = "tls", "TLS"
        NONE = "none", _("no encryption")

    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField(default=587)
    security = models.CharField(max_length=10, choices=Security.choices, default=Security.STARTTLS)
    user = models.CharField(max_length=200, blank=True)
    password = models.TextField(blank=True)  # locked away
    sender = models.CharField(max_length=200)
    name = models.CharField(max_length=120, blank=True)  # of the sender
    is_on = models.BooleanField(default=True)


class Reach(models.Model):
    """How somebody is reached through one account of ours. His contact point says who he is; this says whether he can
    be written to now."""

    account = models.CharField(max_length=60)  # "telegram/main"
    user_id = models.CharField(max_length=200)  # as his contact point has it
    address = models.JSONField(default=dict)  # what an answer needs besides: {"channelId": "…", "chatType": "max"}
    heard_at = models.DateTimeField(null=True)  # he wrote last: from then on a window of some channels is open
    closed_at = models.DateTimeField(null=True)  # he has blocked us, or is gone
    closed_why = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user_id"], name="reach_once")]


class Message(models.Model):
    """One message as its channel knows it. What was said in it stands in the history, whose line it belongs to."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        WAITING = "waiting", _("waiting to be sent")
        SENDING = "sending", _("being sent")
        UNSURE = "unsure", _("perhaps sent")  # no answer came, and sending it again might say it twice
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        READ = "read", _("read")
        FAILED = "failed", _("not sent")
        CALLED_OFF = "called_off", _("will not be sent")

    id = models.BigAutoField(primary_key=True)
    interaction_id = models.BigIntegerField()
    at = models.DateTimeField()  # of that line: in which month's piece it lies
    account = models.CharField(max_length=60)
    user_id = models.CharField(max_length=200)
    is_ours = models.BooleanField()  # from us to the client
    outside_id = models.CharField(max_length=400, blank=True)  # its number there; empty until they have told
    key = models.CharField(max_length=60, blank=True)  # ours, told there: sent twice under it, it is one message
    state = models.CharField(max_length=10, choices=State.choices)
    state_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)  # why it was not sent, in the words of `messages.in_words`
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)  # empty: there is nothing to send any more
    by_id = models.BigIntegerField(null=True)
    answers_id = models.BigIntegerField(null=True)  # the message that it answers
    # Of a letter: {"subject": "…", "references": ["<…>"]}; of what we send: {"buttons": …, "template": …}.
    more = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "outside_id", "user_id"], condition=~Q(outside_id=""), name="message_once"
            ),
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="message_key_once"),
        ]
        indexes = [
            models.Index(fields=["interaction_id"], name="message_of_line"),
            models.Index(fields=["account", "user_id", "-id"], name="message_of_chat"),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="message_due"),
            models.Index(fields=["state_at"], condition=Q(is_ours=True, state="failed"), name="message_failed"),
        ]


class Attachment(models.Model):
    """A file of a message: wanted, until it lies in our store."""

    class State(models.TextChoices):
        WANTED = "wanted", _("being fetched")
        KEPT = "kept", _("here")
        REFUSED = "refused", _("refused")  # not what it says it is, or too large
        LOST = "lost", _("not there any more")

    message = models.ForeignKey(Message, models.CASCADE, related_name="files")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10)  # photo, document, voice, video, audio, sticker
    name = models.CharField(max_length=200, blank=True)  # as its sender called it
    type = models.CharField(max_length=100, blank=True)  # "image/jpeg", by its content
    size = models.BigIntegerField(null=True)
    seconds = models.PositiveIntegerField(null=True)
    ref = models.JSONField(default=dict)  # by which its channel gets it: {"file_id": "…"}
    stored = models.CharField(max_length=200, blank=True)  # where it lies in our store
    state = models.CharField(max_length=8, choices=State.choices, default=State.WANTED)
    reason = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="attachment_once")]
        indexes = [models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="attachment_due")]


class EarlyState(models.Model):
    """What was told of a message of ours before we knew its number there. Kept for a day."""

    account = models.CharField(max_length=60)
    outside_id = models.CharField(max_length=400)
    state = models.CharField(max_length=10, choices=Message.State.choices)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "outside_id"], name="early_state_of")]


class Listening(models.Model):
    """How far an account has been read that does not call us: a mailbox, a bot that is asked."""

    account = models.CharField(max_length=60, primary_key=True)
    cursor = models.JSONField(default=dict)  # {"INBOX": {"validity": 777, "uid": 4012}}
    asked_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField(null=True)  # of the trouble
