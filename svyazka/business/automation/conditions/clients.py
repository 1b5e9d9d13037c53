"""What is asked of the client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.action import Case
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions.fields import ClientField
from svyazka.business.automation.conditions.saying import CLIENT, OneOf
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal

__all__ = ["ClientField", "ClientKind", "KnownClient"]


class KnownClient:
    """Whether he has had a deal besides this one."""

    code: ClassVar[str] = "known"
    title: ClassVar[Any] = _("New or known client")
    group: ClassVar[Any] = CLIENT

    def form(self, _given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask(
                "how",
                "choice",
                self.title,
                choices=(
                    ("new", _("new: this is his first deal")),
                    ("known", _("known: he has had deals before")),
                    ("bought", _("he has bought before")),
                ),
                required=True,
            )
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        return {
            "new": gettext("the client is new"),
            "known": gettext("the client has had deals before"),
            "bought": gettext("the client has bought before"),
        }[given["how"]]

    def holds(self, given: Mapping[str, Any], case: Case) -> bool:
        """The deals of one family are one deal."""
        if case.client is None:
            return False
        others = Deal.objects.filter(client_id=case.client.pk)
        if case.deal:
            first = case.deal.first_id or case.deal.pk
            others = others.exclude(pk=first).exclude(first_id=first)
        if given["how"] == "bought":
            return others.filter(stage__kind="won").exists()
        return bool(others.exists() == (given["how"] == "known"))

    def narrowed(self, given: Mapping[str, Any]) -> Q | None:
        return None


class ClientKind(OneOf):
    code = "client_kind"
    title = _("Person or company")
    group = CLIENT
    kind = "choice"
    offered = tuple((str(value), label) for value, label in Client.Kind.choices)

    def value_of(self, case: Case) -> Any:
        return case.client.kind if case.client else None

    def narrowed(self, given: Mapping[str, Any]) -> Q:
        is_one = Q(client__kind__in=given["values"])
        return is_one if given["how"] == "is" else ~is_one
