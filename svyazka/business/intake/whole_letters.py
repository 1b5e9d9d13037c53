"""A letter as it came, out of the ledger."""

from __future__ import annotations

from typing import NamedTuple, Protocol, cast

from svyazka.business.clients.models import Interaction
from svyazka.business.intake import mail_templates
from svyazka.business.intake.connector import connector
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MailReceived
from svyazka.kit.refusals import Refused


class Shows(Protocol):
    """What the connector of letters can do besides."""

    def shown(self, arrival: Arrival) -> str:
        """As HTML that can do no harm; empty, where it is plain text."""


class Whole(NamedTuple):
    mail: MailReceived
    markup: str


def of_line(line: Interaction) -> Whole | None:
    """None: the line is of no letter, or the ledger has forgotten it."""
    arrival = Arrival.objects.filter(pk=line.arrival_id).first() if line.arrival_id else None
    if arrival is None or arrival.connector != mail_templates.CONNECTOR:
        return None
    try:
        mail = mail_templates.letter_of(arrival)
    except Refused:
        return None
    return Whole(mail, cast(Shows, connector(mail_templates.CONNECTOR)).shown(arrival))
