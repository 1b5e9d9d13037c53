"""Where a telephone number or an address is, and what time it is there: regions of Russia. Without Django.

A mobile number belongs to no region. The codes are those of the numbering plan; the library for telephone numbers knows
them too, but takes 100 MB for it, and some of its zones are years old.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Region:
    ru: str
    en: str
    zone: ZoneInfo
    codes: tuple[str, ...]
    towns: tuple[str, ...]  # as they stand in addresses, in small letters

    @property
    def words(self) -> dict[str, str]:
        return {"ru": self.ru, "en": self.en}


def of_number(number: str) -> Region | None:
    """`+73832001122` → Novosibirsk. `number`: E.164."""
    return _by_code().get(number[2:5]) if number.startswith("+7") and len(number) == 12 else None


@lru_cache(maxsize=5000)
def of_address(address: str) -> Region | None:
    """The town or the region that stands first in it."""
    said = address.lower().replace("ё", "е")
    found = _in_addresses().search(said)
    return _by_name()[found.group(1)] if found else None


@cache
def _all() -> tuple[Region, ...]:
    return tuple(_read(line) for line in _REGIONS.strip().splitlines())


def _read(line: str) -> Region:
    ru, en, zone, codes, towns = (part.strip() for part in line.split("|"))
    return Region(ru, en, ZoneInfo(zone), tuple(codes.split()), tuple(filter(None, towns.split(", "))))


@cache
def _by_code() -> dict[str, Region]:
    return {code: region for region in _all() for code in region.codes}


@cache
def _by_name() -> dict[str, Region]:
    """Towns, and regions as “Тверская обл”: “Московская” alone is a street of many towns."""
    return {name: region for region in _all() for name in (*region.towns, _short(region.ru.lower()))}


def _short(name: str) -> str:
    return name.removeprefix("республика ").replace("область", "обл")


@cache
def _in_addresses() -> re.Pattern[str]:
    longest_first = sorted(_by_name(), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})(?:\b|(?<=обл)асть)")


_REGIONS = """
Адыгея | Adygea | Europe/Moscow | 877 | майкоп
Алтайский край | Altai Territory | Asia/Barnaul | 385 | барнаул, бийск, рубцовск
Амурская область | Amur Region | Asia/Yakutsk | 416 | благовещенск
Архангельская область | Arkhangelsk | Europe/Moscow | 818 | архангельск, северодвинск
Астраханская область | Astrakhan | Europe/Astrakhan | 851 | астрахань
Башкортостан | Bashkortostan | Asia/Yekaterinburg | 347 | уфа, стерлитамак, салават, нефтекамск
Белгородская область | Belgorod | Europe/Moscow | 472 | белгород, старый оскол
Брянская область | Bryansk | Europe/Moscow | 483 | брянск
Бурятия | Buryatia | Asia/Irkutsk | 301 | улан-удэ
Владимирская область | Vladimir | Europe/Moscow | 492 | владимир, ковров, муром
Волгоградская область | Volgograd | Europe/Volgograd | 844 | волгоград, волжский
Вологодская область | Vologda | Europe/Moscow | 817 820 | вологда, череповец
Воронежская область | Voronezh | Europe/Moscow | 473 | воронеж
Дагестан | Dagestan | Europe/Moscow | 872 | махачкала, дербент
Донецкая Народная Республика | Donetsk | Europe/Moscow | 856 | донецк, мариуполь
Еврейская автономная область | Jewish Autonomous Region | Asia/Vladivostok | 426 | биробиджан
Забайкальский край | Zabaykalsky Territory | Asia/Chita | 302 | чита
Ивановская область | Ivanovo | Europe/Moscow | 493 | иваново
Ингушетия | Ingushetia | Europe/Moscow | 873 | магас, назрань
Иркутская область | Irkutsk | Asia/Irkutsk | 395 | иркутск, ангарск, братск
Кабардино-Балкария | Kabardino-Balkaria | Europe/Moscow | 866 | нальчик
Калининградская область | Kaliningrad | Europe/Kaliningrad | 401 | калининград
Калмыкия | Kalmykia | Europe/Moscow | 847 | элиста
Калужская область | Kaluga | Europe/Moscow | 484 | калуга, обнинск
Камчатский край | Kamchatka | Asia/Kamchatka | 415 | петропавловск-камчатский
Карачаево-Черкесия | Karachay-Cherkessia | Europe/Moscow | 878 | черкесск
Карелия | Karelia | Europe/Moscow | 814 | петрозаводск
Кемеровская область | Kemerovo | Asia/Novokuznetsk | 384 | кемерово, кузбасс, новокузнецк, прокопьевск
Кировская область | Kirov | Europe/Kirov | 833 | киров
Коми | Komi | Europe/Moscow | 821 | сыктывкар, ухта, воркута
Костромская область | Kostroma | Europe/Moscow | 494 | кострома
Краснодарский край | Krasnodar Territory | Europe/Moscow | 861 862 | краснодар, сочи, новороссийск, анапа, армавир
Красноярский край | Krasnoyarsk Territory | Asia/Krasnoyarsk | 391 | красноярск, норильск, ачинск
Крым | Crimea | Europe/Simferopol | 365 | симферополь, керчь, ялта, евпатория
Курганская область | Kurgan | Asia/Yekaterinburg | 352 | курган, шадринск
Курская область | Kursk | Europe/Moscow | 471 | курск, железногорск
Липецкая область | Lipetsk | Europe/Moscow | 474 | липецк, елец
Луганская Народная Республика | Luhansk | Europe/Moscow | 857 | луганск
Магаданская область | Magadan | Asia/Magadan | 413 | магадан
Марий Эл | Mari El | Europe/Moscow | 836 | йошкар-ола
Мордовия | Mordovia | Europe/Moscow | 834 | саранск
Москва | Moscow | Europe/Moscow | 495 496 498 499 | москва, балашиха, химки, подольск, мытищи, люберцы, королев
Мурманская область | Murmansk | Europe/Moscow | 815 | мурманск
Нижегородская область | Nizhny Novgorod | Europe/Moscow | 831 | нижний новгород, дзержинск, арзамас
Новгородская область | Novgorod | Europe/Moscow | 816 | великий новгород
Новосибирская область | Novosibirsk | Asia/Novosibirsk | 383 | новосибирск, бердск
Омская область | Omsk | Asia/Omsk | 381 | омск
Оренбургская область | Orenburg | Asia/Yekaterinburg | 353 | оренбург, орск
Орловская область | Oryol | Europe/Moscow | 486 | орел
Пензенская область | Penza | Europe/Moscow | 841 | пенза
Пермский край | Perm | Asia/Yekaterinburg | 342 | пермь, березники
Приморский край | Primorye | Asia/Vladivostok | 423 | владивосток, уссурийск, находка
Псковская область | Pskov | Europe/Moscow | 811 | псков, великие луки
Республика Алтай | Altai Republic | Asia/Barnaul | 388 | горно-алтайск
Ростовская область | Rostov | Europe/Moscow | 863 | ростов-на-дону, таганрог, шахты
Рязанская область | Ryazan | Europe/Moscow | 491 | рязань
Самарская область | Samara | Europe/Samara | 846 848 | самара, тольятти, сызрань
Санкт-Петербург | Saint Petersburg | Europe/Moscow | 812 | санкт-петербург, петербург, спб
Ленинградская область | Leningrad Region | Europe/Moscow | 813 | гатчина, выборг
Саратовская область | Saratov | Europe/Saratov | 845 | саратов, энгельс
Саха (Якутия) | Sakha (Yakutia) | Asia/Yakutsk | 411 | якутск
Сахалинская область | Sakhalin | Asia/Sakhalin | 424 | южно-сахалинск
Свердловская область | Sverdlovsk Region | Asia/Yekaterinburg | 343 | екатеринбург, нижний тагил, первоуральск
Севастополь | Sevastopol | Europe/Simferopol | 869 | севастополь
Северная Осетия | North Ossetia | Europe/Moscow | 867 | владикавказ
Смоленская область | Smolensk | Europe/Moscow | 481 | смоленск
Ставропольский край | Stavropol Territory | Europe/Moscow | 865 879 | ставрополь, пятигорск, кисловодск
Тамбовская область | Tambov | Europe/Moscow | 475 | тамбов
Татарстан | Tatarstan | Europe/Moscow | 843 855 | казань, набережные челны, нижнекамск, альметьевск
Тверская область | Tver | Europe/Moscow | 482 | тверь, ржев
Томская область | Tomsk | Asia/Tomsk | 382 | томск, северск
Тульская область | Tula | Europe/Moscow | 487 | тула, новомосковск
Тыва | Tuva | Asia/Krasnoyarsk | 394 | кызыл
Тюменская область | Tyumen | Asia/Yekaterinburg | 345 | тюмень, тобольск
Удмуртия | Udmurtia | Europe/Samara | 341 | ижевск, сарапул
Ульяновская область | Ulyanovsk | Europe/Ulyanovsk | 842 | ульяновск, димитровград
Хабаровский край | Khabarovsk Territory | Asia/Vladivostok | 421 | хабаровск, комсомольск-на-амуре
Хакасия | Khakassia | Asia/Krasnoyarsk | 390 | абакан
Ханты-Мансийский округ | Khanty-Mansi District | Asia/Yekaterinburg | 346 | сургут, нижневартовск, нефтеюганск
Херсонская область | Kherson Region | Europe/Moscow | 860 | херсон
Челябинская область | Chelyabinsk | Asia/Yekaterinburg | 351 | челябинск, магнитогорск, златоуст, миасс
Чечня | Chechnya | Europe/Moscow | 871 | грозный
Чувашия | Chuvashia | Europe/Moscow | 835 | чебоксары
Чукотский автономный округ | Chukotka | Asia/Anadyr | 427 | анадырь
Ямало-Ненецкий округ | Yamalo-Nenets District | Asia/Yekaterinburg | 349 | салехард, новый уренгой, ноябрьск
Ярославская область | Yaroslavl | Europe/Moscow | 485 | ярославль, рыбинск
"""
