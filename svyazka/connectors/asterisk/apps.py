from django.apps import AppConfig


class AsteriskConfig(AppConfig):
    name = "svyazka.connectors.asterisk"
    label = "asterisk_connector"
