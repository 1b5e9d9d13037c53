from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.engines.routing.problem import Point


class Place(models.Model):
    """Where a building lies. Many clients may share an address: it is asked for once."""

    class Precision(models.TextChoices):
        HOUSE = "house", _("to the house")
        NEAR = "near", _("to a house nearby")
        STREET = "street", _("to the street")
        TOWN = "town", _("to the town only")

    HAND = "hand"

    key = models.CharField(max_length=200, unique=True)  # kit/addresses.py: key
    address = models.CharField(max_length=300)  # as somebody wrote it first
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    precision = models.CharField(max_length=10, choices=Precision.choices, blank=True)
    source = models.CharField(max_length=20, blank=True)  # a key of settings.GEOCODERS, or HAND
    placed_at = models.DateTimeField(null=True)
    placed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    ask_at = models.DateTimeField(null=True)  # when a geocoder is to be asked; empty: not any more
    tries = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(lat=None, lon=None)
                | models.Q(lat__gte=-90, lat__lte=90, lon__gte=-180, lon__lte=180),
                name="place_is_on_earth",
            )
        ]
        indexes = [
            models.Index(fields=["ask_at"], condition=models.Q(ask_at__isnull=False), name="place_to_ask"),
            models.Index(fields=["lat", "lon"], condition=models.Q(lat__isnull=False), name="place_nearby"),
        ]

    @property
    def point(self) -> Point | None:
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)


class Service(models.Model):
    """A server of others that the company has chosen to ask. Without one the house does with what it knows itself."""

    class What(models.TextChoices):
        PLACING = "placing", _("Where an address lies")
        TRAVEL = "travel", _("How long the way takes")

    what = models.CharField(max_length=10, choices=What.choices, primary_key=True)
    kind = models.CharField(max_length=20, blank=True)  # a key of settings.GEOCODERS or settings.TRAVEL_SOURCES
    base = models.CharField(max_length=200, blank=True)  # where it stands, if not at its maker's
    key = models.TextField(blank=True)  # locked away (kit/secrets.py)
    secret = models.TextField(blank=True)  # locked away
    is_on = models.BooleanField(default=False)
    # Grows with each change of the server: what another one has said is not mixed with what this one says.
    generation = models.PositiveIntegerField(default=1)
    trouble = models.CharField(max_length=20, blank=True)  # a key of troubles.TROUBLES
    rests_until = models.DateTimeField(null=True)  # after a trouble nobody waits for it again and again


class Background(models.Model):
    """What is drawn under the pins."""

    tiles = models.CharField(max_length=300, blank=True)  # https://…/{z}/{x}/{y}.png
    credit = models.CharField(max_length=200, blank=True)  # whom the licence of the tiles asks to name
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)


class PairTime(models.Model):
    """How long a server said that the way takes, between points rounded to eleven metres; the hour comes on top."""

    source = models.CharField(max_length=40)  # "osrm-3": the kind and the generation of the service
    origin = models.BigIntegerField()
    target = models.BigIntegerField()
    seconds = models.IntegerField(null=True)  # empty: there is no way
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "origin", "target"], name="pair_time_once"),
        ]
        indexes = [models.Index(fields=["at"], name="pair_time_at")]


class Measured(models.Model):
    """What finished visits have taught the built-in estimate."""

    at = models.DateTimeField()
    journeys = models.PositiveIntegerField()  # out of so many
    figures = models.JSONField()
