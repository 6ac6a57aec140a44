"""A line and its trip are of the same plan: a foreign key over both columns."""

from django.db import migrations

FORWARD = [
    "ALTER TABLE visits_plantrip ADD CONSTRAINT visits_plantrip_with_plan UNIQUE (id, plan_id)",
    "ALTER TABLE visits_planline ADD CONSTRAINT plan_line_of_the_same_plan FOREIGN KEY (trip_id, plan_id) "
    "REFERENCES visits_plantrip (id, plan_id) DEFERRABLE INITIALLY DEFERRED",
]
BACKWARD = [
    "ALTER TABLE visits_planline DROP CONSTRAINT plan_line_of_the_same_plan",
    "ALTER TABLE visits_plantrip DROP CONSTRAINT visits_plantrip_with_plan",
]


class Migration(migrations.Migration):
    dependencies = [("visits", "0002_plan_of_the_week")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
