from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source


class ChannelAccount(models.Model):
    """One way by which requests come in: a site's form, a bot. Its `code` is what the ledger calls it."""

    class Kind(models.TextChoices):
        WEB_FORM = "web_form"
        TELEGRAM = "telegram"
        MAX = "max"

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

    def __str__(self) -> str:
        return self.name


class Ban(models.Model):
    """What this company may not use. Its row is there as long as it is in force."""

    class What(models.TextChoices):
        FOREIGN_MESSENGERS = "foreign_messengers"

    what = models.CharField(max_length=40, choices=What.choices, primary_key=True)
    since = models.DateTimeField()


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
