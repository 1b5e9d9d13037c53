from __future__ import annotations

from django.db import models

from svyazka.business.calls.phone_system import At


class Phone(models.Model):
    """What a phone in our office is at. Only what changes is written (calls/phones.py)."""

    pbx_code = models.CharField(max_length=60)
    extension = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in At])
    since = models.DateTimeField()

    class Meta:
        constraints = [
            # By extension first: so it is asked for.
            models.UniqueConstraint(fields=["extension", "pbx_code"], name="one_phone"),
        ]
