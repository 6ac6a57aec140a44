"""A unit or grid named beside a community lies in that community: foreign keys over both columns."""

from django.db import migrations

TARGETS = ("community_grid", "community_unit")
KEYS = (
    ("community_unit", "grid_id", "community_grid", "unit_grid_in_community"),
    ("community_unit", "parent_id", "community_unit", "unit_parent_in_community"),
    ("community_post", "grid_id", "community_grid", "post_grid_in_community"),
    ("community_post", "unit_id", "community_unit", "post_unit_in_community"),
)

FORWARD = [f"ALTER TABLE {table} ADD CONSTRAINT {table}_with_community UNIQUE (id, community_id)" for table in TARGETS] + [
    f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, community_id) "
    f"REFERENCES {target} (id, community_id) DEFERRABLE INITIALLY DEFERRED"
    for table, column, target, name in KEYS
]
BACKWARD = [f"ALTER TABLE {table} DROP CONSTRAINT {name}" for table, _, _, name in KEYS] + [
    f"ALTER TABLE {table} DROP CONSTRAINT {table}_with_community" for table in TARGETS
]


class Migration(migrations.Migration):
    dependencies = [("community", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
