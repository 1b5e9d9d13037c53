from __future__ import annotations

from django.db import models
from django.db.models import Q

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Resource


class Feed(models.Model):
    """An address at which a calendar program reads visits. Whoever knows it reads them; only its print is kept."""

    # Whose visits: one resource's, whoever looks at them; without one those of all, for one person of the office.
    resource = models.OneToOneField(Resource, models.CASCADE, null=True, related_name="feed")
    person = models.OneToOneField(Person, models.CASCADE, null=True, related_name="team_feed")
    fingerprint = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(resource=None, person__isnull=False) | Q(resource__isnull=False, person=None),
                name="feed_of_a_resource_or_a_person",
            )
        ]


class FeedRules(models.Model):
    """What the company lets out of the house in this way."""

    tells_phone = models.BooleanField(default=False)
