from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "svyazka.business.files"
    label = "files"
