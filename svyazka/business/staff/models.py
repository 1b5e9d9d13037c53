from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.kit import clock, words


class Role(models.TextChoices):
    OPERATOR = "operator", _("Operator")
    MANAGER = "manager", _("Manager")
    ENGINEER = "engineer", _("Engineer")
    CREW = "crew", _("Crew")
    CONTROLLER = "controller", _("Controller")
    HEAD = "head", _("Head")
    ADMINISTRATOR = "administrator", _("Administrator")


class CallsBy(models.TextChoices):
    """With what a person rings clients when he clicks on a number."""

    DESK = "desk", _("desk phone")
    SOFTPHONE = "softphone", _("softphone in the browser")
    MOBILE = "mobile", _("this device: a mobile phone")


class Department(models.Model):
    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class CompanyRole(models.Model):
    """What a company says about a role: one that it added, or what it changed of one that the house has."""

    code = models.SlugField(max_length=20, unique=True)
    words = models.JSONField(default=dict)  # empty: the house's own name
    # The house's role whose rights it has wherever `rights` says nothing; also those of later versions.
    based_on = models.CharField(max_length=20, choices=Role.choices)
    rights = models.JSONField(default=dict)  # right → how far (roles.Reach)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)  # offered when somebody is hired

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words) or str(Role(self.based_on).label)

    @property
    def is_of_the_house(self) -> bool:
        return self.code in Role.values

    def __str__(self) -> str:
        return self.name


class PersonQuerySet(models.QuerySet["Person"]):
    def working(self) -> PersonQuerySet:
        return self.filter(is_active=True)

    def phones_among(self, numbers: Iterable[str]) -> set[str]:
        """Which of these numbers (E.164) are colleagues' own."""
        found = self.working().filter(phone__in=numbers).exclude(phone="")
        return set(found.values_list("phone", flat=True))


class People(BaseUserManager["Person"]):
    def get_queryset(self) -> PersonQuerySet:
        return PersonQuerySet(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(login=(username or "").strip().lower())

    def working(self) -> PersonQuerySet:
        return self.get_queryset().working()

    def phones_among(self, numbers: Iterable[str]) -> set[str]:
        return self.get_queryset().phones_among(numbers)


_HAS_PHONE = ~Q(extension="") & Q(is_active=True)


class Person(AbstractBaseUser):
    """One of the staff: logs in, has a role in a department, and a phone on the PBX."""

    login = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20)  # code of a Role or of a CompanyRole
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="people")
    phone = models.CharField(max_length=20, blank=True)  # E.164
    extension = models.CharField(max_length=20, blank=True)  # the phone on the PBX: 101
    # On which one, where there are several (calls.Pbx.code); empty: on the only one, and nobody else has the extension.
    pbx_code = models.CharField(max_length=60, db_default="", blank=True)
    calls_by = models.CharField(
        max_length=10, choices=CallsBy.choices, default=CallsBy.DESK, db_default=CallsBy.DESK.value
    )
    language = models.CharField(max_length=2, default="ru")
    # What the person can do, as rules of appointing ask for it: "english", "outbound".
    skills = ArrayField(models.CharField(max_length=30), default=list, db_default=Value("{}"), blank=True)
    # Weekday (0 is Monday) → [["09:00", "18:00"], …] in the company's zone; empty: at any time.
    hours = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[People] = People()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name", "role"]

    class Meta:
        indexes = [models.Index(fields=["extension"], name="person_extension")]
        constraints = [
            # A phone that rings must belong to one person.
            models.UniqueConstraint(
                fields=["extension", "pbx_code"], condition=_HAS_PHONE, name="one_extension_on_a_pbx"
            ),
            ExclusionConstraint(
                name="one_extension_without_a_pbx",
                expressions=[
                    ("extension", RangeOperators.EQUAL),
                    (models.Case(models.When(pbx_code="", then=1), default=0), RangeOperators.NOT_EQUAL),
                ],
                condition=_HAS_PHONE,
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def actor_id(self) -> int:
        return self.pk

    @property
    def actor_name(self) -> str:
        return self.full_name

    def is_on(self, pbx_code: str) -> bool:
        """Whether the extension is a phone of this PBX."""
        return bool(self.extension) and self.pbx_code in ("", pbx_code)

    @property
    def company_role(self) -> CompanyRole | None:
        """What the company says about this role: read along with the session, elsewhere asked for once."""
        known: tuple[str, CompanyRole | None] = self.__dict__.get("_company_role", ("", None))
        code, row = known
        if code != self.role:
            row = CompanyRole.objects.filter(code=self.role).first()
            self.company_role = row
        return row

    @company_role.setter
    def company_role(self, row: CompanyRole | None) -> None:
        self.__dict__["_company_role"] = (self.role, row)

    @property
    def basis(self) -> str:
        """The house's role, which says where this person works: an engineer goes out, whatever he is called."""
        return self.company_role.based_on if self.company_role else self.role

    def get_role_display(self) -> str:
        if self.role in Role.values:
            return str(Role(self.role).label)
        return self.company_role.name if self.company_role else self.role

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self.full_name.split()[:2]).upper()


class Absence(models.Model):
    """When a person is not there: on leave, ill. What would be his goes to others."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    during = DateTimeRangeField()
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="absent_once",
                expressions=[("person", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="absence_is_a_period"),
        ]

    @property
    def has_begun(self) -> bool:
        return bool(self.during.lower <= clock.now())


class Session(AbstractBaseSession):
    """A log-in on one device; whose it is stands beside it, so that it can be shown and ended."""

    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="sessions")
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now_add=True)

    @classmethod
    def get_session_store_class(cls) -> Any:
        from svyazka.business.staff.sessions import SessionStore

        return SessionStore


class LoginFailure(models.Model):
    """A guess that was wrong, or is being checked; too many of them make the next one wait."""

    login = models.CharField(max_length=60)
    address = models.GenericIPAddressField()
    at = models.DateTimeField(auto_now_add=True)
    is_checked = models.BooleanField(default=False, db_default=False)  # until then it may still be right

    class Meta:
        indexes = [
            models.Index(fields=["login", "-at"], name="failure_login"),
            models.Index(fields=["address", "-at"], name="failure_address"),
        ]


class ApiKey(models.Model):
    """A program's way in: it acts as a person, as far as his rights reach. Only its print is kept."""

    name = models.CharField(max_length=100)
    person = models.ForeignKey(Person, models.CASCADE, related_name="api_keys")
    fingerprint = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    last_day = models.DateField(null=True)  # empty: until it is revoked
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    # How many requests it may send at once, and when that was so: it fills by itself.
    budget = models.FloatField()
    counted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-made_at", "-id"], name="api_key_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_over(self) -> bool:
        return self.last_day is not None and self.last_day < clock.today()

    @property
    def opens(self) -> bool:
        return not (self.revoked_at or self.is_over) and self.person.is_active
