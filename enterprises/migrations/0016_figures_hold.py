"""What a constraint cannot say of figures: a period that has not begun, two values held at one moment, a value changed in its place.

Overlaps are looked for once per statement: 176,000 figures of a sheet are one.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE enterprises_figure ADD CONSTRAINT figure_period_not_ahead CHECK (
    period ~ '^[0-9]{4}(Q[1-4]|-(0[1-9]|1[0-2]))?$' AND left(period, 4)::int BETWEEN 1949 AND EXTRACT(YEAR FROM recorded_at AT TIME ZONE 'Asia/Shanghai')
);
CREATE FUNCTION mc_figures_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM entered n
        JOIN enterprises_figure f ON f.enterprise_id = n.enterprise_id AND f.metric = n.metric AND f.period = n.period AND f.id <> n.id
        WHERE f.recorded_at < coalesce(n.superseded_at, 'infinity') AND n.recorded_at < coalesce(f.superseded_at, 'infinity')
    ) THEN
        RAISE EXCEPTION 'figure_one_at_a_moment: 同一指标同一期在同一时刻只能有一个数值。' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER figures_apart_entered AFTER INSERT ON enterprises_figure REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION mc_figures_apart();
CREATE TRIGGER figures_apart_changed AFTER UPDATE ON enterprises_figure REFERENCING NEW TABLE AS entered
    FOR EACH STATEMENT EXECUTE FUNCTION mc_figures_apart();
CREATE FUNCTION mc_figure_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'figure_stays: 数值不能改写，只能由新的数值更替。' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER figure_stays BEFORE UPDATE ON enterprises_figure FOR EACH ROW WHEN (
    (OLD.enterprise_id, OLD.metric, OLD.period, OLD.value, OLD.source, OLD.dated_on, OLD.recorded_at, OLD.recorded_by_id)
    IS DISTINCT FROM (NEW.enterprise_id, NEW.metric, NEW.period, NEW.value, NEW.source, NEW.dated_on, NEW.recorded_at, NEW.recorded_by_id)
) EXECUTE FUNCTION mc_figure_stays();
"""
BACKWARD = """
DROP TRIGGER figure_stays ON enterprises_figure;
DROP TRIGGER figures_apart_changed ON enterprises_figure;
DROP TRIGGER figures_apart_entered ON enterprises_figure;
DROP FUNCTION mc_figure_stays();
DROP FUNCTION mc_figures_apart();
ALTER TABLE enterprises_figure DROP CONSTRAINT figure_period_not_ahead;
"""


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0015_figures")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
