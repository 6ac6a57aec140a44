from django.apps import AppConfig

import community


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "考评"

    def ready(self) -> None:
        from evaluations.supervision import hand_over_on_leaving

        if hand_over_on_leaving not in community.successions:
            community.successions.append(hand_over_on_leaving)
