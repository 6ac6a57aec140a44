import datetime
import django.db.models.deletion
import evaluations.indicators
import evaluations.models.schemes
import pgtrigger.compiler
import pgtrigger.migrations
import wording.fields
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


# Pairs of limit and points, from the easiest step to the hardest: limits go up where high is better, down where low is; points always go up.
STEPS_VALID = r"""
CREATE FUNCTION mc_evaluation_steps_valid(steps jsonb, better text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    step jsonb;
    bound numeric;
    gained numeric;
    last_bound numeric;
    last_gained numeric := 0;
BEGIN
    IF steps IS NULL OR jsonb_typeof(steps) <> 'array' OR jsonb_array_length(steps) NOT BETWEEN 1 AND 10 THEN
        RETURN false;
    END IF;
    FOR step IN SELECT * FROM jsonb_array_elements(steps) LOOP
        IF jsonb_typeof(step) <> 'array' OR jsonb_array_length(step) <> 2
            OR (step->>0) IS NULL OR (step->>0) !~ '^-?[0-9]{1,9}([.][0-9]{1,4})?$'
            OR (step->>1) IS NULL OR (step->>1) !~ '^[0-9]{1,3}([.][0-9]{1,2})?$'
        THEN
            RETURN false;
        END IF;
        bound := (step->>0)::numeric;
        gained := (step->>1)::numeric;
        IF gained <= last_gained OR gained > 100 OR (better = 'high' AND bound <= last_bound) OR (better = 'low' AND bound >= last_bound) THEN
            RETURN false;
        END IF;
        last_bound := bound;
        last_gained := gained;
    END LOOP;
    RETURN true;
END $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('community', '0005_history_of_the_organisation'),
        ('parks', '0006_keepers_of_buildings'),
        ('pghistory', '0007_auto_20250421_0444'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(STEPS_VALID, "DROP FUNCTION mc_evaluation_steps_valid(jsonb, text)"),
        migrations.CreateModel(
            name='Round',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(max_length=7, verbose_name='期间')),
                ('state', models.CharField(choices=[('draft', '测算中'), ('shown', '公示中'), ('published', '已公布')], default='draft', max_length=10, verbose_name='状态')),
                ('measured_at', models.DateTimeField(verbose_name='测算时间')),
                ('shown_at', models.DateTimeField(blank=True, null=True, verbose_name='公示时间')),
                ('objections_until_at', models.DateTimeField(blank=True, null=True, verbose_name='异议截止')),
                ('provisional', models.BooleanField(default=False, verbose_name='截止系推定')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='公布时间')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluation_rounds', to='community.community', verbose_name='社区')),
                ('measured_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='测算人')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='公布人')),
                ('shown_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='公示人')),
            ],
            options={
                'verbose_name': '园区评价',
                'verbose_name_plural': '园区评价',
            },
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='得分')),
                ('rank', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='名次')),
                ('reason', wording.fields.CleanTextField(max_length=500, verbose_name='理由')),
                ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluation_results', to='parks.park', verbose_name='园区')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='results', to='evaluations.round', verbose_name='评价')),
            ],
            options={
                'verbose_name': '评价结果',
                'verbose_name_plural': '评价结果',
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', wording.fields.CleanTextField(max_length=1000, verbose_name='理由')),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('upheld', models.BooleanField(blank=True, null=True, verbose_name='采纳')),
                ('corrected', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='更正为')),
                ('answer', wording.fields.CleanTextField(blank=True, max_length=1000, verbose_name='答复')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluation_objections', to='parks.park', verbose_name='园区')),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='evaluations.round', verbose_name='评价')),
            ],
            options={
                'verbose_name': '评价异议',
                'verbose_name_plural': '评价异议',
            },
        ),
        migrations.CreateModel(
            name='Scheme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField(verbose_name='起用日期')),
                ('name', wording.fields.CleanCharField(max_length=40, verbose_name='名称')),
                ('note', wording.fields.CleanTextField(blank=True, max_length=1000, verbose_name='说明')),
                ('ties', models.CharField(choices=[('up', '就高'), ('down', '就低')], default='up', max_length=4, verbose_name='同分')),
                ('objection_workdays', models.PositiveSmallIntegerField(default=5, verbose_name='公示期（工作日）')),
                ('set_at', models.DateTimeField(verbose_name='设定时间')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='evaluation_schemes', to='community.community', verbose_name='社区')),
                ('set_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='设定人')),
            ],
            options={
                'verbose_name': '园区评价方案',
                'verbose_name_plural': '园区评价方案',
            },
        ),
        migrations.CreateModel(
            name='RoundEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('period', models.CharField(max_length=7, verbose_name='期间')),
                ('state', models.CharField(choices=[('draft', '测算中'), ('shown', '公示中'), ('published', '已公布')], default='draft', max_length=10, verbose_name='状态')),
                ('measured_at', models.DateTimeField(verbose_name='测算时间')),
                ('shown_at', models.DateTimeField(blank=True, null=True, verbose_name='公示时间')),
                ('objections_until_at', models.DateTimeField(blank=True, null=True, verbose_name='异议截止')),
                ('provisional', models.BooleanField(default=False, verbose_name='截止系推定')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='公布时间')),
                ('community', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.community', verbose_name='社区')),
                ('measured_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='测算人')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.round')),
                ('published_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='公布人')),
                ('shown_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='公示人')),
                ('scheme', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.scheme', verbose_name='方案')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='round',
            name='scheme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rounds', to='evaluations.scheme', verbose_name='方案'),
        ),
        migrations.CreateModel(
            name='SchemeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('from_on', models.DateField(verbose_name='起用日期')),
                ('name', wording.fields.CleanCharField(max_length=40, verbose_name='名称')),
                ('note', wording.fields.CleanTextField(blank=True, max_length=1000, verbose_name='说明')),
                ('ties', models.CharField(choices=[('up', '就高'), ('down', '就低')], default='up', max_length=4, verbose_name='同分')),
                ('objection_workdays', models.PositiveSmallIntegerField(default=5, verbose_name='公示期（工作日）')),
                ('set_at', models.DateTimeField(verbose_name='设定时间')),
                ('community', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.community', verbose_name='社区')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.scheme')),
                ('set_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='设定人')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SchemeGrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('label', wording.fields.CleanCharField(max_length=10, verbose_name='等级')),
                ('quota', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='名额（%）')),
                ('scheme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grades', to='evaluations.scheme', verbose_name='方案')),
            ],
            options={
                'verbose_name': '方案等级',
                'verbose_name_plural': '方案等级',
            },
        ),
        migrations.CreateModel(
            name='ResultEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='得分')),
                ('rank', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='名次')),
                ('reason', wording.fields.CleanTextField(max_length=500, verbose_name='理由')),
                ('park', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parks.park', verbose_name='园区')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.result')),
                ('round', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.round', verbose_name='评价')),
                ('grade', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.schemegrade', verbose_name='等级')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='result',
            name='grade',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.schemegrade', verbose_name='等级'),
        ),
        migrations.CreateModel(
            name='SchemeGradeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('place', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('label', wording.fields.CleanCharField(max_length=10, verbose_name='等级')),
                ('quota', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='名额（%）')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.schemegrade')),
                ('scheme', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.scheme', verbose_name='方案')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SchemeIndicator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(choices=evaluations.indicators.indicator_choices, max_length=20, verbose_name='指标')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('weight', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='权重')),
                ('better', models.CharField(choices=[('high', '越高越好'), ('low', '越低越好')], max_length=4, verbose_name='方向')),
                ('scoring', models.CharField(choices=[('minmax', '相对计分'), ('steps', '分档计分')], default='minmax', max_length=8, verbose_name='计分')),
                ('steps', models.JSONField(blank=True, default=list, verbose_name='档位')),
                ('missing', models.CharField(choices=[('zero', '计 0 分'), ('mean', '取平均分'), ('spread', '权重分摊')], default='zero', max_length=8, verbose_name='缺数据')),
                ('scheme', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='indicators', to='evaluations.scheme', verbose_name='方案')),
            ],
            options={
                'verbose_name': '方案指标',
                'verbose_name_plural': '方案指标',
            },
        ),
        migrations.CreateModel(
            name='ObjectionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('reason', wording.fields.CleanTextField(max_length=1000, verbose_name='理由')),
                ('filed_at', models.DateTimeField(verbose_name='提出时间')),
                ('upheld', models.BooleanField(blank=True, null=True, verbose_name='采纳')),
                ('corrected', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='更正为')),
                ('answer', wording.fields.CleanTextField(blank=True, max_length=1000, verbose_name='答复')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('answered_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('filed_by', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='提出人')),
                ('park', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parks.park', verbose_name='园区')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.objection')),
                ('round', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.round', verbose_name='评价')),
                ('indicator', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.schemeindicator', verbose_name='指标')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='objection',
            name='indicator',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='objections', to='evaluations.schemeindicator', verbose_name='指标'),
        ),
        migrations.CreateModel(
            name='SchemeIndicatorEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', models.CharField(choices=evaluations.indicators.indicator_choices, max_length=20, verbose_name='指标')),
                ('rank', models.PositiveSmallIntegerField(verbose_name='次序')),
                ('weight', models.DecimalField(decimal_places=2, max_digits=5, verbose_name='权重')),
                ('better', models.CharField(choices=[('high', '越高越好'), ('low', '越低越好')], max_length=4, verbose_name='方向')),
                ('scoring', models.CharField(choices=[('minmax', '相对计分'), ('steps', '分档计分')], default='minmax', max_length=8, verbose_name='计分')),
                ('steps', models.JSONField(blank=True, default=list, verbose_name='档位')),
                ('missing', models.CharField(choices=[('zero', '计 0 分'), ('mean', '取平均分'), ('spread', '权重分摊')], default='zero', max_length=8, verbose_name='缺数据')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.schemeindicator')),
                ('scheme', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.scheme', verbose_name='方案')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Value',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('measured', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='测算值')),
                ('raw', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='原始值')),
                ('said', wording.fields.CleanTextField(blank=True, max_length=300, verbose_name='依据')),
                ('members', models.PositiveIntegerField(blank=True, null=True, verbose_name='涉及数')),
                ('withheld', models.CharField(blank=True, choices=[('', '显示'), ('too_few', '不足五家（件）'), ('too_large', '一家占一半以上')], default='', max_length=10, verbose_name='对运营方')),
                ('points', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='得分')),
                ('indicator', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='values', to='evaluations.schemeindicator', verbose_name='指标')),
                ('objection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evaluations.objection', verbose_name='更正依据')),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='values', to='evaluations.result', verbose_name='结果')),
            ],
            options={
                'verbose_name': '指标得分',
                'verbose_name_plural': '指标得分',
            },
        ),
        migrations.CreateModel(
            name='ValueEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('measured', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='测算值')),
                ('raw', models.DecimalField(blank=True, decimal_places=4, max_digits=18, null=True, verbose_name='原始值')),
                ('said', wording.fields.CleanTextField(blank=True, max_length=300, verbose_name='依据')),
                ('members', models.PositiveIntegerField(blank=True, null=True, verbose_name='涉及数')),
                ('withheld', models.CharField(blank=True, choices=[('', '显示'), ('too_few', '不足五家（件）'), ('too_large', '一家占一半以上')], default='', max_length=10, verbose_name='对运营方')),
                ('points', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True, verbose_name='得分')),
                ('indicator', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.schemeindicator', verbose_name='指标')),
                ('objection', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.objection', verbose_name='更正依据')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='evaluations.value')),
                ('result', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='evaluations.result', verbose_name='结果')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='scheme',
            constraint=models.UniqueConstraint(fields=('community', 'from_on'), name='scheme_day_once', violation_error_message='这一天已有一版评价方案。'),
        ),
        migrations.AddConstraint(
            model_name='scheme',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='scheme_has_name', violation_error_message='请填写方案名称。'),
        ),
        migrations.AddConstraint(
            model_name='scheme',
            constraint=models.CheckConstraint(condition=models.Q(('ties__in', ['up', 'down'])), name='scheme_ties_known', violation_error_message='同分的处理不在清单里。'),
        ),
        migrations.AddConstraint(
            model_name='scheme',
            constraint=models.CheckConstraint(condition=models.Q(('objection_workdays__range', (1, 30))), name='scheme_objection_in_range', violation_error_message='公示期为 1–30 个工作日。'),
        ),
        migrations.AddConstraint(
            model_name='scheme',
            constraint=models.CheckConstraint(condition=models.Q(('from_on__gte', datetime.date(2000, 1, 1)), ('from_on__lt', datetime.date(2100, 1, 1))), name='scheme_day_in_range', violation_error_message='起用日期须在 2000 年到 2099 年之间。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheme',
            trigger=pgtrigger.compiler.Trigger(name='written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='cf2cf08ef3cf27241fefeb37e3c0ba11f081f335', operation='UPDATE', pgid='pgtrigger_written_once_12f9e', table='evaluations_scheme', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheme',
            trigger=pgtrigger.compiler.Trigger(name='is_whole', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n                    IF EXISTS (SELECT FROM evaluations_scheme WHERE id = NEW.id) AND (\n                        (SELECT COALESCE(sum(weight), 0) FROM evaluations_schemeindicator WHERE scheme_id = NEW.id) <> 100\n                        OR (SELECT COALESCE(sum(quota), 0) FROM evaluations_schemegrade WHERE scheme_id = NEW.id) <> 100)\n                    THEN\n                        RAISE EXCEPTION '评价方案的权重、等级名额合计须各为 100。' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NULL;\n                ", hash='9a93fe7fd5b464b868e42671e03d4e217b973e5c', operation='INSERT', pgid='pgtrigger_is_whole_6c4b9', table='evaluations_scheme', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheme',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemeevent" ("community_id", "from_on", "id", "name", "note", "objection_workdays", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "ties") SELECT new_values."community_id", new_values."from_on", new_values."id", new_values."name", new_values."note", new_values."objection_workdays", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."set_at", new_values."set_by_id", new_values."ties" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dab21852abe637ef5413bc8942ca1c3e187a4762', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_d33b8', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_scheme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheme',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemeevent" ("community_id", "from_on", "id", "name", "note", "objection_workdays", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "ties") SELECT new_values."community_id", new_values."from_on", new_values."id", new_values."name", new_values."note", new_values."objection_workdays", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."set_at", new_values."set_by_id", new_values."ties" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='148136bfe15ae95d82b350960597022bcd7456e0', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f9550', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_scheme', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheme',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemeevent" ("community_id", "from_on", "id", "name", "note", "objection_workdays", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "set_at", "set_by_id", "ties") SELECT old_values."community_id", old_values."from_on", old_values."id", old_values."name", old_values."note", old_values."objection_workdays", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."set_at", old_values."set_by_id", old_values."ties" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='fff7ee40d66df6f24317132472f83cf782c80c5d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_7a5b9', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_scheme', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.UniqueConstraint(fields=('community', 'period'), name='round_once', violation_error_message='这一期已经评过。'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(('period__regex', '^[0-9]{4}(Q[1-4]|-(0[1-9]|1[0-2]))?$'), models.Q(('period__contains', '-'), _negated=True)), name='round_period', violation_error_message='评价按年或按季度。'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('objections_until_at__isnull', True), ('shown_at__isnull', True), ('shown_by__isnull', True), ('state', 'draft')), models.Q(('objections_until_at__gt', models.F('shown_at')), ('objections_until_at__isnull', False), ('shown_at__isnull', False), ('shown_by__isnull', False), ('state__in', ['shown', 'published'])), _connector='OR'), name='round_shown_whole', violation_error_message='公示须写明时间、公示人和异议截止时间。'),
        ),
        migrations.AddConstraint(
            model_name='round',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', True), ('published_by__isnull', True)), models.Q(('published_at__gt', models.F('objections_until_at')), ('published_at__isnull', False), ('published_by__isnull', False), ('state', 'published')), _connector='OR'), name='round_published_whole', violation_error_message='异议期满才能公布，并写明公布时间和公布人。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='steps', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF OLD.state = 'published' THEN\n        RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n    END IF;\n    IF TG_OP = 'DELETE' THEN\n        IF OLD.state <> 'draft' THEN\n            RAISE EXCEPTION '公示过的评价不能删除' USING ERRCODE = 'restrict_violation';\n        END IF;\n        RETURN OLD;\n    END IF;\n    IF NEW.community_id <> OLD.community_id OR NEW.period <> OLD.period\n        OR (OLD.state <> 'draft' AND (NEW.scheme_id <> OLD.scheme_id OR NEW.state = 'draft'))\n        OR (OLD.state = 'draft' AND NEW.state = 'published')\n    THEN\n        RAISE EXCEPTION '评价只能由测算到公示、由公示到公布，社区、期间和公示后的方案不变' USING ERRCODE = 'check_violation';\n    END IF;\n    IF NEW.state <> OLD.state AND (\n        NOT EXISTS (SELECT FROM evaluations_result r WHERE r.round_id = NEW.id)\n        OR EXISTS (\n            SELECT FROM evaluations_result r WHERE r.round_id = NEW.id\n                AND (SELECT count(*) FROM evaluations_value v WHERE v.result_id = r.id)\n                    <> (SELECT count(*) FROM evaluations_schemeindicator i WHERE i.scheme_id = NEW.scheme_id)))\n    THEN\n        RAISE EXCEPTION '每个园区每项指标都测算过，才能公示、公布' USING ERRCODE = 'check_violation';\n    END IF;\n    IF NEW.state = 'published' AND EXISTS (SELECT FROM evaluations_objection o WHERE o.round_id = NEW.id AND o.answered_at IS NULL) THEN\n        RAISE EXCEPTION '还有异议没有答复，不能公布' USING ERRCODE = 'check_violation';\n    END IF;\n    RETURN NEW;\n", hash='181f6bd67d8140a3e2bb96ccf6a0e9888915353e', operation='UPDATE OR DELETE', pgid='pgtrigger_steps_b0bd5', table='evaluations_round', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_roundevent" ("community_id", "id", "measured_at", "measured_by_id", "objections_until_at", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provisional", "published_at", "published_by_id", "scheme_id", "shown_at", "shown_by_id", "state") SELECT new_values."community_id", new_values."id", new_values."measured_at", new_values."measured_by_id", new_values."objections_until_at", new_values."period", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."provisional", new_values."published_at", new_values."published_by_id", new_values."scheme_id", new_values."shown_at", new_values."shown_by_id", new_values."state" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='537aa6c00e8cd35953a6cc143e8a394c4c84ea2d', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2230a', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_round', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_roundevent" ("community_id", "id", "measured_at", "measured_by_id", "objections_until_at", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provisional", "published_at", "published_by_id", "scheme_id", "shown_at", "shown_by_id", "state") SELECT new_values."community_id", new_values."id", new_values."measured_at", new_values."measured_by_id", new_values."objections_until_at", new_values."period", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."provisional", new_values."published_at", new_values."published_by_id", new_values."scheme_id", new_values."shown_at", new_values."shown_by_id", new_values."state" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='537d1782d5dc69eb61e278a0f8abee3a44a18914', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_79e60', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_round', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='round',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_roundevent" ("community_id", "id", "measured_at", "measured_by_id", "objections_until_at", "period", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provisional", "published_at", "published_by_id", "scheme_id", "shown_at", "shown_by_id", "state") SELECT old_values."community_id", old_values."id", old_values."measured_at", old_values."measured_by_id", old_values."objections_until_at", old_values."period", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."provisional", old_values."published_at", old_values."published_by_id", old_values."scheme_id", old_values."shown_at", old_values."shown_by_id", old_values."state" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='76e7048ececa5d433397310249f22cbd116ee241', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_76577', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_round', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='schemegrade',
            constraint=models.UniqueConstraint(fields=('scheme', 'place'), name='scheme_grade_place', violation_error_message='两个等级次序相同。'),
        ),
        migrations.AddConstraint(
            model_name='schemegrade',
            constraint=models.UniqueConstraint(fields=('scheme', 'label'), name='scheme_grade_once', violation_error_message='两个等级同名。'),
        ),
        migrations.AddConstraint(
            model_name='schemegrade',
            constraint=models.CheckConstraint(condition=models.Q(('quota__gt', 0), ('quota__lte', 100)), name='scheme_quota_in_range', violation_error_message='名额须大于 0，不超过 100。'),
        ),
        migrations.AddConstraint(
            model_name='schemegrade',
            constraint=models.CheckConstraint(condition=models.Q(('label', ''), _negated=True), name='scheme_grade_label', violation_error_message='等级须有名称。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemegrade',
            trigger=pgtrigger.compiler.Trigger(name='quotas_add_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n        IF EXISTS (SELECT FROM evaluations_scheme WHERE id = COALESCE(NEW.scheme_id, OLD.scheme_id))\n            AND (SELECT COALESCE(sum(quota), 0) FROM evaluations_schemegrade WHERE scheme_id = COALESCE(NEW.scheme_id, OLD.scheme_id)) <> 100\n        THEN\n            RAISE EXCEPTION '等级名额合计须为 100。' USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NULL;\n    ", hash='9c77eda501aaea64d74fc2f18dc4c53165112f98', operation='INSERT OR DELETE', pgid='pgtrigger_quotas_add_up_97f02', table='evaluations_schemegrade', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemegrade',
            trigger=pgtrigger.compiler.Trigger(name='written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b9ab0b00813c4e92fb6cd49f6328b9fe2723f8a1', operation='UPDATE', pgid='pgtrigger_written_once_29cc9', table='evaluations_schemegrade', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemegrade',
            trigger=pgtrigger.compiler.Trigger(name='used_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (SELECT FROM evaluations_round WHERE scheme_id = OLD.scheme_id) THEN\n        RAISE EXCEPTION '已用于评价的方案不能删改' USING ERRCODE = 'restrict_violation';\n    END IF;\n    RETURN OLD;\n", hash='9559d141e3378ab43e2d78b19dc5d19fce4ada4a', operation='DELETE', pgid='pgtrigger_used_stays_2f1ca', table='evaluations_schemegrade', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemegrade',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemegradeevent" ("id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "quota", "scheme_id") SELECT new_values."id", new_values."label", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."quota", new_values."scheme_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b7e9ae87e1cedc7944f0bef11b6f5a673464b3b8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f37b6', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_schemegrade', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemegrade',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemegradeevent" ("id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "quota", "scheme_id") SELECT new_values."id", new_values."label", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."quota", new_values."scheme_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='32d18261247c6ff8a1622943b053d8536726e0d5', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_7f708', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_schemegrade', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemegrade',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemegradeevent" ("id", "label", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "quota", "scheme_id") SELECT old_values."id", old_values."label", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."quota", old_values."scheme_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ef21ac0d76896f0f9fce41d2cfff7b3c419a3f4e', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9119b', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_schemegrade', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.UniqueConstraint(fields=('round', 'park'), name='result_once', violation_error_message='这个园区已在这一期里。'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('grade__isnull', True), ('rank__isnull', True), ('score__isnull', True)), models.Q(('grade__isnull', False), ('rank__gte', 1), ('rank__isnull', False), ('score__gte', 0), ('score__isnull', False), ('score__lte', 100)), _connector='OR'), name='result_whole', violation_error_message='得分、名次和等级须同时写明，得分在 0 到 100 之间。'),
        ),
        migrations.AddConstraint(
            model_name='result',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='result_has_reason', violation_error_message='评价结果须写明理由。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='result',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE held text;', func="IF TG_OP <> 'INSERT' THEN \n        SELECT state INTO held FROM evaluations_round WHERE id = OLD.round_id FOR SHARE;\n        IF held = 'published' THEN\n            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n        END IF;\n     END IF; IF TG_OP <> 'DELETE' THEN \n        SELECT state INTO held FROM evaluations_round WHERE id = NEW.round_id FOR SHARE;\n        IF held = 'published' THEN\n            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n        END IF;\n     RETURN NEW; END IF; RETURN OLD;", hash='d3c10d7768b8622f16b9633a66c1d3bdd6418d7f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_9e862', table='evaluations_result', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='result',
            trigger=pgtrigger.compiler.Trigger(name='of_its_round', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM evaluations_round r JOIN parks_park p ON p.community_id = r.community_id\n                            WHERE r.id = NEW.round_id AND p.id = NEW.park_id)\n                        OR NEW.grade_id IS NOT NULL AND NOT EXISTS (\n                            SELECT FROM evaluations_round r JOIN evaluations_schemegrade g ON g.scheme_id = r.scheme_id\n                                WHERE r.id = NEW.round_id AND g.id = NEW.grade_id)\n                    THEN\n                        RAISE EXCEPTION '园区须在本社区，等级须是本方案的' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ", hash='b6e815edd46655d130386b3d4c02ae0131da54eb', operation='INSERT OR UPDATE', pgid='pgtrigger_of_its_round_9a49f', table='evaluations_result', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='result',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_resultevent" ("grade_id", "id", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "reason", "round_id", "score") SELECT new_values."grade_id", new_values."id", new_values."park_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rank", new_values."reason", new_values."round_id", new_values."score" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ee153ff3c1c261e0641d4137eeb42fc6d4f1b790', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c059d', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_result', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='result',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_resultevent" ("grade_id", "id", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "reason", "round_id", "score") SELECT new_values."grade_id", new_values."id", new_values."park_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rank", new_values."reason", new_values."round_id", new_values."score" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='852f8bd80f6265f2f3620a95cab285ad6f0c5784', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_fddcb', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_result', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='result',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_resultevent" ("grade_id", "id", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "reason", "round_id", "score") SELECT old_values."grade_id", old_values."id", old_values."park_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rank", old_values."reason", old_values."round_id", old_values."score" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1008e9bd8844e864503667c675efb17cf9a5ffae', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_a11bc', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_result', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='schemeindicator',
            constraint=models.UniqueConstraint(fields=('scheme', 'code'), name='scheme_indicator_once', violation_error_message='同一指标只能用一次。'),
        ),
        migrations.AddConstraint(
            model_name='schemeindicator',
            constraint=models.UniqueConstraint(fields=('scheme', 'rank'), name='scheme_indicator_place', violation_error_message='两项指标次序相同。'),
        ),
        migrations.AddConstraint(
            model_name='schemeindicator',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[a-z][a-z_]{0,19}$')), name='scheme_indicator_code', violation_error_message='指标不在清单里。'),
        ),
        migrations.AddConstraint(
            model_name='schemeindicator',
            constraint=models.CheckConstraint(condition=models.Q(('weight__gt', 0), ('weight__lte', 100)), name='scheme_weight_in_range', violation_error_message='权重须大于 0，不超过 100。'),
        ),
        migrations.AddConstraint(
            model_name='schemeindicator',
            constraint=models.CheckConstraint(condition=models.Q(('better__in', ['high', 'low']), ('missing__in', ['zero', 'mean', 'spread']), ('scoring__in', ['minmax', 'steps'])), name='scheme_indicator_words', violation_error_message='方向、计分或缺数据的处理不在清单里。'),
        ),
        migrations.AddConstraint(
            model_name='schemeindicator',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('scoring', 'minmax'), ('steps', [])), models.Q(evaluations.models.schemes.StepsValid('steps', 'better'), ('scoring', 'steps')), _connector='OR'), name='scheme_steps_valid', violation_error_message='档位须一档比一档难、分数一档比一档高，分数在 0 到 100 之间；相对计分不设档位。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemeindicator',
            trigger=pgtrigger.compiler.Trigger(name='weights_add_up', sql=pgtrigger.compiler.UpsertTriggerSql(constraint='CONSTRAINT', func="\n        IF EXISTS (SELECT FROM evaluations_scheme WHERE id = COALESCE(NEW.scheme_id, OLD.scheme_id))\n            AND (SELECT COALESCE(sum(weight), 0) FROM evaluations_schemeindicator WHERE scheme_id = COALESCE(NEW.scheme_id, OLD.scheme_id)) <> 100\n        THEN\n            RAISE EXCEPTION '评价方案的权重合计须为 100。' USING ERRCODE = 'check_violation';\n        END IF;\n        RETURN NULL;\n    ", hash='28b1582fad3ec6b9f8b00875ba42e1c62a185781', operation='INSERT OR DELETE', pgid='pgtrigger_weights_add_up_70369', table='evaluations_schemeindicator', timing='DEFERRABLE INITIALLY DEFERRED', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemeindicator',
            trigger=pgtrigger.compiler.Trigger(name='written_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='1e5bf87d0f212cb19c33158315bc5e63782d4a94', operation='UPDATE', pgid='pgtrigger_written_once_87957', table='evaluations_schemeindicator', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemeindicator',
            trigger=pgtrigger.compiler.Trigger(name='used_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF EXISTS (SELECT FROM evaluations_round WHERE scheme_id = OLD.scheme_id) THEN\n        RAISE EXCEPTION '已用于评价的方案不能删改' USING ERRCODE = 'restrict_violation';\n    END IF;\n    RETURN OLD;\n", hash='977aa67aaf9d394042e93a07a2f263a44e9a4550', operation='DELETE', pgid='pgtrigger_used_stays_8ac4d', table='evaluations_schemeindicator', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemeindicator',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemeindicatorevent" ("better", "code", "id", "missing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "scheme_id", "scoring", "steps", "weight") SELECT new_values."better", new_values."code", new_values."id", new_values."missing", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."rank", new_values."scheme_id", new_values."scoring", new_values."steps", new_values."weight" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d5a3cbed1e1d61e26ded8291dd12f88bc2191f95', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2965d', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_schemeindicator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemeindicator',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemeindicatorevent" ("better", "code", "id", "missing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "scheme_id", "scoring", "steps", "weight") SELECT new_values."better", new_values."code", new_values."id", new_values."missing", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."rank", new_values."scheme_id", new_values."scoring", new_values."steps", new_values."weight" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='50ff6f810fee16ea81f599025a3d2db4f1a1ccbf', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5fa2c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_schemeindicator', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='schemeindicator',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_schemeindicatorevent" ("better", "code", "id", "missing", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank", "scheme_id", "scoring", "steps", "weight") SELECT old_values."better", old_values."code", old_values."id", old_values."missing", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."rank", old_values."scheme_id", old_values."scoring", old_values."steps", old_values."weight" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='48cf04eea56e271a00681957fdffebcab633225f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_e1edb', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_schemeindicator', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.UniqueConstraint(condition=models.Q(('answered_at__isnull', True)), fields=('round', 'park', 'indicator'), name='objection_one_waiting', nulls_distinct=False, violation_error_message='这一项已有一条异议在等答复。'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='objection_has_reason', violation_error_message='异议须写明理由。'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True), ('upheld__isnull', True)), models.Q(('answered_at__gte', models.F('filed_at')), ('answered_at__isnull', False), ('answered_by__isnull', False), ('upheld__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='objection_answered_whole', violation_error_message='是否采纳、答复、答复人与答复时间须同时填写。'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('corrected__isnull', True), models.Q(('corrected__gte', Decimal('-1E+12')), ('corrected__lte', Decimal('1E+12')), ('indicator__isnull', False), ('upheld', True), ('upheld__isnull', False)), _connector='OR'), name='objection_correction', violation_error_message='只有采纳对某项指标的异议，才能更正数值。'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('answered_by__isnull', True), models.Q(('answered_by', models.F('filed_by')), _negated=True), _connector='OR'), name='objection_second_person', violation_error_message='提出异议的人不能自己答复。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='in_its_time', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM evaluations_round r JOIN evaluations_result e ON e.round_id = r.id AND e.park_id = NEW.park_id\n                            WHERE r.id = NEW.round_id AND r.state = 'shown' AND NEW.filed_at >= r.shown_at\n                                AND NEW.filed_at <= r.objections_until_at\n                                AND (NEW.indicator_id IS NULL OR EXISTS (\n                                    SELECT FROM evaluations_schemeindicator i WHERE i.id = NEW.indicator_id AND i.scheme_id = r.scheme_id)))\n                    THEN\n                        RAISE EXCEPTION '异议只能在公示期内，对参评园区和本方案的指标提出' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ", hash='a3565ef954ec72a15a4c60a2f4b62fc565a5485f', operation='INSERT', pgid='pgtrigger_in_its_time_4105e', table='evaluations_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE held text;', func="IF TG_OP <> 'INSERT' THEN \n        SELECT state INTO held FROM evaluations_round WHERE id = OLD.round_id FOR SHARE;\n        IF held = 'published' THEN\n            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n        END IF;\n     END IF; IF TG_OP <> 'DELETE' THEN \n        SELECT state INTO held FROM evaluations_round WHERE id = NEW.round_id FOR SHARE;\n        IF held = 'published' THEN\n            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n        END IF;\n     RETURN NEW; END IF; RETURN OLD;", hash='7bbfaed71d5f4f24aeeac780d38b2b55a0270b51', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_1a29f', table='evaluations_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='answered_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answered_at" IS NOT NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='acc915e1355c62b41d0f05b6cc9f4b66215a02b0', operation='UPDATE', pgid='pgtrigger_answered_stays_92db8', table='evaluations_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='no_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='c92ab2b28a5d5f5228a9e3737e5f8d4b2d03a196', operation='DELETE', pgid='pgtrigger_no_delete_6071a', table='evaluations_objection', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_objectionevent" ("answer", "answered_at", "answered_by_id", "corrected", "filed_at", "filed_by_id", "id", "indicator_id", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "round_id", "upheld") SELECT new_values."answer", new_values."answered_at", new_values."answered_by_id", new_values."corrected", new_values."filed_at", new_values."filed_by_id", new_values."id", new_values."indicator_id", new_values."park_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."round_id", new_values."upheld" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='77171729af837b9182b0eebe983b411ae1a4b54a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2c673', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_objection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_objectionevent" ("answer", "answered_at", "answered_by_id", "corrected", "filed_at", "filed_by_id", "id", "indicator_id", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "round_id", "upheld") SELECT new_values."answer", new_values."answered_at", new_values."answered_by_id", new_values."corrected", new_values."filed_at", new_values."filed_by_id", new_values."id", new_values."indicator_id", new_values."park_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."round_id", new_values."upheld" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bb062746c424fad796da68109f3ff7041e39cbee', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_85bdc', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_objection', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='objection',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_objectionevent" ("answer", "answered_at", "answered_by_id", "corrected", "filed_at", "filed_by_id", "id", "indicator_id", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "round_id", "upheld") SELECT old_values."answer", old_values."answered_at", old_values."answered_by_id", old_values."corrected", old_values."filed_at", old_values."filed_by_id", old_values."id", old_values."indicator_id", old_values."park_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."round_id", old_values."upheld" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6ad7f4042a0b86da346ddc08ceee276de1cd4d76', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f5023', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_objection', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.UniqueConstraint(fields=('result', 'indicator'), name='value_once', violation_error_message='这项指标已经测算。'),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.CheckConstraint(condition=models.Q(('points__isnull', True), models.Q(('points__gte', 0), ('points__lte', 100)), _connector='OR'), name='value_points_in_range', violation_error_message='得分须在 0 到 100 之间。'),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('measured__isnull', True), models.Q(('measured__gte', Decimal('-1E+12')), ('measured__lte', Decimal('1E+12'))), _connector='OR'), models.Q(('raw__isnull', True), models.Q(('raw__gte', Decimal('-1E+12')), ('raw__lte', Decimal('1E+12'))), _connector='OR')), name='value_in_range', violation_error_message='数值超出范围。'),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.CheckConstraint(condition=models.Q(('objection__isnull', False), models.Q(('measured__isnull', True), ('raw__isnull', True)), models.Q(('measured__isnull', False), ('raw', models.F('measured')), ('raw__isnull', False)), _connector='OR'), name='value_changed_by_objection', violation_error_message='原始值只能因采纳的异议而更正。'),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.CheckConstraint(condition=models.Q(('raw__isnull', True), ('points__isnull', False), _connector='OR'), name='value_has_points', violation_error_message='有数值就有得分。'),
        ),
        migrations.AddConstraint(
            model_name='value',
            constraint=models.CheckConstraint(condition=models.Q(('withheld__in', ['', 'too_few', 'too_large'])), name='value_withheld_known', violation_error_message='不显示的原因不在清单里。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='value',
            trigger=pgtrigger.compiler.Trigger(name='frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE held text;', func="IF TG_OP <> 'INSERT' THEN \n        SELECT state INTO held FROM evaluations_round WHERE id = (SELECT round_id FROM evaluations_result WHERE id = OLD.result_id) FOR SHARE;\n        IF held = 'published' THEN\n            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n        END IF;\n     END IF; IF TG_OP <> 'DELETE' THEN \n        SELECT state INTO held FROM evaluations_round WHERE id = (SELECT round_id FROM evaluations_result WHERE id = NEW.result_id) FOR SHARE;\n        IF held = 'published' THEN\n            RAISE EXCEPTION '已公布的评价不能再改' USING ERRCODE = 'restrict_violation';\n        END IF;\n     RETURN NEW; END IF; RETURN OLD;", hash='e2f605d6623df26845be14c5232105c16d8166e6', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_frozen_7c877', table='evaluations_value', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='value',
            trigger=pgtrigger.compiler.Trigger(name='of_its_scheme', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NOT EXISTS (\n                        SELECT FROM evaluations_result e JOIN evaluations_round r ON r.id = e.round_id\n                            JOIN evaluations_schemeindicator i ON i.scheme_id = r.scheme_id\n                            WHERE e.id = NEW.result_id AND i.id = NEW.indicator_id)\n                        OR NEW.objection_id IS NOT NULL AND NOT EXISTS (\n                            SELECT FROM evaluations_objection o JOIN evaluations_result e ON e.round_id = o.round_id AND e.park_id = o.park_id\n                                WHERE o.id = NEW.objection_id AND e.id = NEW.result_id AND o.upheld AND o.indicator_id = NEW.indicator_id\n                                    AND o.corrected = NEW.raw)\n                    THEN\n                        RAISE EXCEPTION '指标须是本方案的，更正须有采纳的异议' USING ERRCODE = 'check_violation';\n                    END IF;\n                    RETURN NEW;\n                ", hash='4e7a959e7577a1bdb104f8cf36f640b8441a7618', operation='INSERT OR UPDATE', pgid='pgtrigger_of_its_scheme_db1ed', table='evaluations_value', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='value',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_valueevent" ("id", "indicator_id", "measured", "members", "objection_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "raw", "result_id", "said", "withheld") SELECT new_values."id", new_values."indicator_id", new_values."measured", new_values."members", new_values."objection_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."points", new_values."raw", new_values."result_id", new_values."said", new_values."withheld" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b1e0317a062e179696e29574cf80c67b14cc8fa5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_19912', referencing='REFERENCING NEW TABLE AS new_values ', table='evaluations_value', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='value',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_valueevent" ("id", "indicator_id", "measured", "members", "objection_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "raw", "result_id", "said", "withheld") SELECT new_values."id", new_values."indicator_id", new_values."measured", new_values."members", new_values."objection_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."points", new_values."raw", new_values."result_id", new_values."said", new_values."withheld" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='43808d331ee4d2cddbff9aaaca344db1b7fba42e', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f1d61', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='evaluations_value', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='value',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "evaluations_valueevent" ("id", "indicator_id", "measured", "members", "objection_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "points", "raw", "result_id", "said", "withheld") SELECT old_values."id", old_values."indicator_id", old_values."measured", old_values."members", old_values."objection_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."points", old_values."raw", old_values."result_id", old_values."said", old_values."withheld" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b00d4acf559812a601b44ef3ee3df1682778ec37', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_603b3', referencing='REFERENCING OLD TABLE AS old_values ', table='evaluations_value', when='AFTER')),
        ),
    ]
