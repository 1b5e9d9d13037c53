"""Forms of sites in a blueprint; forms and bots of a demonstration."""

from __future__ import annotations

import secrets as randomness
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.conversations.accounts import read_origins
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.record import Actor
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import Code, Fault, Many, Part, Record, Ref, Section, Text

_KIND = ChannelAccount.Kind.WEB_FORM


def _of_company() -> list[dict[str, Any]]:
    """Without their keys: another house gives its own."""
    return [
        {
            "code": one.code.removeprefix(f"{_KIND}/"),
            "name": one.name,
            "source": one.source.code if one.source else "",
            "origins": list(one.origins),
        }
        for one in ChannelAccount.objects.filter(kind=_KIND).select_related("source").order_by("pk")
    ]


def _put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    sources = {one.code: one for one in Source.objects.all()}
    for given in items:
        if given["code"] in chosen:
            origins = read_origins(given["origins"])
            values = {"name": given["name"], "source": sources.get(given["source"]), "origins": origins}
            ChannelAccount.objects.update_or_create(
                code=f"{_KIND}/{given['code']}",
                defaults=values,
                create_defaults={**values, "kind": _KIND, "public_key": randomness.token_urlsafe(18)},
            )


def _faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    for given in content["forms"]:
        try:
            read_origins(given["origins"])
        except Refused as refusal:
            yield Fault(("forms", given["code"], "origins"), str(refusal))


FORMS = Section(
    "forms",
    _("Forms of sites"),
    Record(
        {
            "code": Part(Code(40)),
            "name": Part(Text(), _("Title")),
            "source": Part(Ref(60, section="sources"), _("Source"), default=""),
            "origins": Part(Many(Text(200)), _("Sites that may send it"), default=[]),
        }
    ),
    of_company=_of_company,
    put=_put,
    faults=_faults,
)
ACCOUNT = Record(
    {
        "code": Part(Code(40)),
        "name": Part(Text()),
        "key": Part(Code()),
        "source": Part(Ref(60, section="sources")),
    }
)


def load(kind: ChannelAccount.Kind, accounts: Iterable[Mapping[str, Any]], *, secret: str = "") -> None:
    """`secret`: what the outside must show with each arrival; only its fingerprint is stored."""
    for given in accounts:
        ChannelAccount.objects.create(
            kind=kind,
            code=f"{kind}/{given['code']}",
            name=given["name"],
            public_key=given["key"],
            secret_fingerprint=secrets.fingerprint(secret) if secret else "",
            source=Source.objects.get(code=given["source"]),
        )
