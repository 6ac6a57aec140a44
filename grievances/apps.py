from django.apps import AppConfig


class GrievancesConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "grievances"
    verbose_name = "诉求"

    def ready(self) -> None:
        from community import successions
        from grievances.succession import hand_over_on_leaving

        if hand_over_on_leaving not in successions:
            successions.append(hand_over_on_leaving)
