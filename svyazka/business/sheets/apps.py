from django.apps import AppConfig


class SheetsConfig(AppConfig):
    name = "svyazka.business.sheets"
    label = "sheets"

    def ready(self) -> None:
        from svyazka.business.deals.known import fields
        from svyazka.business.sheets.forms import needs_field

        fields.NEEDED_ABOVE.append(needs_field)
