"""New tenancies are held against the communities of their enterprises once per statement, not once per row at commit (decision 6).

A roster of 22,000 waited a second for that. The enterprise is entered or moved before it sits down, so the check need not wait either;
it locks the enterprise, so that nobody moves it elsewhere meanwhile. What changes later is still looked at at commit (0003).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION mc_tenancies_follow_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1
        FROM (
            SELECT e.community_id AS belongs, p.community_id AS sits
            FROM entered t
            JOIN enterprises_enterprise e ON e.id = t.enterprise_id
            JOIN parks_building b ON b.id = t.building_id
            JOIN parks_park p ON p.id = b.park_id
            WHERE t.is_main AND t.until_on IS NULL
            FOR SHARE OF e
        ) AS placed
        WHERE placed.belongs <> placed.sits
    ) THEN
        RAISE EXCEPTION '企业的社区须与主要办公地所在社区一致' USING ERRCODE = 'check_violation', CONSTRAINT = 'enterprise_follows_place';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER tenancies_follow_place AFTER INSERT ON enterprises_tenancy
    REFERENCING NEW TABLE AS entered FOR EACH STATEMENT EXECUTE FUNCTION mc_tenancies_follow_place();
DROP TRIGGER tenancy_follows_place ON enterprises_tenancy;
CREATE CONSTRAINT TRIGGER tenancy_follows_place AFTER UPDATE OF enterprise_id, building_id, is_main, until_on ON enterprises_tenancy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_main AND NEW.until_on IS NULL)
    EXECUTE FUNCTION mc_enterprise_follows_place();
"""

BACKWARD = """
DROP TRIGGER tenancies_follow_place ON enterprises_tenancy;
DROP FUNCTION mc_tenancies_follow_place();
DROP TRIGGER tenancy_follows_place ON enterprises_tenancy;
CREATE CONSTRAINT TRIGGER tenancy_follows_place AFTER INSERT OR UPDATE OF enterprise_id, building_id, is_main, until_on ON enterprises_tenancy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_main AND NEW.until_on IS NULL)
    EXECUTE FUNCTION mc_enterprise_follows_place();
"""


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0009_employee_identity")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
