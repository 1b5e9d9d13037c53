"""What a form says, whatever its fields are called. Without Django, for the edge too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from svyazka.connectors.web_form.bodies import Unreadable, read
from svyazka.kit.texts import storable

__all__ = ["Fields", "Unreadable", "meant", "parse"]

# Spellings seen on sites, in Tilda, WordPress and Bitrix forms; compared in lower case, without signs, ё as е.
ALIASES = {
    "name": "name fullname full_name firstname first_name fio client client_name contact_name your_name имя фио "
    "ваше_имя как_вас_зовут как_к_вам_обращаться имя_и_фамилия",
    "phone": "phone tel telephone phone_number phonenumber mobile cell your_phone your_tel телефон ваш_телефон "
    "номер номер_телефона мобильный мобильный_телефон контактный_телефон тел",
    "email": "email e_mail mail email_address your_email почта эл_почта электронная_почта ваш_email имейл емейл",
    "message": "message comment comments text question note textarea your_message сообщение комментарий вопрос "
    "текст пожелания текст_сообщения ваш_вопрос",
    "address": "address addr street your_address адрес адрес_замера ваш_адрес адрес_объекта улица",
    "company": "company company_name organization organisation firm your_company компания название_компании "
    "организация название_организации фирма",
    "tax_number": "inn tax_number инн инн_компании инн_организации",
    "page": "page page_url pageurl url page_address location href страница адрес_страницы",
    "openings": "openings windows windows_count count_windows okna проемы проемов количество_проемов окна "
    "количество_окон сколько_окон",
    "referrer": "referrer referer ref откуда",
    "outside_id": "tranid tran_id",  # Tilda's, which gives none twice
    "said_id": "submission_id request_id",  # some forms send the same with everybody
}
# Where the visitor came from, in the words of those who count him; `landing`: the page on which he came in.
MARKS = {
    "ym_uid": "ym_uid ym_client_id ymclientid metrika_client_id yandex_client_id",
    "yclid": "yclid",
    "roistat": "roistat roistat_visit",
    "landing": "landing landing_page",
}
_MARK = {alias: mark for mark, aliases in MARKS.items() for alias in aliases.split()}
# What our own form says of itself; nobody else's fields begin so.
OURS = ("_trap", "_seconds", "_call", "_consent_version", "_advertising_version", "smart-token")
# What an administrator may choose for a field instead of a meaning.
ASIDE = "-"  # nothing: it is not even kept
OF_DEAL = "field:"  # a field of the deal, by its code
# What is ticked beneath a form. It stays among the rest, too: that is what the visitor has sent.
TICKS = {
    "processing": "consent consents agree agreed agreement accept accepted acceptance privacy privacy_policy policy "
    "personal_data pdn gdpr soglasie согласие согласен согласна согласие_на_обработку "
    "согласие_на_обработку_персональных_данных обработка_персональных_данных персональные_данные политика",
    "advertising": "subscribe subscription newsletter marketing advertising ads news_consent рассылка подписка реклама "
    "согласие_на_рассылку согласие_на_рекламу",
}
PROBE = "svyazka_probe"  # a form of our own, to try whether the way is open (`count.py`)
_CONSENT = {alias: kind for kind, aliases in TICKS.items() for alias in aliases.split()}
_YES = re.compile(
    r"(1|on|y|yes|true|checked|accepted|agree|agreed|i agree\b.*|ok|да|принимаю\b.*"
    r"|(я )?(даю |выражаю )?соглас(ен|на|ие|ны)\b.*)",
    re.DOTALL,
)
_NO = re.compile(r"\b(не|not|no|нет)\b")
_MEANING = {alias: meaning for meaning, aliases in ALIASES.items() for alias in aliases.split()}
_LONGEST = {
    "name": 200,
    "phone": 60,
    "email": 254,
    "address": 300,
    "company": 200,
    "tax_number": 40,
    "page": 2000,
    "referrer": 2000,
    "outside_id": 200,
    "said_id": 100,
}


@dataclass(frozen=True)
class Fields:
    """`phone` and `email` are normalised; what was typed in vain stands in `extra`, and why in `wrong`."""

    name: str = ""
    phone: str = ""
    email: str = ""
    message: str = ""
    address: str = ""
    company: str = ""
    tax_number: str = ""
    page: str = ""
    referrer: str = ""
    openings: int | None = None
    utm: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)  # field → not_text | not_a_phone | not_an_email | no_contact
    outside_id: str = ""
    said_id: str = ""
    consents: tuple[str, ...] = ()
    versions: dict[str, int] = field(default_factory=dict)  # of the words that were agreed to
    marks: dict[str, str] = field(default_factory=dict)
    trap: str = ""  # what stands in a field that people do not see
    seconds: int | None = None  # how long it took to fill in
    ring: str = ""  # when to ring: "now", or a moment
    token: str = ""  # of a captcha

    @property
    def is_acceptable(self) -> bool:
        """There is somebody to answer to. What else could not be read stands in `extra`, for a person to see."""
        return bool(self.phone or self.email)


def parse(content_type: str, body: bytes, chosen: Mapping[str, str] | None = None) -> Fields:
    """`chosen`: what an administrator has said of single names. Raises Unreadable, and nothing else, whatever the bytes
    are."""
    sorted_out = _Sorted(chosen or {})
    for name, value in read(content_type, body).items():
        sorted_out.take(name, value)
    return sorted_out.fields()


class _Sorted:
    """Name by name: what it means, or that it is something else."""

    def __init__(self, chosen: Mapping[str, str]) -> None:
        self._chosen = chosen
        self._found: dict[str, str] = {}
        self._extra: dict[str, Any] = {}
        self._wrong: dict[str, str] = {}
        self._utm: dict[str, str] = {}
        self._marks: dict[str, str] = {}
        self._ours: dict[str, str] = {}
        self._consents: dict[str, None] = {}

    def take(self, name: str, value: Any) -> None:
        plain, text = _plain(name), _as_text(value)
        meaning = meant(name, self._chosen)
        if name in OURS:
            self._ours[name] = text or ""
        elif meaning in TICKS:
            if _is_ticked(value):
                self._consents[meaning] = None
            self._extra[_clean_text(name)] = _clean(value)
        elif meaning in MARKS and text is not None:
            self._marks.setdefault(meaning, text[:500])
        elif plain.startswith("utm_") and text is not None:
            self._utm[plain[:40]] = text[:200]
        elif meaning.startswith(OF_DEAL):
            self._extra[meaning.removeprefix(OF_DEAL)] = _clean(value)
        elif meaning in ALIASES and text is None and not self._wrong.get(meaning):
            self._wrong[meaning] = "not_text"
            self._extra[_clean_text(name)] = _clean(value)
        elif meaning in ALIASES and not self._found.get(meaning):
            self._found[meaning] = text or ""
        elif meaning != ASIDE:
            self._extra[_clean_text(name)] = _clean(value)

    def fields(self) -> Fields:
        found = self._found
        _read_contacts(found, self._extra, self._wrong)
        openings = _number(found.pop("openings", ""), self._extra)
        short = {meaning: text[: _LONGEST.get(meaning)] for meaning, text in found.items()}
        return Fields(
            **short,
            openings=openings,
            utm={**_utm_of(found), **self._utm},
            extra=self._extra,
            wrong=self._wrong,
            consents=tuple(self._consents),
            versions=self._versions(),
            marks={mark: text for mark, text in self._marks.items() if text},
            trap=self._ours.get("_trap", "")[:200],
            seconds=_whole(self._ours.get("_seconds", "")),
            ring=self._ours.get("_call", "")[:40],
            token=self._ours.get("smart-token", "")[:4000],
        )

    def _versions(self) -> dict[str, int]:
        said = {"processing": "_consent_version", "advertising": "_advertising_version"}
        found = {kind: _whole(self._ours.get(name, "")) for kind, name in said.items()}
        return {kind: number for kind, number in found.items() if number is not None}


def meant(name: str, chosen: Mapping[str, str]) -> str:
    """What a name stands for: as somebody has chosen, or as such names are usually meant; empty: something else."""
    if name in chosen:
        return chosen[name]
    plain = _plain(name)
    return _CONSENT.get(plain) or _MARK.get(plain) or _MEANING.get(plain, "")


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _plain(name: str) -> str:
    """`fields[Ваш телефон][value]` → `ваш_телефон`: Elementor and PHP put the name into brackets."""
    inner = [part for part in re.findall(r"\[([^\[\]]+)\]", name) if part not in ("value", "0")]
    word = (inner[-1] if inner else name).lower().replace("ё", "е")
    return re.sub(r"[\W_]+", "_", word).strip("_")


def _is_ticked(value: Any) -> bool:
    """Nothing else than a plain yes: a box with its label as its value, or what browsers and builders send for one."""
    if isinstance(value, list) and value:
        value = value[-1]  # a hidden 0 stands before the box
    said = str(value).strip().lower() if isinstance(value, str | int) else ""
    return bool(_YES.fullmatch(said)) and not _NO.search(said)


def _as_text(value: Any) -> str | None:
    """None: not what a person types. Of several values the first that says something."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**20 else None
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return next((_clean_text(one) for one in value if one.strip()), "")
    return _clean_text(value) if isinstance(value, str) else None


def _read_contacts(found: dict[str, str], extra: dict[str, Any], wrong: dict[str, str]) -> None:
    # Half of the edge's start would be the numbering plans of the world.
    from svyazka.kit import emails, phones

    for meaning, normalise, complaint in (
        ("phone", phones.normalise, "not_a_phone"),
        ("email", emails.normalise, "not_an_email"),
    ):
        typed = found.pop(meaning, "")
        if not typed:
            continue
        try:
            found[meaning] = normalise(typed[: _LONGEST[meaning]])
        except ValueError:
            wrong.setdefault(meaning, complaint)
            extra[meaning] = typed
    if not found.get("phone") and not found.get("email") and not wrong.get("phone") and not wrong.get("email"):
        wrong["phone"] = "no_contact"


def _number(typed: str, extra: dict[str, Any]) -> int | None:
    digits = re.match(r"\s*([0-9]{1,3})(?![0-9])", typed)
    if typed and not digits:
        extra["openings"] = typed
    return int(digits[1]) if digits else None


def _utm_of(found: dict[str, str]) -> dict[str, str]:
    """The campaign as the page's address says it, for forms that pass on nothing else."""
    try:
        pairs = parse_qsl(urlsplit(found.get("page", "")).query, max_num_fields=100)
    except ValueError:
        return {}
    return {name.lower()[:40]: value[:200] for name, value in pairs if name.lower().startswith("utm_")}


def _clean(value: Any, levels: int = 20) -> Any:
    """Storable whatever it is: PostgreSQL takes neither NUL nor half a surrogate pair, and JSON no NaN."""
    if not levels:
        return None  # no form goes so deep; the whole stands in the ledger
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, dict):
        return {_clean_text(name): _clean(inner, levels - 1) for name, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner, levels - 1) for inner in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value


def _clean_text(text: str) -> str:
    return storable(text).strip()
