from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.conversations.models import ChannelAccount, Message
from svyazka.business.journal.models import Entry
from svyazka.business.offers import delivering, lines, offers
from svyazka.business.offers.models import Offer, OfferTemplate
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

TO = "vera@example.ru"


@pytest.fixture
def mailbox(vera, attachments_root, settings, tmp_path):
    """Ours; the client's address is known."""
    settings.MEDIA_ROOT = tmp_path
    ContactPoint.objects.create(client=vera, kind="email", value=TO)
    return ChannelAccount.objects.create(
        kind="email", code="email/main", name="Почта", public_key="mail", secret=secrets.lock_away("s")
    )


@pytest.fixture
def offer(deal, wish, mikhail, mailbox):
    lines.write(deal.pk, [wish("net", 2)], version=0, by=mikhail)
    return offers.make(deal, OfferTemplate.objects.get(), by=mikhail)


def send(offer, by):
    return offers.send(offer, account="email/main", user_id=TO, text=offer.content["letter"], by=by)


def test_it_goes_to_the_client_with_its_paper_once(offer, mikhail):
    send(offer, mikhail)
    for verb in (lambda: send(offer, mikhail), lambda: offers.renew(offer, by=mikhail)):
        with pytest.raises(Refused, match="отправляется"):
            verb()
    assert (delivering.go_on(), delivering.go_on()) == (1, 0)
    sent = Offer.objects.get()
    assert (sent.state, sent.sent_by, sent.try_at, sent.wanted) == ("sent", "email/main", None, None)
    message = Message.objects.get()
    (attached,) = message.files.all()
    named = f"КП {offer.title.replace('/', '-')}.pdf"
    assert (message.user_id, attached.name, attached.type) == (TO, named, "application/pdf")
    with sent.file.open("rb") as file:
        text = PdfReader(BytesIO(file.read())).pages[0].extract_text()
    assert "Сетка москитная" in text
    line = Interaction.objects.get(pk=message.interaction_id)
    assert (line.deal_id, line.by_id) == (offer.deal_id, mikhail.pk)
    assert "3\xa0700,00" in line.text
    assert Entry.objects.filter(verb="offers.sent", by_id=mikhail.pk).count() == 1


def test_where_the_client_cannot_be_reached_it_says_so_and_stays_a_draft(offer, mikhail, mailbox):
    with pytest.raises(Refused):
        offers.send(offer, account="email/main", user_id="other@example.ru", text="Вот", by=mikhail)
    send(offer, mikhail)
    ChannelAccount.objects.update(is_active=False)
    delivering.go_on()
    kept = Offer.objects.get()
    assert (kept.state, kept.try_at, Message.objects.count()) == ("draft", None, 0)
    assert "выключен" in kept.trouble
    assert Entry.objects.filter(verb="offers.not_sent").count() == 1
    ChannelAccount.objects.update(is_active=True)
    send(kept, mikhail)
    assert Offer.objects.get().trouble == ""


@pytest.mark.parametrize("text", ["", "   ", "в" * 4001])
def test_a_message_says_something(offer, mikhail, text):
    with pytest.raises(Refused) as refused:
        offers.send(offer, account="email/main", user_id=TO, text=text, by=mikhail)
    assert list(refused.value.fields) == ["text"]
    assert offers.ways_of(offer)[0].user_id == TO
    assert offer.total == Decimal(3700)
