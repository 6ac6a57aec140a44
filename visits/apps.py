from django.apps import AppConfig

import community


class VisitsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "visits"
    verbose_name = "走访"

    def ready(self) -> None:
        from visits.succession import hand_back_on_leaving

        if hand_back_on_leaving not in community.successions:
            community.successions.append(hand_back_on_leaving)
