from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "svyazka.workplaces.api"
    label = "api"
