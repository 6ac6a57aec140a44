"""A lease of a measured space occupies it: the database writes the days into `parks_occupancy`, where no day is taken twice, whoever takes it.

What was only declared (let, without a lease, of the same enterprise or of nobody named) gives way to the lease. Once per statement, as the rows of
a sheet come. What stood before is brought over: open tenancies of a space, leases, and spaces that were marked as let or reserved.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION mc_leases_occupy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM parks_occupancy o USING entered l
        WHERE o.lease_key IS NULL AND o.kind = 'let' AND o.space_id = l.space_id AND (o.tenant_key IS NULL OR o.tenant_key = l.enterprise_id)
        AND o.from_on >= l.from_on AND o.from_on <= coalesce(least(l.ended_on, l.until_on), 'infinity');
    UPDATE parks_occupancy o SET until_on = l.from_on - 1 FROM entered l
        WHERE o.lease_key IS NULL AND o.kind = 'let' AND o.space_id = l.space_id AND (o.tenant_key IS NULL OR o.tenant_key = l.enterprise_id)
        AND o.from_on < l.from_on AND coalesce(o.until_on, 'infinity') >= l.from_on;
    INSERT INTO parks_occupancy (space_id, kind, from_on, until_on, holder, tenant_key, lease_key, source, by_id, recorded_at)
        SELECT l.space_id, 'let', l.from_on, least(l.ended_on, l.until_on), e.name, l.enterprise_id, l.id, '租约', NULL, now()
        FROM entered l JOIN enterprises_enterprise e ON e.id = l.enterprise_id WHERE l.space_id IS NOT NULL
    ON CONFLICT (lease_key) DO UPDATE SET space_id = excluded.space_id, from_on = excluded.from_on, until_on = excluded.until_on,
        holder = excluded.holder, tenant_key = excluded.tenant_key;
    RETURN NULL;
END $$;
CREATE FUNCTION mc_leases_leave() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM parks_occupancy o USING left_over l WHERE o.lease_key = l.id
        AND NOT EXISTS (SELECT 1 FROM enterprises_lease now WHERE now.id = l.id AND now.space_id IS NOT NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER lease_leaves_changed AFTER UPDATE ON enterprises_lease REFERENCING OLD TABLE AS left_over
    FOR EACH STATEMENT EXECUTE FUNCTION mc_leases_leave();
CREATE TRIGGER lease_leaves_gone AFTER DELETE ON enterprises_lease REFERENCING OLD TABLE AS left_over
    FOR EACH STATEMENT EXECUTE FUNCTION mc_leases_leave();
CREATE TRIGGER lease_occupies_entered AFTER INSERT ON enterprises_lease REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION mc_leases_occupy();
CREATE TRIGGER lease_occupies_moved AFTER UPDATE ON enterprises_lease REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION mc_leases_occupy();
INSERT INTO parks_occupancy (space_id, kind, from_on, until_on, holder, tenant_key, lease_key, source, recorded_at)
    SELECT l.space_id, 'let', l.from_on, least(l.ended_on, l.until_on), e.name, l.enterprise_id, l.id, '租约', now()
    FROM enterprises_lease l JOIN enterprises_enterprise e ON e.id = l.enterprise_id WHERE l.space_id IS NOT NULL;
INSERT INTO parks_occupancy (space_id, kind, from_on, holder, tenant_key, source, recorded_at)
    SELECT DISTINCT ON (t.space_id) t.space_id, 'let', t.from_on, e.name, t.enterprise_id, '入驻登记', now()
    FROM enterprises_tenancy t JOIN enterprises_enterprise e ON e.id = t.enterprise_id
    WHERE t.space_id IS NOT NULL AND t.until_on IS NULL AND NOT EXISTS (
        SELECT 1 FROM parks_occupancy o WHERE o.space_id = t.space_id AND coalesce(o.until_on, 'infinity') >= t.from_on)
    ORDER BY t.space_id, t.from_on;
INSERT INTO parks_occupancy (space_id, kind, from_on, holder, source, recorded_at)
    SELECT s.id, s.status, (now() AT TIME ZONE 'Asia/Shanghai')::date, '', '空间台账', now() FROM parks_space s
    WHERE s.status <> 'vacant' AND NOT EXISTS (
        SELECT 1 FROM parks_occupancy o WHERE o.space_id = s.id AND coalesce(o.until_on, 'infinity') >= (now() AT TIME ZONE 'Asia/Shanghai')::date);
"""
BACKWARD = """
DROP TRIGGER lease_occupies_moved ON enterprises_lease;
DROP TRIGGER lease_occupies_entered ON enterprises_lease;
DROP TRIGGER lease_leaves_gone ON enterprises_lease;
DROP TRIGGER lease_leaves_changed ON enterprises_lease;
DROP FUNCTION mc_leases_leave();
DROP FUNCTION mc_leases_occupy();
"""


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0022_moves_and_demands"), ("parks", "0008_no_day_twice")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
