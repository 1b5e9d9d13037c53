from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "svyazka.business.visits"
    label = "visits"

    def ready(self) -> None:
        from svyazka.business.deals import pipelines
        from svyazka.business.visits.paths import needs_stages

        pipelines.NEEDED_ABOVE.append(needs_stages)
