"""Values that mean nothing: `нет`, `без имени`, 000000, `test`. They are in many records and join nobody."""

from __future__ import annotations

import re

from svyazka.engines.matching.letters import several

_NOBODY = several(
    "нет неизвестно неизвестен неизвестный аноним анонимный имя фио ф.и.о. клиент заказчик покупатель гость "
    "не указано не указан неуказано отсутствует пусто тест тестов тестовый test testing asdf qwerty qwe "
    "йцукен йцу фыва ыва фыв абв abc xxx ххх null none nan n/a na н/д нд undefined unknown anonymous guest "
    "user name client admin админ администратор физлицо частное лицо физическое лицо"
)
_NOBODY_SAID = re.compile(
    r"^(?:без имени|без названия|нет имени|не (?:указан[оа]?|назвал[ась]*|представил\w*|известн\w*|знаю|определен\w*)|"
    r"новый (?:клиент|контакт|лид)|физ\.? ?лицо|частное лицо|физическое лицо|нет данных|имя не указано|"
    r"(?:тест|test|клиент|client|user|гость|лид|lead|контакт|абонент|пользователь)\W*\d*(?:\W+(?:тест|test)\w*)?|"
    r"(?:входящий|исходящий|пропущенный) (?:звонок|вызов).*|"
    r"(?:incoming|missed) call.*|(.)\1*|\W*)$"
)


def is_nobody(said: str) -> bool:
    """What stands where a name should, folded: nobody is called so."""
    return said in _NOBODY or not re.search("[а-яa-z]", said) or bool(_NOBODY_SAID.match(said))


def is_no_number(digits: str) -> bool:
    """The ten digits of a number within Russia that nobody has: 0000000000, 1234567890, 9999999999. A fine number that
    somebody may have (916 777-77-77) is told by how many people use it."""
    commonest = max((digits.count(digit) for digit in set(digits)), default=0)
    return commonest >= 9 or digits in _MADE_UP or digits[:3] in {"000", "123"} or digits[-7:] == "0000000"


_MADE_UP = several(
    "0123456789 9876543210 0987654321 9123456789 9012345678 9991234567 9001234567 9112223344 1112223344 9111234567"
)

_NO_MAILBOX = several(
    "no none net нет noemail noreply no-reply no_reply donotreply nomail no-mail test test1 test123 testtest "
    "asdf qwerty a aa aaa x xxx email example user name client null pochta netpochty bezpochty unknown "
    "anonym 1 11 111 123 1234 12345 123456"
)
_NO_HOST = re.compile(
    r"(?:^|\.)(?:example\.\w+|test\.\w+|localhost|domain\.\w+|mailinator\.com|invalid|[a-z]\.[a-z]{2,3})$"
)


def is_no_mailbox(mailbox: str, host: str) -> bool:
    return mailbox in _NO_MAILBOX or bool(_NO_HOST.search(host)) or bool(re.fullmatch(r"(.)\1*", mailbox))


ROLES = several(
    "info mail office sales sale zakaz order orders zakupki snab manager buh buhgalter accounting admin "
    "support help contact kontakt reception hr director secretary priem opt shop hello inbox"
)


def is_no_tax_number(digits: str) -> bool:
    return len(set(digits)) == 1 or digits in {"1234567890", "123456789012", "0123456789"}
