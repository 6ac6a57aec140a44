"""What a constraint cannot say of spaces: nobody is on a space before it is there or after it is gone, and splitting or merging loses no area.

Both look once per statement. Whoever occupies a space first takes its row, as does whoever ends or splits it, so that of two at once the later
one sees what the earlier has done.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION mc_occupancy_within() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM parks_space s WHERE s.id IN (SELECT space_id FROM entered) ORDER BY s.id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM entered o JOIN parks_space s ON s.id = o.space_id
        WHERE NOT daterange(s.from_on, s.until_on, '[]') @> daterange(o.from_on, o.until_on, '[]')
    ) THEN
        RAISE EXCEPTION 'occupancy_within_space: 这间那时还没有启用或已经停用，不能租出或预订。' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER occupancy_within_entered AFTER INSERT ON parks_occupancy REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION mc_occupancy_within();
CREATE TRIGGER occupancy_within_changed AFTER UPDATE ON parks_occupancy REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION mc_occupancy_within();
CREATE FUNCTION mc_space_covers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM changed s JOIN parks_occupancy o ON o.space_id = s.id
        WHERE NOT daterange(s.from_on, s.until_on, '[]') @> daterange(o.from_on, o.until_on, '[]')
    ) THEN
        RAISE EXCEPTION 'occupancy_within_space: 这间在停用之后或启用之前还有租约或预订，请先办退租或解除预订。' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER space_covers AFTER UPDATE ON parks_space REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION mc_space_covers();
CREATE FUNCTION mc_space_change_balanced(change bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    what parks_spacechange%ROWTYPE;
    ended record;
    made record;
BEGIN
    SELECT * INTO what FROM parks_spacechange WHERE id = change;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT count(*) AS n, coalesce(sum(area_m2), 0) AS area,
        coalesce(bool_and(building_id = what.building_id AND until_on = what."on" - 1), true) AS fits
        INTO ended FROM parks_space WHERE ended_by_id = change;
    SELECT count(*) AS n, coalesce(sum(area_m2), 0) AS area,
        coalesce(bool_and(building_id = what.building_id AND from_on = what."on"), true) AS fits
        INTO made FROM parks_space WHERE made_by_id = change;
    IF ended.area <> made.area OR NOT ended.fits OR NOT made.fits
        OR (what.kind = 'split' AND (ended.n <> 1 OR made.n < 2)) OR (what.kind = 'merge' AND (ended.n < 2 OR made.n <> 1)) THEN
        RAISE EXCEPTION 'space_change_balanced: 拆分、合并前后的面积合计须相等，且在同一幢楼、前后日期相接。' USING ERRCODE = 'check_violation';
    END IF;
END $$;
CREATE FUNCTION mc_space_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM mc_space_change_balanced(OLD.made_by_id);
        PERFORM mc_space_change_balanced(OLD.ended_by_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM mc_space_change_balanced(NEW.made_by_id);
        PERFORM mc_space_change_balanced(NEW.ended_by_id);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER space_balanced_new AFTER INSERT ON parks_space DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.made_by_id IS NOT NULL OR NEW.ended_by_id IS NOT NULL) EXECUTE FUNCTION mc_space_balanced();
CREATE CONSTRAINT TRIGGER space_balanced_changed AFTER UPDATE ON parks_space DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (
        (OLD.made_by_id, OLD.ended_by_id, OLD.area_m2, OLD.from_on, OLD.until_on, OLD.building_id)
        IS DISTINCT FROM (NEW.made_by_id, NEW.ended_by_id, NEW.area_m2, NEW.from_on, NEW.until_on, NEW.building_id)
    ) EXECUTE FUNCTION mc_space_balanced();
CREATE CONSTRAINT TRIGGER space_balanced_gone AFTER DELETE ON parks_space DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.made_by_id IS NOT NULL OR OLD.ended_by_id IS NOT NULL) EXECUTE FUNCTION mc_space_balanced();
CREATE FUNCTION mc_change_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mc_space_change_balanced(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER change_balanced AFTER INSERT OR UPDATE ON parks_spacechange DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION mc_change_balanced();
"""
BACKWARD = """
DROP TRIGGER change_balanced ON parks_spacechange;
DROP FUNCTION mc_change_balanced();
DROP TRIGGER space_balanced_gone ON parks_space;
DROP TRIGGER space_balanced_changed ON parks_space;
DROP TRIGGER space_balanced_new ON parks_space;
DROP FUNCTION mc_space_balanced();
DROP FUNCTION mc_space_change_balanced(bigint);
DROP TRIGGER space_covers ON parks_space;
DROP FUNCTION mc_space_covers();
DROP TRIGGER occupancy_within_changed ON parks_occupancy;
DROP TRIGGER occupancy_within_entered ON parks_occupancy;
DROP FUNCTION mc_occupancy_within();
"""


class Migration(migrations.Migration):
    dependencies = [("parks", "0007_spaces_over_time")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
