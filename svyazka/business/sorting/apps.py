from django.apps import AppConfig


class SortingConfig(AppConfig):
    name = "svyazka.business.sorting"
    label = "sorting"
