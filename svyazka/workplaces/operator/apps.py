from django.apps import AppConfig


class OperatorConfig(AppConfig):
    name = "svyazka.workplaces.operator"
    label = "operator_workplace"
