"""What a driver brings for whoever sets its system up: what goes where on the other side, and what an examination
may find, in words. Differences between systems are data here; the pages know none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from django.utils.module_loading import import_string

from svyazka.business.calls.phone_system import Access


class Weight(StrEnum):
    FAULT = "fault"  # something does not work
    WARNING = "warning"  # it works, and somebody will wonder about it
    NOTE = "note"  # cannot be told from here
    GOOD = "good"


class Step(StrEnum):
    """Where it is put right."""

    ACCESS = "access"
    PARTS = "parts"
    CHECK = "check"
    TRIAL = "trial"
    PHONES = "phones"
    NUMBERS = "numbers"


@dataclass(frozen=True)
class Finding:
    """What an examination has found. `what`: a key of the driver's diagnoses; `about`: what stands in their words."""

    what: str
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    """`words` and `remedy` have {places} for what a finding is about."""

    weight: Weight
    words: object
    remedy: object = ""
    step: Step | None = None


@dataclass(frozen=True)
class Place:
    """Where we are, as the other side has to know it; empty: not known."""

    address: str = ""  # of this machine
    events: str = ""  # where a cloud system tells of calls
    softphones: tuple[tuple[str, str], ...] = ()  # of people who call out of the browser: login there, name


@dataclass(frozen=True)
class Part:
    """One thing that has to stand on the other side. `text` is copied as it is; without any it is done by hand."""

    title: object
    where: object
    text: str = ""
    run: str = ""  # there, so that it is read
    then: object = ""  # what else is to be done


def _no_parts(_access: Access, _place: Place) -> Sequence[Part]:
    return ()


@dataclass(frozen=True)
class Guide:
    about: object = ""  # a sentence for whoever chooses
    login: str = ""
    makes_secret: bool = False  # the secret is ours to choose, and is entered on the other side
    records: bool = False
    help: str = ""  # the page of the help
    parts: Callable[[Access, Place], Sequence[Part]] = _no_parts
    diagnoses: Mapping[str, Diagnosis] = field(default_factory=dict)


def guide_of(driver: str) -> Guide:
    path = settings.PHONE_SYSTEMS.get(driver)
    guide = getattr(import_string(path), "guide", None) if path else None
    return guide if isinstance(guide, Guide) else Guide()
