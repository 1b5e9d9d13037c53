"""What a form says, whatever its fields are called. Without Django, for the edge too."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from svyazka.connectors.web_form.bodies import Unreadable, read
from svyazka.kit.texts import storable

__all__ = ["Fields", "Unreadable", "parse"]

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
    "outside_id": "tranid tran_id",  # Tilda's, which gives none twice
    "said_id": "submission_id request_id",  # some forms send the same with everybody
}
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
    openings: int | None = None
    utm: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)  # field → not_text | not_a_phone | not_an_email | no_contact
    outside_id: str = ""
    said_id: str = ""
    consents: tuple[str, ...] = ()

    @property
    def is_acceptable(self) -> bool:
        """There is somebody to answer to. What else could not be read stands in `extra`, for a person to see."""
        return bool(self.phone or self.email)


def parse(content_type: str, body: bytes) -> Fields:
    """Raises Unreadable, and nothing else, whatever the bytes are."""
    found: dict[str, str] = {}
    extra: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    utm: dict[str, str] = {}
    consents: dict[str, None] = {}
    for name, value in read(content_type, body).items():
        plain = _plain(name)
        if plain in _CONSENT and _is_ticked(value):
            consents[_CONSENT[plain]] = None
        meaning = _MEANING.get(plain, "")
        text = _as_text(value)
        if plain.startswith("utm_") and text is not None:
            utm[plain[:40]] = text[:200]
        elif meaning and text is None and not wrong.get(meaning):
            wrong[meaning] = "not_text"
            extra[_clean_text(name)] = _clean(value)
        elif meaning and not found.get(meaning):
            found[meaning] = text or ""
        else:
            extra[_clean_text(name)] = _clean(value)
    _read_contacts(found, extra, wrong)
    openings = _number(found.pop("openings", ""), extra)
    short = {meaning: text[: _LONGEST.get(meaning)] for meaning, text in found.items()}
    return Fields(
        **short, openings=openings, utm={**_utm_of(found), **utm}, extra=extra, wrong=wrong, consents=tuple(consents)
    )


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
