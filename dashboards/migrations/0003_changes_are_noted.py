"""Triggers that note what is to be counted anew, in the transaction that changes it; whatever was there before is noted at once.

By statement, not by row: an import of 22,000 figures notes a handful of periods. No key is checked against another table and nothing is
unique, so that no writer ever waits for another, or for the fold.
"""

from django.db import migrations

#: Table → what its changed rows ask to be counted, as a query over `changed`.
NOTED = {
    "grievances_grievance": "SELECT 'ticket', id, '' FROM changed WHERE submitted_at IS NOT NULL",
    "grievances_clock": "SELECT DISTINCT 'ticket', grievance_id, '' FROM changed",
    "grievances_rating": "SELECT DISTINCT 'ticket', grievance_id, '' FROM changed",
    "grievances_dispatch": "SELECT DISTINCT 'ticket', grievance_id, '' FROM changed",
    "grievances_sitevisit": "SELECT DISTINCT 'ticket', d.grievance_id, '' FROM changed JOIN grievances_dispatch d ON d.id = changed.dispatch_id",
    "enterprises_enterprise": "SELECT 'enterprise', id, '' FROM changed",
    "enterprises_tenancy": "SELECT DISTINCT 'enterprise', enterprise_id, '' FROM changed",
    "enterprises_qualification": "SELECT DISTINCT 'enterprise', enterprise_id, '' FROM changed",
    "cultivation_tierholding": "SELECT DISTINCT 'enterprise', enterprise_id, '' FROM changed",
    "enterprises_figure": "SELECT DISTINCT 'figure', 0, metric || ' ' || period FROM changed",
    "parks_park": "SELECT DISTINCT 'enterprise', t.enterprise_id, '' FROM changed JOIN parks_building b ON b.park_id = changed.id"
    " JOIN enterprises_tenancy t ON t.building_id = b.id",
    "parks_building": "SELECT DISTINCT 'enterprise', t.enterprise_id, '' FROM changed JOIN enterprises_tenancy t ON t.building_id = changed.id",
}
#: Operation → which rows are the changed ones. A new park or building has no tenant; one with tenants is not deleted.
OPERATIONS = {"INSERT": "NEW", "UPDATE": "NEW", "DELETE": "OLD"}
PLACES = ("parks_park", "parks_building")


def statements():
    for table, query in NOTED.items():
        function = f"dashboards_note_{table}"
        yield (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO dashboards_change (subject, key, detail) {query}; RETURN NULL; END $$",
            f"DROP FUNCTION {function}()",
        )
        for operation, rows in OPERATIONS.items():
            if table in PLACES and operation != "UPDATE":
                continue
            name = f"dashboards_noted_{operation.lower()}"
            yield (
                f"CREATE TRIGGER {name} AFTER {operation} ON {table} REFERENCING {rows} TABLE AS changed "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER {name} ON {table}",
            )


BEFORE = """
INSERT INTO dashboards_change (subject, key, detail)
SELECT 'ticket', id, '' FROM grievances_grievance WHERE submitted_at IS NOT NULL
UNION ALL SELECT 'enterprise', id, '' FROM enterprises_enterprise
UNION ALL SELECT DISTINCT 'figure', 0, metric || ' ' || period FROM enterprises_figure WHERE superseded_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dashboards", "0002_counts_and_what_is_told"),
        ("cultivation", "0001_key_list_and_tiers"),
        ("grievances", "0013_saved_filters"),
        ("enterprises", "0020_codes_checked_at_once"),
    ]

    operations = [*(migrations.RunSQL(forward, backward) for forward, backward in statements()), migrations.RunSQL(BEFORE, migrations.RunSQL.noop)]
