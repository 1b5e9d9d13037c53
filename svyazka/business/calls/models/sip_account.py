from __future__ import annotations

from django.db import models

from svyazka.business.staff.models import Person


class SipAccount(models.Model):
    """With what a person's softphone registers at the PBX."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="sip_account")
    login = models.CharField(max_length=60, blank=True)  # empty: the extension
    secret = models.TextField()  # locked away (kit/secrets.py)

    def __str__(self) -> str:
        return self.login or self.person.extension
