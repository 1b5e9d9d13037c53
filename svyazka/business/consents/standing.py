"""Whether a client may still be written to."""

from __future__ import annotations

from svyazka.business.consents.models import ClientConsent, ConsentText


def may_be_written_to(client_id: int, *, deal_is_open: bool) -> bool:
    """A deal that is open is a contract with him, and needs no consent (law 152-FZ, article 6, part 1, item 5). Beyond
    that, whoever has withdrawn his consent hears nothing; whoever was never asked for one has withdrawn none."""
    if deal_is_open:
        return True
    given = ClientConsent.objects.filter(client_id=client_id, kind=ConsentText.Kind.PROCESSING)
    last = given.order_by("-given_at", "-pk").values_list("withdrawn_at", flat=True).first()
    return last is None
