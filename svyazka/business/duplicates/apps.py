from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "svyazka.business.duplicates"
    label = "duplicates"
