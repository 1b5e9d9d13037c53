from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "svyazka.business.intake"
    label = "intake"
