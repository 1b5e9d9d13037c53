"""What the edge says to people, in both languages: without Django there are no message catalogues here."""

from __future__ import annotations

import re

_WORDS = {
    "thanks": ("Спасибо! Заявка принята, мы скоро свяжемся с вами.", "Thank you! We will get in touch with you soon."),
    "written_down": ("Записано.", "Written down."),
    "ready": ("Форма подключена.", "The form is connected."),
    "empty": ("Запрос пуст.", "The request is empty."),
    "unreadable": (
        "Заявку не удалось прочитать: нужен JSON или данные формы в UTF-8. Мы её сохранили, её посмотрит сотрудник.",
        "The request could not be read: send JSON or form data in UTF-8. It is kept, and a person will look at it.",
    ),
    "incomplete": (
        "Заявка заполнена с ошибками. Исправьте указанные поля и отправьте ещё раз.",
        "There are mistakes in the request. Correct the fields named here and send it again.",
    ),
    "no_contact": ("Укажите телефон или e-mail.", "Give a telephone number or an e-mail address."),
    "not_text": ("Здесь ожидается текст.", "A text is expected here."),
    "not_a_phone": ("Это не похоже на номер телефона.", "This is not a telephone number."),
    "not_an_email": ("Это не похоже на адрес e-mail.", "This is not an e-mail address."),
    "wrong_key": (
        "По этому адресу заявки не принимаются. Проверьте ключ в адресе.",
        "Nothing is taken at this address. Check the key in it.",
    ),
    "wrong_site": ("С этого сайта заявки не принимаются.", "Requests from this site are not taken."),
    "wrong_secret": ("Секрет не подошёл.", "The secret is not the right one."),
    "wrong_address": ("С этого адреса события не принимаются.", "Events from this address are not taken."),
    "switched_off": ("Этот канал отключён.", "This channel is switched off."),
    "only_post": ("Сюда отправляют методом POST.", "Send it with the method POST."),
    "too_large": ("Слишком большой запрос.", "The request is too large."),
    "too_slow": ("Запрос передаётся слишком долго.", "The request takes too long."),
    "busy": (
        "Сейчас слишком много заявок. Отправьте ещё раз через несколько секунд.",
        "There are too many requests right now. Send it again in a few seconds.",
    ),
    "too_many": (
        "С вашего адреса пришло слишком много заявок. Отправьте ещё раз немного позже.",
        "Too many requests have come from your address. Send it again a little later.",
    ),
    "too_often_wrong": (
        "С вашего адреса слишком часто приходит неверный секрет. Попробуйте ещё раз немного позже.",
        "Wrong secrets come from your address too often. Try again a little later.",
    ),
    "log_in": ("Войдите в систему.", "Log in first."),
    "nothing_here": ("Здесь ничего нет.", "There is nothing here."),
    "starting": (
        "Связка запускается. Страница откроется сама через несколько секунд.",
        "Svyazka is starting. The page will open by itself in a few seconds.",
    ),
    "broke_off": ("Ответ оборвался. Попробуйте ещё раз.", "The answer broke off. Try again."),
    "no_answer": ("Ответ занял слишком много времени. Попробуйте ещё раз.", "The answer took too long. Try again."),
}


def say(word: str, language: str) -> str:
    russian, english = _WORDS[word]
    return english if language == "en" else russian


def language_of(accept_language: str, chosen: str = "") -> str:
    """Russian, unless English was chosen or is asked for before it."""
    if chosen in ("ru", "en"):
        return chosen
    weights = {"ru": 0.0, "en": 0.0}
    for place, wish in enumerate(accept_language.lower().split(",")[:20]):
        code, weight = re.match(r"\s*([a-z]*)[^;]*(?:;\s*q=([01](?:\.\d{0,3})?))?", wish).groups()  # type: ignore[union-attr]  # matches anything
        if code in weights and not weights[code]:
            weights[code] = float(weight or 1) - place / 1_000_000
    return "en" if weights["en"] > weights["ru"] else "ru"
