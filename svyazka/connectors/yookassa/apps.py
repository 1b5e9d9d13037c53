from django.apps import AppConfig


class YooKassaConfig(AppConfig):
    name = "svyazka.connectors.yookassa"
    label = "yookassa_connector"
