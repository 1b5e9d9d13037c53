from django.apps import AppConfig


class OktellConfig(AppConfig):
    name = "svyazka.connectors.oktell"
    label = "oktell_connector"
