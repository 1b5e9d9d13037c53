from django.apps import AppConfig


class WazzupConfig(AppConfig):
    name = "svyazka.connectors.wazzup"
    label = "wazzup_connector"
