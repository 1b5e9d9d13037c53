from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "svyazka.business.journal"
    label = "journal"
