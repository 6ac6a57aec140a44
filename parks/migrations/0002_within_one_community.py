"""The grid and the operator of a park lie in its community: foreign keys over both columns."""

from django.db import migrations

KEYS = (
    ("grid_id", "community_grid", "park_grid_in_community"),
    ("operator_id", "community_unit", "park_operator_in_community"),
)

FORWARD = [
    f"ALTER TABLE parks_park ADD CONSTRAINT {name} FOREIGN KEY ({column}, community_id) "
    f"REFERENCES {target} (id, community_id) DEFERRABLE INITIALLY DEFERRED"
    for column, target, name in KEYS
]
BACKWARD = [f"ALTER TABLE parks_park DROP CONSTRAINT {name}" for _, _, name in KEYS]


class Migration(migrations.Migration):
    dependencies = [("parks", "0001_initial"), ("community", "0002_within_one_community")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
