from django.apps import AppConfig


class MaxConfig(AppConfig):
    name = "svyazka.connectors.max"
    label = "max_connector"
