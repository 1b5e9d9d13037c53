"""Whatever people book, move and cancel, the bookings are what a plain list would say."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.visits import absences, booking, crews, holding, shifts
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.kit.refusals import Refused

LENGTH = 60
minutes = st.integers(0, 200).map(lambda tens: tens * 5)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("book"), minutes, st.booleans(), st.just(0)),
        st.tuples(st.just("move"), minutes, st.booleans(), st.integers(0, 5)),
        st.tuples(st.just("cancel"), st.just(0), st.just(False), st.integers(0, 5)),
    ),
    max_size=12,
)


class UndoEverything(Exception):
    pass


@pytest.fixture
def day(hour, of_egor, of_ilya):
    """Working hours without breaks, so that only the bookings decide."""
    for resource in (of_egor, of_ilya):
        resource.hours = {"0": [["00:00", "24:00"]]}
        resource.save()
    return hour(0)


@given(steps=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bookings_are_what_a_plain_list_would_say(day, deal, measurement, of_egor, of_ilya, olga, steps):
    try:
        with transaction.atomic():
            _play(steps, day, deal, measurement, (of_egor, of_ilya), olga)
            raise UndoEverything
    except UndoEverything:
        pass


def _play(steps, day, deal, kind, resources, olga):
    on: dict[int, tuple[int, int]] = {}
    for verb, minute, second, which in steps:
        resource = resources[second]
        starts_at = day + timedelta(minutes=minute)
        chosen = sorted(on)[which % len(on)] if on else None
        if verb == "book":
            expected = _fits(on, resource.pk, minute)
            try:
                visit = booking.book(deal, kind, resource, starts_at, request_id=uuid4(), by=olga)
                assert expected
                on[visit.pk] = (resource.pk, minute)
            except Refused:
                assert not expected
        elif chosen and verb == "move":
            others = {key: value for key, value in on.items() if key != chosen}
            expected = _fits(others, resource.pk, minute) and on[chosen] != (resource.pk, minute)
            try:
                booking.move(Visit.objects.get(pk=chosen), starts_at, resource, reason="так", by=olga)
                assert expected
                on[chosen] = (resource.pk, minute)
            except Refused:
                assert not expected
        elif chosen:
            booking.cancel(Visit.objects.get(pk=chosen), reason="так", by=olga)
            del on[chosen]
        rows = Booking.objects.values_list("visit_id", "resource_id", "during")
        held = {visit: (who, int((during.lower - day).total_seconds() // 60)) for visit, who, during in rows}
        assert held == on


def _fits(on, resource_id, minute):
    return all(who != resource_id or abs(begun - minute) >= LENGTH for who, begun in on.values())


class Step(NamedTuple):
    verb: str
    minute: int
    who: int
    which: int


often = ["book", "book", "book held", "hold", "hold", "move", "cancel"]
verbs = st.sampled_from([*often, "release", "swap", "back", "away", "off"])
tens = st.integers(0, 60).map(lambda number: number * 10)
team_steps = st.lists(st.builds(Step, verbs, tens, st.integers(0, 2), st.integers(0, 5)), max_size=14)


@given(steps=team_steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_teams_holds_and_substitutes_are_what_a_plain_list_would_say(company, steps):
    try:
        with transaction.atomic():
            for step in steps:
                company.play(step)
            raise UndoEverything
    except UndoEverything:
        company.forget()


@pytest.fixture
def company(hour, deal, installation, service, crew, named, olga, of_ilya):
    everybody = {str(day): [["00:00", "24:00"]] for day in range(7)}
    Resource.objects.filter(kind__in=["crew", "engineer"]).update(hours=everybody)
    return Company(hour(0), deal, {"crew": installation, "member": service}, olga)


class Company:
    """A crew of three with two vans, one of whom is also booked alone with the only set of tools; each on one day."""

    def __init__(self, day, deal, kinds, olga):
        self.day, self.deal, self.kinds, self.olga = day, deal, kinds, olga
        self.named = {one.name: one for one in Resource.objects.all()}
        self.crew, self.sergey = self.named["Бригада Орлова"], self.named["Сергей Зайцев"]
        self.vans = [one.pk for one in self.named.values() if one.kind == "vehicle"]
        self.tools = [one.pk for one in self.named.values() if one.kind == "tool"]
        self.forget()

    def forget(self):
        self.rows: dict[object, set[tuple[int, int, int]]] = {}  # visit, hold or absence → who, from, to
        self.leads: dict[object, str] = {}
        self.substitution = None
        self.is_off = False

    def play(self, step):
        expected, outcome = getattr(self, "_" + step.verb.replace(" ", "_"))(step) or (None, None)
        if expected is not None:
            try:
                with transaction.atomic():
                    outcome()
            except Refused:
                assert not expected, step
            else:
                assert expected, step
        self._compare()

    def _wanted(self, lead, minute, besides=None):
        """Whether it is free, by the plain list."""
        if lead == "crew" and self.is_off:
            return False
        length = 180 if lead == "crew" else 45
        busy = {
            who
            for key, rows in self.rows.items()
            if key != besides
            for who, begin, end in rows
            if begin < minute + length and minute < end
        }
        if lead == "member":
            return self.sergey.pk not in busy and not set(self.tools) <= busy
        return not busy & self._people() and not set(self.vans) <= busy

    def _people(self):
        members = {self.named[name].pk for name in ("Борис Орлов", "Сергей Зайцев", "Рустам Ахметов")}
        if self.substitution:
            members = members - {self.sergey.pk} | {self.substitution.instead_id}
        return {self.crew.pk, *members}

    def _lead(self, step):
        lead = "crew" if step.who else "member"
        return lead, self.crew if lead == "crew" else self.sergey, self.kinds[lead]

    def _at(self, minute):
        return self.day + timedelta(minutes=minute)

    def _of(self, kind, step):
        found = sorted((key for key in self.rows if type(key) is kind), key=str)
        return found[step.which % len(found)] if found else None

    def _book(self, step, hold=None):
        lead, resource, kind = self._lead(step)

        def verb():
            visit = booking.book(
                self.deal, kind, resource, self._at(step.minute), request_id=uuid4(), by=self.olga, hold=hold
            )
            self.rows.pop(hold, None)
            self._keep(visit.pk, lead)

        return self._wanted(lead, step.minute, besides=hold), verb

    def _book_held(self, step):
        return self._book(step, hold=self._of(UUID, step))

    def _hold(self, step):
        lead, resource, kind = self._lead(step)
        request_id, before = uuid4(), self._of(UUID, step)

        def verb():
            holding.hold(self.deal, kind, resource, self._at(step.minute), request_id=request_id, by=self.olga)
            self.rows.pop(before, None)
            self._keep(request_id, lead)

        return self._wanted(lead, step.minute, besides=before), verb

    def _release(self, step):
        if chosen := self._of(UUID, step):
            holding.release(chosen, by=self.olga)
            del self.rows[chosen]

    def _move(self, step):
        chosen = self._of(int, step)
        if chosen is None:
            return None
        lead = self.leads[chosen]
        resource, visit = (self.crew if lead == "crew" else self.sergey), Visit.objects.get(pk=chosen)

        def verb():
            booking.move(visit, self._at(step.minute), resource, reason="так", by=self.olga)
            self._keep(chosen, lead)

        elsewhere = visit.starts_at != self._at(step.minute)
        return elsewhere and self._wanted(lead, step.minute, besides=chosen), verb

    def _cancel(self, step):
        if chosen := self._of(int, step):
            booking.cancel(Visit.objects.get(pk=chosen), reason="так", by=self.olga)
            del self.rows[chosen]

    def _swap(self, step):
        """Ilya goes in Sergey's place, where he is free for all that the crew has."""
        if self.substitution:
            return None
        ilya, day = self.named["Илья Фомин"], self.day.date()

        def verb():
            self.substitution = crews.substitute(self.crew, day, self.sergey, instead=ilya, by=self.olga)
            self._exchange(self.sergey.pk, ilya.pk)

        return not self._meets(ilya.pk), verb

    def _back(self, step):
        if not self.substitution:
            return None
        ilya, row = self.substitution.instead_id, self.substitution

        def verb():
            crews.take_back(row, by=self.olga)
            self.substitution = None
            self._exchange(ilya, self.sergey.pk)

        return not self._meets(self.sergey.pk), verb

    def _away(self, step):
        one = self.named[("Илья Фомин", "Сергей Зайцев", "Газель, А123ВС")[step.who]]
        begin, end = step.minute, step.minute + 60
        busy = any(
            who == one.pk and start < end and begin < over for rows in self.rows.values() for who, start, over in rows
        )

        def verb():
            made = absences.absent(one, self._at(begin), self._at(end), by=self.olga)
            self.rows["absence", made.pk] = {(one.pk, begin, end)}

        return not busy, verb

    def _off(self, step):
        """What is booked already stays."""
        if not self.is_off:
            self.is_off = bool(shifts.enter(self.crew, self.day.date(), [], by=self.olga))

    def _meets(self, who):
        """Whether he is taken while a visit of the crew goes on."""
        spans = {
            span[1:] for key, rows in self.rows.items() if type(key) is int for span in rows if span[0] == self.crew.pk
        }
        own = [span[1:] for rows in self.rows.values() for span in rows if span[0] == who]
        return any(begin < over and start < end for begin, end in spans for start, over in own)

    def _exchange(self, before, after):
        for key, rows in self.rows.items():
            if type(key) is int and self.leads[key] == "crew":
                self.rows[key] = {(after if who == before else who, begin, end) for who, begin, end in rows}

    def _keep(self, key, lead):
        """Which of the vans it is, the list does not say; that there is exactly one, it does."""
        self.leads[key] = lead
        self.rows[key] = self._stored()[key]
        people = {who for who, _begin, _end in self.rows[key]}
        alone = {self.sergey.pk, *self.tools}
        assert people - set(self.vans) == (self._people() if lead == "crew" else alone)
        assert len(people & set(self.vans)) == (1 if lead == "crew" else 0)

    def _stored(self):
        found: dict[object, set[tuple[int, int, int]]] = {}
        for one in Booking.objects.all():
            key = one.visit_id or one.request_id or ("absence", one.pk)
            span = [int((at - self.day).total_seconds() // 60) for at in (one.during.lower, one.during.upper)]
            found.setdefault(key, set()).add((one.resource_id, *span))
        return found

    def _compare(self):
        assert self._stored() == self.rows
