from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "svyazka.workplaces.field"
    label = "field_workplace"
