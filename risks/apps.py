from django.apps import AppConfig

import community


class RisksConfig(AppConfig):
    name = "risks"
    verbose_name = "风险"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from risks import park_alerts, succession

        for deed in (succession.hand_over_on_leaving, park_alerts.hand_over_on_leaving):
            if deed not in community.successions:
                community.successions.append(deed)
