from __future__ import annotations

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.conversations import messages, reach
from svyazka.business.conversations.erased import ERASED
from svyazka.business.conversations.models import Attachment, Message, Reach
from svyazka.business.conversations.told import FileSent, MessageReceived
from svyazka.kit import clock

pytestmark = pytest.mark.django_db


def write(client, number, olga):
    ContactPoint.objects.create(client=client, kind="telegram", account="telegram/main", value=str(number))
    line = history.add(client.pk, kind="message", by=olga)
    sent = FileSent("document", content=b"%PDF-1.7")
    return messages.received(
        MessageReceived("telegram", str(number), "1", clock.now(), files=(sent,)), account="telegram/main", line=line
    )


def test_his_messages_their_files_and_the_way_to_him_go_and_those_of_others_stay(vera, olga, attachments_root):
    write(vera, 5, olga)
    other = write(Client.objects.create(name="Пётр"), 6, olga)
    reach.closed("telegram/main", "7", at=clock.now())
    for _twice in range(2):
        for step in ERASED:
            step.piece([vera.pk], "")
    assert list(Message.objects.all()) == [other]
    kept = {Attachment.objects.get().stored}
    assert {str(one.relative_to(attachments_root)) for one in attachments_root.rglob("*") if one.is_file()} == kept
    assert sorted(Reach.objects.values_list("user_id", flat=True)) == ["6", "7"]
