from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "svyazka.business.visits"
    label = "visits"

    def ready(self) -> None:
        from svyazka.business.deals.known import fields, known_values
        from svyazka.business.deals.paths import pipelines
        from svyazka.business.visits.kinds import needs_field
        from svyazka.business.visits.models import Visit
        from svyazka.business.visits.paths import needs_stages

        pipelines.NEEDED_ABOVE.append(needs_stages)
        fields.NEEDED_ABOVE.append(needs_field)
        known_values.HOLDERS["visit"] = Visit
