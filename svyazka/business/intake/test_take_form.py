from __future__ import annotations

from svyazka.business.consents import texts
from svyazka.business.consents.models import ClientConsent
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock

FORM = "phone=89161234567&name=Вера&page=https%3A//okna.example/zamer&agree=on"


def arrives(body: str) -> Arrival:
    number = Arrival.objects.count() + 1
    came = Arrival.objects.create(
        received_at=clock.now(),
        next_try_at=clock.now(),
        account="web_form/okna",
        connector="web_form",
        outside_id=str(number),
        conversation=f"conversation {number}",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=body.encode(),
    )
    work_off()
    return came


def test_what_was_ticked_is_a_consent_to_the_words_of_that_day(windows, anna):
    texts.change("processing", {"ru": "Согласен на обработку."}, seen=0, by=anna)
    came = arrives(FORM)
    [consent] = ClientConsent.objects.select_related("text")
    assert (consent.kind, consent.source, consent.page) == ("processing", "form", "https://okna.example/zamer")
    assert (consent.text.version, consent.given_at, consent.arrival_id) == (1, came.received_at, came.pk)


def test_a_second_form_to_the_same_words_says_nothing_new(windows):
    arrives(FORM)
    arrives(FORM + "&comment=Ещё")
    assert ClientConsent.objects.count() == 1


def test_without_a_tick_nobody_has_agreed(windows):
    arrives(FORM.replace("agree=on", "agree=0"))
    assert not ClientConsent.objects.exists()
