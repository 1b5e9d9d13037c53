"""Every address with every role and with none: who comes in, who is turned away, and that nothing breaks.

What is expected comes from the table of rights (business/staff/roles.py) and from what each view says of itself.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.test import Client as Browser
from django.urls import Resolver404, URLPattern, get_resolver, resolve
from PIL import Image

from svyazka.business.sorting.models import Category, SortModel, SortRule
from svyazka.business.staff import api_keys, roles, sessions
from svyazka.business.staff.models import CompanyRole, Person, Role
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

# One of the cast for each role.
CAST = {
    Role.OPERATOR: "olga",
    Role.MANAGER: "mikhail",
    Role.ENGINEER: "egor",
    Role.CREW: "boris",
    Role.CONTROLLER: "konstantin",
    Role.HEAD: "roza",
    Role.ADMINISTRATOR: "anna",
}
SOURCES = Path(__file__).resolve().parent.parent / "svyazka"
PARAMETER = re.compile(r"<(?:\w+:)?\w+>")


@dataclass(frozen=True)
class Door:
    address: str
    view: Callable[..., Any]
    route: str = ""

    @property
    def right(self) -> str | None:
        return getattr(self.view, "right", None)

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(getattr(self.view, "methods", ()))


def patterns() -> Iterator[tuple[str, URLPattern]]:
    def walk(entries: list[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in entries:
            route = before + str(entry.pattern)
            if isinstance(entry, URLPattern):
                yield route, entry
            else:
                yield from walk(entry.url_patterns, route)

    return walk(get_resolver().url_patterns, "")


def _money_of(deal: Any, by: Person) -> tuple[Any, Any]:
    """A document of a bank, and a link to an invoice."""
    from svyazka.business.money import invoices
    from svyazka.business.money.lines import line
    from svyazka.business.money.models import BankDocument, PaymentLink, Statement

    today, day = clock.now(), clock.today()
    invoice = invoices.issue(deal, [line("Окно", Decimal(1), Decimal(10))], by=by)
    statement = Statement.objects.create(name="kl_to_1c.txt", by=by, at=today, state="ready")
    document = BankDocument.objects.create(
        of=statement, line=1, way="in", state="waits", dated=day, booked_on=day, amount=1, key="1"
    )
    link = PaymentLink.objects.create(client_id=deal.client_id, deal=deal, invoice=invoice, amount=10, by=by, at=today)
    return document, link


def doors(samples: dict[str, Any]) -> list[Door]:
    """Those of the pages. What programs ask by a key has its own walk: workplaces/api/test_api.py."""
    found = [(route, pattern) for route, pattern in patterns() if not hasattr(pattern.callback, "rights_by_key")]
    return [Door("/" + _filled(route, samples), pattern.callback, route) for route, pattern in found]


def _filled(route: str, samples: dict[str, Any]) -> str:
    """`deals/<int:pk>/stage/` → `deals/17/stage/`: a parameter is named by the word before it; where that is not
    enough, by the one behind it, too."""
    while found := PARAMETER.search(route):
        word = route[: found.start()].rstrip("/").rpartition("/")[2]
        assert word in samples, f"{route}: no sample for what stands after “{word}/”"
        behind = route[found.end() :].strip("/").partition("/")[0]
        sample = samples.get(f"{word}/…/{behind}", samples[word])
        route = f"{route[: found.start()]}{sample}{route[found.end() :]}"
    return route


@pytest.fixture
def samples(windows, vera, tmp_path, settings, recordings_root, attachments_root, kept_root) -> dict[str, Any]:
    """One of everything that an address may name."""
    from svyazka.business.agreements import agreeing
    from svyazka.business.agreements import links as agreement_links
    from svyazka.business.automation import rules
    from svyazka.business.automation.models import Run, Trial
    from svyazka.business.calendars import feeds
    from svyazka.business.calls.models import Call, CallQueue, Listening, Pbx, PhoneLine, Recording
    from svyazka.business.clients.models import Client, Comparison, Interaction, Source
    from svyazka.business.conversations import files
    from svyazka.business.conversations.models import Attachment, ChannelAccount, Message
    from svyazka.business.deals.models import Deal, LossReason, Pipeline, Question, Task
    from svyazka.business.duplicates.merging import merge
    from svyazka.business.duplicates.models import Refit, Search, Suspicion
    from svyazka.business.files import keeping as kept_files
    from svyazka.business.files.models import KeptFile, Upload
    from svyazka.business.imports.models import Import
    from svyazka.business.inbox import replies
    from svyazka.business.inbox.models import RouteRule, Thread
    from svyazka.business.intake.models import Arrival, MailTemplate
    from svyazka.business.money import invoices
    from svyazka.business.money.lines import line
    from svyazka.business.money.payments import enter
    from svyazka.business.moving_in.models import MoveIn
    from svyazka.business.offers import lines, offers
    from svyazka.business.offers.lines import Wish
    from svyazka.business.offers.models import OfferTemplate
    from svyazka.business.parameters import defining
    from svyazka.business.personal_data.models import Backup, DataFile, Erasure
    from svyazka.business.sheets.models import FormKind, Sheet, SheetVersion
    from svyazka.business.site_work.models import Payment, PaymentWay
    from svyazka.business.visits import links, waiting, window_links
    from svyazka.business.visits.models import (
        Action,
        HandOver,
        Proposal,
        Resource,
        Visit,
        VisitKind,
        VisitPhoto,
        WaitingOffer,
    )

    settings.MEDIA_ROOT = tmp_path
    doubled = {"formula": "[deal.amount] * 2", "decimals": 2}
    parameter = defining.add({"ru": "Вдвое"}, of="deal", by=windows["anna"], **doubled)
    now = clock.now()
    egor, pipeline = windows["egor"], Pipeline.objects.get()
    stage = pipeline.stages.first()
    # Of the manager's own department, so that he must be let in.
    department = windows["mikhail"].department
    deal = Deal.objects.create(
        client=vera, pipeline=pipeline, stage=stage, department=department, opened_at=now, stage_since=now
    )
    # The engineer's, so that whoever reaches only his own finds it, and nobody else.
    task = Task.objects.create(deal=deal, what="Позвонить", due_at=now + timedelta(hours=1), person=egor)
    visit = Visit.objects.create(
        kind=VisitKind.objects.get(code="measurement"),
        deal=deal,
        client=vera,
        resource=Resource.objects.get(person=egor),
        address="Москва, Лесная, 5",
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
        request_id=uuid.uuid4(),
    )
    # Withdrawn: nobody is kept waiting, and the engineer finds it all the same.
    passed_on = {"visit": visit, "giver": visit.resource, "taker": visit.resource, "starts_at": visit.starts_at}
    passed_on |= {"why": "Болен", "asked_at": now, "state": "withdrawn"}
    form = FormKind.objects.get(code="measurement")
    sheet = Sheet.objects.create(visit=visit, form=form, written=form.versions.get(), by=egor, at=now)
    SheetVersion.objects.create(sheet=sheet, number=1, answers={}, by=egor, at=now)
    photo = VisitPhoto(visit=visit, by=egor, request_id=uuid.uuid4(), at=clock.now())
    photo.file.save("window.png", ContentFile(b"\x89PNG\r\n\x1a\n"))
    action = Action(
        id=uuid.uuid4(), person=egor, visit=visit, kind="photo", phone=uuid.uuid4(), number=1, happened_at=now,
        came_at=now, outcome="beside", cause="changed",
    )  # fmt: skip
    action.file.save("window.jpg", ContentFile(b"\xff\xd8\xff"), save=False)
    action.save(force_insert=True)
    call = Call.objects.create(started_at=now, pbx_code="asterisk/lab1", key="1", client_id=vera.pk, deal_id=deal.pk)
    happened = Interaction.objects.create(
        at=now, client_id=vera.pk, deal_id=deal.pk, kind="message", direction="in", text="Здравствуйте", waiting=True
    )
    question = Question.objects.create(
        deal=deal, by=windows["konstantin"], text="Почему?", asked_at=now, due_at=now, request_id=uuid.uuid4()
    )
    move_in = MoveIn.objects.create(name="clients.csv", by=windows["roza"], titles=["Имя"], state="choosing")
    document, link = _money_of(deal, windows["roza"])
    given = Import.objects.create(name="values.csv", by=windows["roza"], titles=["№"])
    arrival = Arrival.objects.create(
        received_at=now, next_try_at=now, account="web_form/okna", connector="web_form", outside_id="1",
        conversation="web_form/okna/1", body=b"{}", state="stuck",
    )  # fmt: skip
    letter = Arrival.objects.create(
        received_at=now, next_try_at=now, account="email/sales", connector="email", outside_id="INBOX/1/1",
        conversation="email/sales v@e.ru", body=b"From: v@e.ru\r\nSubject: x\r\n\r\nTel: 89161234567", state="stuck",
    )  # fmt: skip
    marks = [{"field": "phone", "before": "Tel"}]
    template = MailTemplate.objects.create(name="x", sender="v@e.ru", marks=marks, sample_id=letter.pk)
    pbx = Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038)
    recordings_root.mkdir()
    (recordings_root / "a.mp3").write_bytes(b"ID3")
    kept = Recording.objects.create(
        call_id=call.pk, call_started_at=now, pbx_code=pbx.code, place="a.wav", state="fetched", file="a.mp3", bytes=3,
        milliseconds=1000, people={"101": windows["mikhail"].pk, "102": windows["dina"].pk},
    )  # fmt: skip
    listening = Listening.objects.create(call_id=call.pk, call_started_at=now, person_id=egor.pk, at=now)
    waits = waiting.wait(deal, VisitKind.objects.get(code="installation"), by=windows["olga"], address="Лесная, 5")
    at, now = visit.starts_at + timedelta(days=3), clock.now()
    free = {"starts_at": at, "ends_at": at + timedelta(hours=3), "made_at": now, "expires_at": at}
    sold = [Wish("Окно", "шт", Decimal(1), Decimal(1000))]
    lines.write(deal.pk, sold, version=0, by=windows["mikhail"])
    made_of_deal = offers.make(deal, OfferTemplate.objects.get(), by=windows["mikhail"])
    offer = WaitingOffer.objects.create(waiting=waits, resource=windows["boris"].resource, **free)
    free |= {"starts_at": at + timedelta(days=1), "ends_at": at + timedelta(days=1, hours=3)}
    asked = uuid.uuid4()
    free |= {"to_client": True, "request_id": asked, "fingerprint": window_links.fingerprint_of(asked)}
    sent = WaitingOffer.objects.create(waiting=waits, resource=windows["boris"].resource, **free)
    way = PaymentWay.objects.get(code="cash")
    taken = {"visit": visit, "deal": deal, "way": way, "taken_by": egor, "by": egor, "at": now, "amount": 500}
    paid = Payment.objects.create(id=uuid.uuid4(), **taken)
    owed = invoices.issue(deal, [line("Окно", Decimal(1), Decimal(900))], by=windows["roza"])
    entered = enter(vera, Decimal(500), paid_on=clock.today(), origin="hand", deal=deal, by=windows["roza"])
    shown = agreeing.of_sheet(sheet, "ru")
    agreement = agreeing.think(visit, shown, note="", request_id=uuid.uuid4(), by=egor)
    agreement.outcome, agreement.name, agreement.strokes = "signed", "Вера Павлова", [[0, 0, 500, 200]]
    agreement.signed_at, agreement.code, agreement.is_current, agreement.paper = now, "0000-0000", True, "made"
    agreement.file.save("agreement.pdf", ContentFile(b"%PDF-1.7"))
    data = DataFile.objects.create(client=vera, asked_by=windows["anna"], asked_at=now, state="made")
    data.file.save("data.zip", ContentFile(b"PK"))
    erasure = Erasure(
        client=vera, numbers=[vera.pk], asked_by=windows["anna"], asked_at=now, state="done", ended_at=now
    )
    erasure.act.save("act.pdf", ContentFile(b"%PDF-1.7"), save=False)
    erasure.log.save("log.csv", ContentFile(b"When"))
    archive = Backup.objects.create(made_at=now, place=str(tmp_path / "svyazka.tar"))
    Thread.objects.create(client_id=vera.pk, last_at=now)
    short = ChannelAccount.objects.create(kind="sms", code="sms/main", name="SMS", public_key="sms")
    number = ChannelAccount.objects.create(kind="whatsapp", code="whatsapp/main", name="WhatsApp", public_key="wa")
    written = {"account": "web_form/okna", "user_id": "1", "is_ours": True, "state": "failed", "state_at": now}
    said = Message.objects.create(interaction_id=happened.pk, at=happened.at, **written)
    attached, picture = Attachment(message=said, number=0, kind="photo"), BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    files.keep(attached, picture)
    attached.save()
    put = kept_files.add(ContentFile(b"%PDF-1.7", name="plan.pdf"), visit=visit, by=egor)
    coming = Upload.objects.create(client=vera, deal=deal, name="a.pdf", size=1, by=egor, at=now, last_at=now)
    KeptFile.objects.filter(pk=put.pk).update(small="made")
    storages["files"].save(f"{put.stored}.small", ContentFile(b"x"))
    suspicion = Suspicion.objects.create(client=Client.objects.create(), other=vera, probability=0.5, weights="1")
    note = {"kind": "note", "given": {"text": "Пришла"}}
    rule = rules.add({"name": "Пришла", "trigger": "form_came", "actions": [note]}, by=windows["roza"])
    content = rules.content_of(rule)
    return {
        "deals": deal.pk,
        "duplicates": suspicion.pk,
        "searches": Search.objects.create(by=windows["roza"], state="found").pk,
        "refits": Refit.objects.create(at=now, state="left").pk,
        "comparisons": Comparison.objects.create(at=now, client_id=vera.pk, kind="new", weights="1").pk,
        "pipelines": pipeline.code,
        "stages": stage.pk,
        "of": windows["mikhail"].pk,
        "tasks": task.pk,
        "clients": vera.pk,
        "contacts": vera.contact_points.get().pk,
        "merges": merge(vera, Client.objects.create(name="Вера"), by=windows["olga"]).pk,
        "visits": visit.pk,
        "photos": photo.pk,
        "pictures": photo.request_id,
        "forms": "measurement",
        "sheet-forms": "measurement",
        "editions": 1,
        "sheets": sheet.pk,
        "actions": action.pk,
        "beside": egor.pk,
        "calls": call.pk,
        "listenings": listening.pk,
        "sounds": kept.pk,
        "files": kept.pk,
        "kept-files": put.pk,
        "uploads": coming.key,
        "queue": happened.pk,
        "interactions": happened.pk,
        "staff": windows["oksana"].pk,
        "resources": visit.resource_id,
        "arrivals": arrival.pk,
        "letters": template.pk,
        "imports": given.pk,
        "statements": document.of_id,
        "documents": document.pk,
        "links": link.pk,
        "moving-in": move_in.pk,
        "from": "amocrm",
        "plans": Proposal.objects.create(first_day=now.date(), last_day=now.date(), asked_at=now, state="nothing").pk,
        "channels": ChannelAccount.objects.get(code="web_form/okna").pk,
        "channels/…/sms": short.pk,
        "channels/…/templates": number.pk,
        "channels/…/trial": number.pk,
        "lines": PhoneLine.objects.first().pk,
        "pbx": pbx.pk,
        "new": "asterisk",
        "help": "together",
        "roles": "manager",
        "departments": windows["mikhail"].department.code,
        "sources": Source.objects.first().code,
        "breaks": "lunch",
        "queues": CallQueue.objects.create(code="sales").pk,
        "loss-reasons": LossReason.objects.first().code,
        "move-reasons": "weather",
        "not-done-reasons": "weather",
        "payments": paid.pk,
        "invoices": owed.pk,
        "money": entered.pk,
        "payment-ways": "cash",
        "categories": "spam",
        "sort-rules": SortRule.objects.create(name="Спам", category=Category.objects.get(code="spam")).pk,
        "automations": rule.pk,
        "log": Run.objects.create(rule=rule, version=1, event_key="x", at=now, due_at=now, state="failed").pk,
        "trials": Trial.objects.create(
            rule=rule, content=content, asked_by=windows["roza"], asked_at=now, since=now, until=now
        ).pk,
        "route-rules": RouteRule.objects.create(name="Всё", department=windows["olga"].department).pk,
        "models": SortModel.objects.create(at=now, state="left").pk,
        "sets": "measurement",
        "named": "foam",
        "what-to-do": 10**9,
        "fields": "openings",
        "parameters": parameter.code,
        "counted": parameter.code,
        "figures": defining.add({"ru": "Втрое"}, of="client", by=windows["anna"], formula="3 * 3", decimals=0).code,
        "visit-kinds": "measurement",
        "absences": 10**9,
        "waiting": waits.pk,
        "offers": made_of_deal.pk,
        "offer-templates": "usual",
        **dict.fromkeys(("offers/…/booking", "offers/…/hold", "offers/…/removal"), offer.pk),
        "product-groups": "work",
        "products": "net",
        "next": "installation",
        "hand-overs": HandOver.objects.create(**passed_on).pk,
        "days": 10**9,
        "substitutions": 10**9,
        "versions": 10**9,
        "messages": vera.pk,
        "said": said.pk,
        "attachments": attached.pk,
        "writers": windows["olga"].pk,
        "quick-replies": replies.add("Привет", "Здравствуйте, {name}!", by=windows["anna"]).pk,
        "notices": 10**9,
        "out": 10**9,
        "devices": 10**9,
        "chats": 10**9,
        "questions": question.pk,
        "sessions": "0" * 24,
        "servers": "placing",
        "v": links.link_of(visit).split("/")[-2],
        "w": window_links.link_of(sent).split("/")[-2],
        "agreements": agreement.pk,
        "a": agreement_links.link_of(agreement).split("/")[-2],
        "texts": "reminder",
        "consents": "processing",
        "data": data.pk,
        "erasures": erasure.pk,
        "api-keys": api_keys.give("1C", windows["olga"], by=windows["anna"])[0].pk,
        "archives": archive.pk,
        "ical": feeds.give(visit.resource, by=windows["anna"]),
    }


def test_every_view_says_who_may_come_in() -> None:
    silent = [route for route, pattern in patterns() if not _says_who(pattern.callback)]
    assert silent == [], "without @needs(…) or @open_to_all"


def _says_who(view: Callable[..., Any]) -> bool:
    return hasattr(view, "right") or hasattr(view, "rights_by_key")


def test_every_right_says_what_it_is_for() -> None:
    assert set(roles.WORDS) == set(roles.RIGHTS) - {"own.account"}, "a right without its line in roles.WORDS"


def test_every_role_of_the_table_is_in_the_cast() -> None:
    assert set(CAST) == set(Role)


@pytest.mark.django_db
@pytest.mark.slow
def test_w5_every_address_with_every_role_and_with_none(windows: dict[str, Person], samples: dict[str, Any]) -> None:
    faults: list[str] = []
    cast = [*(windows[login] for login in CAST.values()), _with_a_role_of_the_company(windows["dina"])]
    people = [(person, _entered(person)) for person in cast]
    for door in doors(samples):
        faults += _outside(door)
        if door.right is None:
            continue
        for person, session in people:
            faults += _inside(door, person, session)
    assert not faults, "\n" + "\n".join(faults)


def _with_a_role_of_the_company(person: Person) -> Person:
    """Like a manager, but hands out all deals, reads the journal, and leaves the queue to others."""
    CompanyRole.objects.create(
        code="assistant",
        words={"ru": "Помощник руководителя"},
        based_on=Role.MANAGER,
        rights={"deals.change": Reach.ALL, "journal.see": Reach.ALL, "queue.see": Reach.NONE},
    )
    person.role = "assistant"
    person.save()
    return person


def _entered(person: Person) -> str:
    store = sessions.SessionStore()
    store[SESSION_KEY], store[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def _outside(door: Door) -> list[str]:
    """Without a log-in: to the log-in page and back afterwards; out of a fragment as a whole page."""
    got, posted, fragment = (_ask(method, door, lets_in=door.right is None, **more) for method, more in _THREE_WAYS)
    if door.right is None:
        # 503 is how a part says that it is not ready: no worker runs here.
        return [f"{door.address} open to all, GET: {got.status_code}"] if got.status_code in (403, 404, 500) else []
    faults = []
    if (got.status_code, got.get("Location", "")[:13]) != (302, "/login/?next="):
        faults.append(f"{door.address} without a log-in, GET: {got.status_code} {got.get('Location', '')}")
    if (posted.status_code, posted.get("Location")) != (302, "/login/"):
        faults.append(f"{door.address} without a log-in, POST: {posted.status_code}")
    if not fragment.get("HX-Redirect", "").startswith("/login/"):
        faults.append(f"{door.address} without a log-in, as a fragment: {fragment.status_code}")
    return faults


_THREE_WAYS: list[tuple[str, dict[str, Any]]] = [
    ("GET", {}),
    ("POST", {}),
    ("GET", {"headers": {"HX-Request": "true", "HX-Current-URL": "http://testserver/queue/"}}),
]


def _inside(door: Door, person: Person, session: str) -> list[str]:
    reach = roles.reach(person, door.right or "")
    faults = []
    for method in ("GET", "POST", "DELETE"):
        lets_in = reach is not Reach.NONE and method in door.methods
        answer = _ask(method, door, session, lets_in=lets_in, **_as_a_page_would(method, reach))
        if not _is_right(answer.status_code, method, door, person):
            faults.append(
                f"{door.address} {person.role}, {method}: {answer.status_code} (right: {door.right}, {reach.name})"
            )
    return faults


def _as_a_page_would(method: str, reach: Reach) -> dict[str, Any]:
    """Whoever is turned away sees a page when he went there, and a few words where he pressed a button."""
    return {"headers": {"HX-Request": "true"}} if reach is Reach.NONE and method != "GET" else {}


def _is_right(status: int, method: str, door: Door, person: Person) -> bool:
    reach = roles.reach(person, door.right or "")
    if reach is Reach.NONE:
        return status == 403
    if method not in door.methods:
        return status == 405
    # Egor goes to the visit of the samples; whoever else reaches only what is his own finds nothing there.
    if reach is Reach.OWN and person.login != CAST[Role.ENGINEER] and PARAMETER.search(door.route):
        return status == 404
    # The money of the samples is the manager's department's; Dina's is another.
    is_others = reach is Reach.DEPARTMENT and person.login != CAST[Role.MANAGER] and PARAMETER.search(door.route)
    if is_others and str(door.right).startswith("money."):
        return status == _of_others_money(door)
    # The samples of a session, of a notice and of a listening are nobody's.
    nobodys = any(f"/{word}/" in door.address for word in ("sessions", "notices", "sounds"))
    return status < 500 and status not in ((403, 405) if nobodys else (403, 404, 405))


def _of_others_money(door: Door) -> int:
    """An invoice or a payment is not to be found; what is asked of a deal is refused, and shows nothing of itself on
    the page of the deal and of the client, which are everybody's to read."""
    if door.route.startswith(("invoices/", "money/")):
        return 404
    return 403 if door.right == "money.enter" else 200


def _ask(method: str, door: Door, session: str = "", *, lets_in: bool, **more: Any) -> Any:
    browser = Browser(raise_request_exception=False)
    if session:
        browser.cookies[settings.SESSION_COOKIE_NAME] = session
    with _taken_back() if lets_in else nullcontext():
        return browser.generic(method, door.address, **more)


@contextmanager
def _taken_back() -> Iterator[None]:
    """Whatever it changes. Who is sent away at the door changes nothing."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_every_address_that_a_page_names_leads_somewhere():
    """Of those that are written out; `{% url %}` fails by itself."""
    named = re.compile(r"""(?:href|action|hx-get|hx-post|src)=\\?["'](/[a-z][^"'\\?#]*)""")
    pages = SOURCES / "workplaces"
    places = [*pages.rglob("templates/**/*.html"), *pages.rglob("fragments/*.jinja"), *pages.rglob("*.py")]
    found = {address for place in places for address in named.findall(_with_numbers(place))}
    assert len(found) > 10
    assert [address for address in found if not _leads_somewhere(address)] == []


def _with_numbers(place: Path) -> str:
    return re.sub(r"\{\{.*?\}\}|\{[a-z_.]+\}", "1", place.read_text(encoding="utf-8"))


def _leads_somewhere(address: str) -> bool:
    try:
        resolve(address)
    except Resolver404:
        return False
    return True
