from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "svyazka.business.visits"
    label = "visits"
