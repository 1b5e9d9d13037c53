"""Who works here: taking somebody on, changing what they do, letting them go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, Change, record, record_all
from svyazka.business.staff import passwords, roles
from svyazka.business.staff.hours import Hours, in_words, to_store
from svyazka.business.staff.models import CallsBy, Department, Person, Role, Session
from svyazka.business.staff.sessions import end_all
from svyazka.kit import phones
from svyazka.kit.refusals import Refused

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@-]{1,59}")
LONGEST_SKILL = 30


def hire(
    *,
    login: str,
    full_name: str,
    role: str,
    password: str,
    by: Actor,
    department: Department | None = None,
    phone: str = "",
    extension: str = "",
    language: str = "ru",
) -> Person:
    person = Person(
        login=login.strip().lower(),
        full_name=" ".join(full_name.split()),
        role=role,
        department=department,
        phone=_phone(phone),
        extension=extension.strip(),
        language=language,
    )
    _check(person)
    passwords.check(password, person)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
            record(
                "staff.hired", About("person", person.pk), by=by, changes={"role": ("", role)}, note=person.full_name
            )
    except IntegrityError as conflict:
        raise _taken(conflict) from conflict
    return person


def change(person: Person, *, by: Actor, **values: Any) -> Person:
    """`values`: login, full_name, role, department, phone, extension, pbx_code, calls_by, language, skills, hours. A
    new role asks for a new log-in."""
    values |= {name: read(values[name]) for name, read in _READERS.items() if name in values}
    try:
        with transaction.atomic():
            person = Person.objects.select_for_update().get(pk=person.pk)
            before = {name: getattr(person, name) for name in values}
            changed = {name: (before[name], value) for name, value in values.items() if value != before[name]}
            if not changed:
                return person
            if "role" in changed and person.role == Role.ADMINISTRATOR:
                _keep_an_administrator(besides=person)
            for name, (_old, value) in changed.items():
                setattr(person, name, value)
            _check(person)
            person.save(update_fields=list(changed))
            record("staff.changed", About("person", person.pk), by=by, changes=_readable(changed))
            if "role" in changed:
                end_all(person, by=by)
    except IntegrityError as conflict:
        raise _taken(conflict) from conflict
    return person


def put_on(pbx_code: str, people: Iterable[Person], *, by: Actor) -> int:
    """Their phones are on this PBX, under the same extensions. Says for how many that is new."""
    try:
        with transaction.atomic():
            rows = Person.objects.working().filter(pk__in=[one.pk for one in people]).exclude(extension="")
            found = list(rows.exclude(pbx_code=pbx_code).order_by("pk").select_for_update())
            Person.objects.filter(pk__in=[one.pk for one in found]).update(pbx_code=pbx_code)
            record_all([_put_on(one, pbx_code, by) for one in found])
    except IntegrityError as conflict:
        raise _taken(conflict) from conflict
    return len(found)


def _put_on(person: Person, pbx_code: str, by: Actor) -> Change:
    return Change("staff.changed", About("person", person.pk), by, {"pbx_code": (person.pbx_code, pbx_code)})


@transaction.atomic
def let_go(person: Person, *, by: Actor) -> None:
    """The person can no longer log in; what he did stays, under his name."""
    _keep_an_administrator(besides=person)
    if not Person.objects.working().filter(pk=person.pk).update(is_active=False):
        return
    person.is_active = False
    record("staff.let_go", About("person", person.pk), by=by, changes={"is_active": (True, False)})
    end_all(person, by=by)


def take_back(person: Person, *, by: Actor) -> None:
    try:
        with transaction.atomic():
            if not Person.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
                return
            person.is_active = True
            record("staff.taken_back", About("person", person.pk), by=by, changes={"is_active": (False, True)})
    except IntegrityError as conflict:
        raise _taken(conflict) from conflict


@transaction.atomic
def set_password(person: Person, password: str, *, by: Actor) -> None:
    """Ends every session that was opened with the old one."""
    passwords.check(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    record("staff.password_set", About("person", person.pk), by=by)
    Session.objects.filter(person=person).delete()


def _keep_an_administrator(*, besides: Person) -> None:
    """Locked in order, so that two administrators who let each other go do not both succeed."""
    administrators = Person.objects.working().filter(role=Role.ADMINISTRATOR).order_by("pk").select_for_update()
    keys = [person.pk for person in administrators]
    if keys == [besides.pk]:
        raise Refused(_("This is the last administrator. Appoint another one first."))


def _check(person: Person) -> None:
    faults: dict[str, object] = {}
    if not _LOGIN.fullmatch(person.login):
        faults["login"] = _("A login is made of 2 to 60 Latin letters, digits, dots and dashes.")
    if not person.full_name.strip():
        faults["full_name"] = _("Without a name nobody knows who it is.")
    if person.role not in Role.values and person.role not in roles.names():
        faults["role"] = _("There is no such role.")
    if person.extension and not person.extension.isdigit():
        faults["extension"] = _("An extension is made of digits.")
    if faults:
        raise Refused(next(iter(faults.values())), fields=faults)


def _phone(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return phones.normalise(typed)
    except phones.NotAPhone as refusal:
        words = _("This is no telephone number.")
        raise Refused(words, fields={"phone": words}) from refusal


def _name_of(department: Department | None) -> str:
    return str(department or "")


def _skills(given: Iterable[str]) -> list[str]:
    """Each once, whether written large or small."""
    skills = {word.casefold(): word for word in (" ".join(one.replace("\x00", "").split()) for one in given) if word}
    if any(len(word) > LONGEST_SKILL for word in skills):
        words = _("A skill is a word or two: 30 letters at most.")
        raise Refused(words, fields={"skills": words})
    return sorted(skills.values(), key=str.casefold)


def _hours(given: Hours) -> dict[str, list[list[str]]]:
    try:
        return to_store(given)
    except Refused as refusal:
        raise Refused(refusal.message, fields={"hours": refusal.message}) from refusal


_READERS: dict[str, Callable[[Any], Any]] = {"phone": _phone, "skills": _skills, "hours": _hours}


def _taken(conflict: IntegrityError) -> Refused:
    if "one_extension_without_a_pbx" in str(conflict):
        words = _(
            "Somebody else has this extension. If yours is on another PBX, enter it in the step “Phones” of that PBX."
        )
        return Refused(words, fields={"extension": words})
    if "one_extension" in str(conflict):
        words = _("This extension belongs to somebody else already.")
        return Refused(words, fields={"extension": words})
    words = _("This login belongs to somebody else already.")
    return Refused(words, fields={"login": words})


def _readable(changed: dict[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
    """Departments and ways to call by their name, hours and skills in a line: the journal outlives them."""
    said: dict[str, Callable[[Any], str]] = {
        "skills": ", ".join,
        "hours": in_words,
        "department": _name_of,
        "calls_by": lambda way: str(CallsBy(way).label),
    }
    return {
        name: (said[name](old), said[name](new)) if name in said else (old, new) for name, (old, new) in changed.items()
    }
