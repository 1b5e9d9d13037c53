from django.apps import AppConfig


class Bitrix24Config(AppConfig):
    name = "svyazka.connectors.bitrix24"
    label = "bitrix24_connector"
