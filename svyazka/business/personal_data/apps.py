from django.apps import AppConfig


class PersonalDataConfig(AppConfig):
    name = "svyazka.business.personal_data"
    label = "personal_data"
