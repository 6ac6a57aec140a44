import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import wording.fields
import wording.search
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('community', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('wording', '0001_search_functions'),
    ]

    operations = [
        migrations.CreateModel(
            name='Building',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', wording.fields.CleanCharField(max_length=20, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('floors', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='层数')),
                ('address', wording.fields.CleanCharField(blank=True, max_length=200, verbose_name='地址')),
            ],
            options={
                'verbose_name': '楼宇',
                'verbose_name_plural': '楼宇',
                'constraints': [models.CheckConstraint(condition=models.Q(('floors__isnull', True), models.Q(('floors__gte', 1), ('floors__lte', 200)), _connector='OR'), name='building_floors_in_range', violation_error_message='层数须在 1 到 200 之间。')],
            },
        ),
        migrations.CreateModel(
            name='Park',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', wording.fields.CleanCharField(max_length=20, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('pinyin', models.CharField(blank=True, editable=False, max_length=300, verbose_name='拼音')),
                ('initials', models.CharField(blank=True, editable=False, max_length=60, verbose_name='拼音首字母')),
                ('address', wording.fields.CleanCharField(blank=True, max_length=200, verbose_name='地址')),
                ('land_area_m2', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='土地面积（平方米）')),
                ('built_on', models.DateField(blank=True, null=True, verbose_name='建成日期')),
                ('boundary', models.JSONField(blank=True, help_text='多边形顶点，单位米：[[x, y], …]', null=True, verbose_name='边界')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parks', to='community.community', verbose_name='社区')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parks', to='community.grid', verbose_name='网格')),
                ('operator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parks', to='community.unit', verbose_name='运营方')),
            ],
            options={
                'verbose_name': '园区',
                'verbose_name_plural': '园区',
                'indexes': [models.Index(fields=['community', 'pinyin', 'id'], name='park_by_name'), django.contrib.postgres.indexes.GinIndex(wording.search.Bigrams(models.F('name')), name='park_name_bigrams')],
                'constraints': [models.UniqueConstraint(fields=('community', 'name'), name='park_name_once', violation_error_message='本社区已有同名园区。'), models.CheckConstraint(condition=models.Q(('land_area_m2__isnull', True), models.Q(('land_area_m2__gte', 0), ('land_area_m2__lte', Decimal('100000000'))), _connector='OR'), name='park_area_in_range', violation_error_message='土地面积须在 0 到 1 亿平方米之间。')],
            },
        ),
        migrations.CreateModel(
            name='BuildingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', wording.fields.CleanCharField(max_length=20, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('floors', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='层数')),
                ('address', wording.fields.CleanCharField(blank=True, max_length=200, verbose_name='地址')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='parks.building')),
                ('park', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parks.park', verbose_name='园区')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='building',
            name='park',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='buildings', to='parks.park', verbose_name='园区'),
        ),
        migrations.CreateModel(
            name='ParkEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('code', wording.fields.CleanCharField(max_length=20, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('pinyin', models.CharField(blank=True, editable=False, max_length=300, verbose_name='拼音')),
                ('initials', models.CharField(blank=True, editable=False, max_length=60, verbose_name='拼音首字母')),
                ('address', wording.fields.CleanCharField(blank=True, max_length=200, verbose_name='地址')),
                ('land_area_m2', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True, verbose_name='土地面积（平方米）')),
                ('built_on', models.DateField(blank=True, null=True, verbose_name='建成日期')),
                ('boundary', models.JSONField(blank=True, help_text='多边形顶点，单位米：[[x, y], …]', null=True, verbose_name='边界')),
                ('community', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.community', verbose_name='社区')),
                ('grid', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.grid', verbose_name='网格')),
                ('operator', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.unit', verbose_name='运营方')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='parks.park')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ParkPost',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('park', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='park_posts', to='parks.park', verbose_name='园区')),
                ('post', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='park_post', to='community.post', verbose_name='岗位')),
            ],
            options={
                'verbose_name': '园区岗位',
                'verbose_name_plural': '园区岗位',
            },
        ),
        migrations.CreateModel(
            name='Space',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('room', wording.fields.CleanCharField(max_length=40, verbose_name='房号')),
                ('area_m2', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='面积（平方米）')),
                ('kind', models.CharField(choices=[('office', '办公'), ('lab', '研发'), ('workshop', '生产'), ('shop', '商业'), ('storage', '仓储'), ('other', '其他')], default='office', max_length=12, verbose_name='用途')),
                ('status', models.CharField(choices=[('vacant', '闲置'), ('let', '已租'), ('reserved', '已预订')], default='vacant', max_length=12, verbose_name='状态')),
                ('building', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='spaces', to='parks.building', verbose_name='楼宇')),
            ],
            options={
                'verbose_name': '空间',
                'verbose_name_plural': '空间',
                'indexes': [models.Index(fields=['building', 'status'], name='space_by_status')],
                'constraints': [models.UniqueConstraint(fields=('building', 'room'), name='space_room_once', violation_error_message='本楼宇已有这个房号。'), models.CheckConstraint(condition=models.Q(('area_m2__isnull', True), models.Q(('area_m2__gte', 0), ('area_m2__lte', Decimal('100000000'))), _connector='OR'), name='space_area_in_range', violation_error_message='面积须在 0 到 1 亿平方米之间。'), models.CheckConstraint(condition=models.Q(('kind__in', ['office', 'lab', 'workshop', 'shop', 'storage', 'other'])), name='space_kind_known', violation_error_message='用途不在清单里。'), models.CheckConstraint(condition=models.Q(('status__in', ['vacant', 'let', 'reserved'])), name='space_status_known', violation_error_message='状态不在清单里。')],
            },
        ),
        migrations.CreateModel(
            name='SpaceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('room', wording.fields.CleanCharField(max_length=40, verbose_name='房号')),
                ('area_m2', models.DecimalField(decimal_places=2, max_digits=12, verbose_name='面积（平方米）')),
                ('kind', models.CharField(choices=[('office', '办公'), ('lab', '研发'), ('workshop', '生产'), ('shop', '商业'), ('storage', '仓储'), ('other', '其他')], default='office', max_length=12, verbose_name='用途')),
                ('status', models.CharField(choices=[('vacant', '闲置'), ('let', '已租'), ('reserved', '已预订')], default='vacant', max_length=12, verbose_name='状态')),
                ('building', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parks.building', verbose_name='楼宇')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='parks.space')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='park',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parks_parkevent" ("address", "boundary", "built_on", "code", "community_id", "grid_id", "id", "initials", "land_area_m2", "name", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (NEW."address", NEW."boundary", NEW."built_on", NEW."code", NEW."community_id", NEW."grid_id", NEW."id", NEW."initials", NEW."land_area_m2", NEW."name", NEW."operator_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin"); RETURN NULL;', hash='34cf5c1147509327ca10a61d24c89cb5c2b23792', operation='INSERT', pgid='pgtrigger_insert_insert_66883', table='parks_park', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='park',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parks_parkevent" ("address", "boundary", "built_on", "code", "community_id", "grid_id", "id", "initials", "land_area_m2", "name", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (NEW."address", NEW."boundary", NEW."built_on", NEW."code", NEW."community_id", NEW."grid_id", NEW."id", NEW."initials", NEW."land_area_m2", NEW."name", NEW."operator_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin"); RETURN NULL;', hash='6323aaa01c0cfc27083fc65363411b90d9cab96a', operation='UPDATE', pgid='pgtrigger_update_update_19f56', table='parks_park', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='park',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parks_parkevent" ("address", "boundary", "built_on", "code", "community_id", "grid_id", "id", "initials", "land_area_m2", "name", "operator_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin") VALUES (OLD."address", OLD."boundary", OLD."built_on", OLD."code", OLD."community_id", OLD."grid_id", OLD."id", OLD."initials", OLD."land_area_m2", OLD."name", OLD."operator_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."pinyin"); RETURN NULL;', hash='18c9a0293acb3e363cb9963df2501a9b2805296f', operation='DELETE', pgid='pgtrigger_delete_delete_d141c', table='parks_park', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.UniqueConstraint(fields=('park', 'code'), name='building_code_once', violation_error_message='本园区已有这个楼宇代码。'),
        ),
        migrations.AddConstraint(
            model_name='building',
            constraint=models.UniqueConstraint(fields=('park', 'name'), name='building_name_once', violation_error_message='本园区已有同名楼宇。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='building',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parks_buildingevent" ("address", "code", "floors", "id", "name", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."address", NEW."code", NEW."floors", NEW."id", NEW."name", NEW."park_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;', hash='75fecec68854d0c9d3821c5a8f142eb78aa4885d', operation='INSERT', pgid='pgtrigger_insert_insert_db512', table='parks_building', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='building',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parks_buildingevent" ("address", "code", "floors", "id", "name", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."address", NEW."code", NEW."floors", NEW."id", NEW."name", NEW."park_id", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;', hash='4a7e7bbf150f895eff9d9548b4b6a6ab34f0b373', operation='UPDATE', pgid='pgtrigger_update_update_0d936', table='parks_building', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='building',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parks_buildingevent" ("address", "code", "floors", "id", "name", "park_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (OLD."address", OLD."code", OLD."floors", OLD."id", OLD."name", OLD."park_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id"); RETURN NULL;', hash='3b454bcabcca0388be26cc9dbddc2bbdc2f80be0', operation='DELETE', pgid='pgtrigger_delete_delete_754c8', table='parks_building', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='space',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parks_spaceevent" ("area_m2", "building_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room", "status") VALUES (NEW."area_m2", NEW."building_id", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."room", NEW."status"); RETURN NULL;', hash='c03c4157eadc250b68da6e9d5768c250730b06b9', operation='INSERT', pgid='pgtrigger_insert_insert_32cf7', table='parks_space', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='space',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "parks_spaceevent" ("area_m2", "building_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room", "status") VALUES (NEW."area_m2", NEW."building_id", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."room", NEW."status"); RETURN NULL;', hash='d4e6003af45bc27b72bd96cce23f0c0c963c6030', operation='UPDATE', pgid='pgtrigger_update_update_4406c', table='parks_space', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='space',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "parks_spaceevent" ("area_m2", "building_id", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room", "status") VALUES (OLD."area_m2", OLD."building_id", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."room", OLD."status"); RETURN NULL;', hash='288cc750b1c40589c2bcf1d07aad7c27d4ae49b8', operation='DELETE', pgid='pgtrigger_delete_delete_71818', table='parks_space', when='AFTER')),
        ),
    ]
