from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "svyazka.business.calls"
    label = "calls"
