from django.apps import AppConfig


class AmoCrmConfig(AppConfig):
    name = "svyazka.connectors.amocrm"
    label = "amocrm_connector"
