from __future__ import annotations

from django.db import models


class Examination(models.Model):
    """Somebody wanted to know what is wrong with a telephone system; the listener has looked."""

    id = models.BigAutoField(primary_key=True)
    pbx_id = models.BigIntegerField()
    pbx_code = models.CharField(max_length=60)
    person_id = models.BigIntegerField()  # who asked
    asked_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)  # guide.Finding as dicts

    class Meta:
        indexes = [
            models.Index(fields=["pbx_id", "-id"], name="examination_latest"),
            models.Index(fields=["id"], condition=models.Q(taken_at=None), name="examination_open"),
        ]
