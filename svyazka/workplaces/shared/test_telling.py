from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_type_hints

from django.utils import translation

import svyazka
from svyazka.business.agreements import telling as agreements
from svyazka.business.calls.floor.breaks import BREAKS
from svyazka.business.catalogue.groups import GROUPS
from svyazka.business.clients.sources import SOURCES
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import About, Automaton, record
from svyazka.business.money.telling import of_invoice, of_parts, of_payment
from svyazka.business.offers import offers
from svyazka.business.offers.templates import TEMPLATES
from svyazka.business.parameters.names import KNOWN
from svyazka.business.sheets.forms import FORMS
from svyazka.business.site_work import prices
from svyazka.business.site_work import telling as site_work
from svyazka.business.site_work.payments import PAYMENT_WAYS
from svyazka.business.sorting.categories import CATEGORIES
from svyazka.business.staff.departments import DEPARTMENTS
from svyazka.business.staff.roles import RIGHTS
from svyazka.business.visits import telling as visits
from svyazka.business.visits import waiting
from svyazka.business.visits.kinds import KINDS
from svyazka.business.visits.move_reasons import MOVE_REASONS
from svyazka.business.visits.not_done import NOT_DONE_REASONS
from svyazka.engines.matching.terms import TERMS
from svyazka.workplaces.shared import telling
from svyazka.workplaces.shared.sentences import SENTENCES

BUSINESS = Path(svyazka.__file__).parent / "business"
ROOMS = ["pipelines", *(room.parent.name for room in BUSINESS.glob("*/__init__.py"))]
VERB = re.compile(rf"({'|'.join(ROOMS)})\.[a-z_]+")
NAMES = (
    DEPARTMENTS, SOURCES, LOSS_REASONS, KINDS, BREAKS, MOVE_REASONS, NOT_DONE_REASONS, FORMS, PAYMENT_WAYS, CATEGORIES,
    GROUPS, TEMPLATES,
)  # fmt: skip


def verbs_of_the_house() -> set[str]:
    """Every text in the code that looks like a verb of the journal; some are put together from two parts."""
    found = {f"visits.{event}" for event in (*get_args(visits.Event), *get_args(waiting.WindowEvent))}
    found |= {f"site_work.{verb}" for verb in (*get_args(site_work.Verb), *get_args(prices.Verb))}
    found |= {f"offers.{event}" for event in get_args(offers.Event)}
    found |= {f"money.{verb}" for told in (of_invoice, of_payment, of_parts) for verb in _said_by(told)}
    found |= {f"catalogue.product_{what}" for what in ("added", "changed")}
    found |= {f"agreements.{event}" for event in get_args(agreements.Event)}
    found |= {f"{names.verb}_{what}" for names in NAMES for what in ("added", "changed", "removed")}
    for path in BUSINESS.glob("**/*.py"):
        if path.name.startswith("test_") or "migrations" in path.parts:
            continue
        found.update(text for text in _texts(path) if VERB.fullmatch(text))
    # These are switched off, never removed.
    kept = {
        "deals.loss_reason_removed",
        "calls.break_reason_removed",
        "sheets.form_removed",
        "site_work.way_removed",
        "visits.move_reason_removed",
        "visits.not_done_reason_removed",
        "sorting.category_removed",
    }
    # Some of what a formula may name is called as the verb is by which it came about.
    in_formulas = {code for known in KNOWN.values() for code in known} - SENTENCES.keys()
    begun = {*(names.verb for names in NAMES), "catalogue.product_"}
    return found - RIGHTS.keys() - set(TERMS) - begun - in_formulas - kept


def _said_by(told: Callable[..., None]) -> Iterator[str]:
    yield from get_args(get_type_hints(told)["verb"])


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_verb_has_its_sentence_and_no_sentence_is_left_over():
    verbs = verbs_of_the_house()
    assert {"without a sentence": verbs - SENTENCES.keys(), "left over": SENTENCES.keys() - verbs} == {
        "without a sentence": set(),
        "left over": set(),
    }


def entry_of(verb: str, about: About, **more) -> Entry:
    record(verb, about, **more)
    return Entry.objects.latest("id")


def test_a_move_is_told_with_the_names_of_the_stages(olga):
    entry = entry_of("deals.moved", About("deal", 7), by=olga, changes={"stage": ("new", "contacted")})
    with translation.override("en"):
        assert telling.tell(entry, telling.names_for([entry])) == "Deal moved: New request → Contacted"
    names = telling.names_for([entry])
    assert telling.tell(entry, names) == "Сделка переведена: Новая заявка → Связались"
    assert telling.who(entry, names) == "Ольга Белова"
    assert telling.changes_of(entry, names) == []


def test_changes_stand_with_their_names_and_readable_values(anna, olga):
    changes = {"role": ("operator", "manager"), "phone": ("", "+79161234567"), "openings": (None, 3)}
    entry = entry_of("staff.changed", About("person", olga.pk), by=anna, changes=changes)
    names = telling.names_for([entry])
    assert [(one.what, one.before, one.after) for one in telling.changes_of(entry, names)] == [
        ("Роль", "Оператор", "Менеджер"),
        ("Телефон", "—", "+7 916 123-45-67"),
        ("Проёмов", "—", "3"),
    ]


def test_sums_and_dates_are_written_as_people_write_them(olga):
    changes = {"amount": (None, "54300.00"), "prepaid": ("100.5", "x"), "measured_at": (None, "2026-11-05")}
    entry = entry_of("deals.changed", About("deal", 1), by=olga, changes=changes)
    assert [(one.before, one.after) for one in telling.changes_of(entry, telling.names_for([entry]))] == [
        ("—", "54\xa0300\xa0₽"),
        ("100,50\xa0₽", "x"),
        ("—", "5 ноября 2026"),
    ]


def test_what_the_house_did_by_itself_is_told_by_the_channels_name(windows):
    entry = entry_of("clients.created", About("client", 1), by=Automaton("web_form/okna"))
    assert telling.who(entry, telling.names_for([entry])) == "okna.example.ru"


def test_whatever_the_house_calls_itself_stands_in_words(windows):
    names = {
        name
        for path in Path(svyazka.__file__).parent.glob("config/*.py")
        if not path.name.startswith("test_")
        for name in re.findall(r'Automaton\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    }
    assert names == {"command line", "listener"}
    with translation.override("ru"):
        for name in names:
            entry = entry_of("calls.pbx_lost", About("pbx", 1), by=Automaton(name))
            assert re.fullmatch(r"[А-Я][А-Яа-я ]+", telling.who(entry, telling.names_for([entry])))


def test_unknown_verbs_and_odd_changes_are_shown_as_they_are(olga):
    entry = entry_of("garden.watered", About("garden", 1), by=olga)
    entry.changes = {"can": "half"}
    names = telling.names_for([entry])
    assert telling.tell(entry, names) == "garden.watered"
    assert [(one.what, one.before, one.after) for one in telling.changes_of(entry, names)] == [("can", "—", "half")]


def test_one_entry_and_thirty_ask_the_same_number_of_queries(olga, django_assert_num_queries):
    for number in range(30):
        record("deals.changed", About("deal", number), by=olga, changes={"amount": (None, number)})
    entries = list(Entry.objects.filter(verb="deals.changed"))
    for some in (entries[:1], entries):
        with django_assert_num_queries(5):
            names = telling.names_for(some)
            assert [telling.tell(entry, names) for entry in some]
