from django.apps import AppConfig


class ProblemsConfig(AppConfig):
    name = "svyazka.business.problems"
    label = "problems"
