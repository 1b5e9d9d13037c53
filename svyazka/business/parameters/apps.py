from django.apps import AppConfig


class ParametersConfig(AppConfig):
    name = "svyazka.business.parameters"
    label = "parameters"
