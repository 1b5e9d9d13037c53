"""What our form on a site says to its visitors, in both languages side by side: it stands without Django."""

from __future__ import annotations

WORDS = {
    "name": ("Как к вам обращаться", "Your name"),
    "phone": ("Телефон", "Phone"),
    "email": ("Эл. почта", "E-mail"),
    "address": ("Адрес", "Address"),
    "openings": ("Сколько окон", "How many windows"),
    "message": ("Сообщение", "Message"),
    "soon": ("как можно скорее", "as soon as possible"),
    "today": ("сегодня", "today"),
    "tomorrow": ("завтра", "tomorrow"),
    "what": ("Текст согласия", "What you agree to"),
    "optional": (" (необязательно)", " (optional)"),
    "when": ("Когда позвонить", "When to call"),
    "not_a_phone": ("Проверьте номер телефона.", "Check the phone number."),
    "not_an_email": ("Проверьте адрес почты.", "Check the e-mail address."),
    "must_agree": ("Без согласия мы не можем принять заявку.", "Without it we may not take the request."),
    "empty": ("Заполните это поле.", "Fill this in."),
    "sending": ("Отправляем…", "Sending…"),
    "kept": (
        "Связи сейчас нет. Заявка сохранена и уйдёт сама, как только она появится.",
        "There is no connection now. Your request is kept and goes out by itself as soon as there is one.",
    ),
    "consent": ("Согласен на обработку персональных данных", "I agree to the processing of my personal data"),
    "advertising": ("Хочу получать новости и предложения", "I want to receive news and offers"),
    "close": ("Закрыть", "Close"),
}
# What the company may say otherwise.
TEXTS = {
    "title": ("Заказать звонок", "Request a call"),
    "intro": ("Оставьте номер, и мы перезвоним.", "Leave your number and we will call you back."),
    "button": ("Жду звонка", "Call me"),
    "thanks": ("Спасибо! Заявка принята, мы скоро свяжемся с вами.", "Thank you! We will get in touch with you soon."),
}


def both(words: dict[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    """By language."""
    return {
        "ru": {name: russian for name, (russian, _english) in words.items()},
        "en": {name: english for name, (_russian, english) in words.items()},
    }
