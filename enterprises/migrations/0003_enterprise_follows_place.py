"""At commit, an enterprise belongs to the community of its open main tenancy, whoever wrote either row."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION mc_enterprise_follows_place() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    subject bigint;
BEGIN
    IF TG_TABLE_NAME = 'enterprises_enterprise' THEN
        subject := NEW.id;
    ELSE
        subject := NEW.enterprise_id;
    END IF;
    IF EXISTS (
        SELECT 1
        FROM enterprises_enterprise e
        JOIN enterprises_tenancy t ON t.enterprise_id = e.id AND t.is_main AND t.until_on IS NULL
        JOIN parks_building b ON b.id = t.building_id
        JOIN parks_park p ON p.id = b.park_id
        WHERE e.id = subject AND p.community_id <> e.community_id
    ) THEN
        RAISE EXCEPTION '企业的社区须与主要办公地所在社区一致' USING ERRCODE = 'check_violation', CONSTRAINT = 'enterprise_follows_place';
    END IF;
    RETURN NULL;
END
$$;
-- An enterprise without a place cannot contradict one, so inserting it needs no look.
CREATE CONSTRAINT TRIGGER enterprise_follows_place AFTER UPDATE OF community_id ON enterprises_enterprise
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.community_id IS DISTINCT FROM NEW.community_id)
    EXECUTE FUNCTION mc_enterprise_follows_place();
CREATE CONSTRAINT TRIGGER tenancy_follows_place AFTER INSERT OR UPDATE OF enterprise_id, building_id, is_main, until_on ON enterprises_tenancy
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.is_main AND NEW.until_on IS NULL)
    EXECUTE FUNCTION mc_enterprise_follows_place();
"""

BACKWARD = """
DROP TRIGGER tenancy_follows_place ON enterprises_tenancy;
DROP TRIGGER enterprise_follows_place ON enterprises_enterprise;
DROP FUNCTION mc_enterprise_follows_place();
"""


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0002_keys_and_checks"), ("parks", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
