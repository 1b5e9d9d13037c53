from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "svyazka.business.imports"
    label = "imports"
