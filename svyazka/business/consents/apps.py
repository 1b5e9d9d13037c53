from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    name = "svyazka.business.consents"
    label = "consents"
