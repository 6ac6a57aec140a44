from django.apps import AppConfig

import community


class RisksConfig(AppConfig):
    name = "risks"
    verbose_name = "风险"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from risks.succession import hand_over_on_leaving

        if hand_over_on_leaving not in community.successions:
            community.successions.append(hand_over_on_leaving)
