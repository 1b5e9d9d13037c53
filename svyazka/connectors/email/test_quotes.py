from __future__ import annotations

import pytest

from svyazka.connectors.email.quotes import split

BEGINNINGS = [
    "пн, 12 мая 2025 г. в 10:15, Окна и точка <okna@example.ru>:",
    "пн, 12 мая 2025 г. в 10:15, Окна и точка с очень длинным именем\n<okna@example.ru>:",
    "чт, 3 июл. 2025 г., 9:05 Окна <okna@example.ru>:",
    '12.05.2025, 10:15, "Окна и точка" <okna@example.ru>:',
    "12.05.2025 10:15, Окна и точка пишет:",
    "12 мая 2025 г., в 10:15, Окна <okna@example.ru> написал(а):",
    "Понедельник, 12 мая 2025, 10:15 +03:00 от Окна <okna@example.ru>:",
    "On Mon, May 12, 2025 at 10:15 AM Окна <okna@example.ru> wrote:",
    "On Mon, May 12, 2025 at 10:15 AM Окна и точка\n<okna@example.ru>\nwrote:",
    "-----Original Message-----",
    "-------- Исходное сообщение --------",
    "-------- Пересылаемое сообщение --------",
    "---------- Forwarded message ---------",
    "От: Окна <okna@example.ru>\nОтправлено: 12 мая 2025 г. 10:15\nКому: Вера\nТема: Замер",
    "From: Okna <okna@example.ru>\nSent: Monday, May 12, 2025\nTo: Vera\nSubject: Visit",
    "*From:* Okna <okna@example.ru>\n*Date:* Monday\n*To:* Vera",
]


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_what_is_repeated_is_folded(beginning):
    parted = split(f"Да, приезжайте во вторник.\n\n{beginning}\n\nМожно в 10:00?\nОкна и точка")
    assert parted.said == "Да, приезжайте во вторник."
    assert parted.quoted == f"{beginning}\n\nМожно в 10:00?\nОкна и точка"


@pytest.mark.parametrize(
    "text",
    [
        "В прошлый раз мастер написал мне:",
        "Размеры: 1200 на 1400\nТелефон: 8 916 123-45-67",
        "От: подъезда два шага\nи направо",
        "12.05.2025 в 10:15 буду дома",
        "В 2024 году ваш мастер писал: всё готово, а оно нет",
    ],
)
def test_what_only_looks_like_it_stays(text):
    assert split(text) == (text, "", "")


def test_quoted_lines_without_a_heading():
    assert split("Да\n\n> Можно?\n> Завтра?\n") == ("Да", "> Можно?\n> Завтра?", "")


def test_answers_between_quoted_lines_stay_where_they_are():
    text = "12.05.2025 10:15, Окна пишет:\n> Когда?\nВо вторник\n> Сколько окон?\nТри"
    assert split(text).said == text


def test_who_only_passes_on_says_what_he_passes_on():
    text = "-------- Пересылаемое сообщение --------\nОт: Вера\nТри окна"
    assert split(text) == (text, "", "")


@pytest.mark.parametrize(
    "signature",
    ["-- \nВера Павлова", "С уважением,\nВера\n+7 916 123-45-67", "Отправлено с iPhone", "Best regards,\nVera"],
)
def test_a_signature_stands_apart(signature):
    assert split(f"Три окна\n\n{signature}") == ("Три окна", "", signature.replace("-- ", "--"))


def test_a_signature_alone_is_what_was_said():
    assert split("С уважением,\nВера").said == "С уважением,\nВера"


def test_a_long_letter_takes_no_time():
    text = "\n".join(["В " + "а 10:15 " * 40] * 3000)
    assert split(text).said.startswith("В а")
