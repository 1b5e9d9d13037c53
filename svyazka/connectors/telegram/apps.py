from django.apps import AppConfig


class TelegramConfig(AppConfig):
    name = "svyazka.connectors.telegram"
    label = "telegram_connector"
