"""A space named in a lease lies in the building named beside it: a foreign key over both columns."""

from django.db import migrations

FORWARD = [
    "ALTER TABLE parks_space ADD CONSTRAINT parks_space_with_building UNIQUE (id, building_id)",
    "ALTER TABLE enterprises_lease ADD CONSTRAINT lease_space_in_building FOREIGN KEY (space_id, building_id) "
    "REFERENCES parks_space (id, building_id) DEFERRABLE INITIALLY DEFERRED",
]
BACKWARD = [
    "ALTER TABLE enterprises_lease DROP CONSTRAINT lease_space_in_building",
    "ALTER TABLE parks_space DROP CONSTRAINT parks_space_with_building",
]


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0011_events_qualifications_leases"), ("parks", "0005_history_of_posts")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
