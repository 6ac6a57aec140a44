import community.models
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import wording.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Community',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', wording.fields.CleanCharField(max_length=20, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('phone', wording.fields.CleanCharField(blank=True, max_length=30, verbose_name='电话')),
                ('address', wording.fields.CleanCharField(blank=True, max_length=200, verbose_name='地址')),
                ('north', wording.fields.CleanCharField(blank=True, max_length=60, verbose_name='北至')),
                ('east', wording.fields.CleanCharField(blank=True, max_length=60, verbose_name='东至')),
                ('south', wording.fields.CleanCharField(blank=True, max_length=60, verbose_name='南至')),
                ('west', wording.fields.CleanCharField(blank=True, max_length=60, verbose_name='西至')),
                ('boundary', models.JSONField(blank=True, help_text='多边形顶点，单位米：[[x, y], …]', null=True, verbose_name='边界')),
                ('working_hours', models.JSONField(default=community.models.default_hours, verbose_name='工作时间')),
                ('about', wording.fields.CleanTextField(blank=True, max_length=4000, verbose_name='简介')),
            ],
            options={
                'verbose_name': '社区',
                'verbose_name_plural': '社区',
            },
        ),
        migrations.CreateModel(
            name='Street',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', wording.fields.CleanCharField(max_length=20, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
            ],
            options={
                'verbose_name': '街道',
                'verbose_name_plural': '街道',
            },
        ),
        migrations.CreateModel(
            name='Grid',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', wording.fields.CleanCharField(max_length=20, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('boundary', models.JSONField(blank=True, help_text='多边形顶点，单位米：[[x, y], …]', null=True, verbose_name='边界')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grids', to='community.community', verbose_name='社区')),
            ],
            options={
                'verbose_name': '网格',
                'verbose_name_plural': '网格',
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='grid_code_once', violation_error_message='本社区已有这个网格代码。')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('enterprise_manager', '企业管理员'), ('enterprise_member', '企业经办人'), ('employee', '企业员工'), ('steward', '园区长'), ('operator', '园区运营方'), ('partner', '伙伴机构人员'), ('department', '部门人员'), ('grid_leader', '网格长'), ('grid_staff', '专职网格员'), ('grid_part_time', '兼职网格员'), ('specialist', '社区专员'), ('leader', '社区负责人'), ('street', '街道'), ('auditor', '审计'), ('admin', '系统管理员')], max_length=20, verbose_name='岗位')),
                ('title', wording.fields.CleanCharField(blank=True, max_length=40, verbose_name='职务')),
                ('from_at', models.DateTimeField(verbose_name='任职起')),
                ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='任职止')),
                ('handed_over_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='交接于')),
                ('community', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='community.community', verbose_name='社区')),
                ('grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='community.grid', verbose_name='网格')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='all_posts', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
                ('street', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='community.street', verbose_name='街道')),
            ],
            options={
                'verbose_name': '岗位',
                'verbose_name_plural': '岗位',
                'indexes': [models.Index(fields=['user', 'from_at'], name='post_of_user'), models.Index(condition=models.Q(('handed_over_at__isnull', True), ('until_at__isnull', False)), fields=['until_at'], name='post_to_hand_over')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['enterprise_manager', 'enterprise_member', 'employee', 'steward', 'operator', 'partner', 'department', 'grid_leader', 'grid_staff', 'grid_part_time', 'specialist', 'leader', 'street', 'auditor', 'admin'])), name='post_kind_known', violation_error_message='岗位类别不在清单里。'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['department', 'employee', 'enterprise_manager', 'enterprise_member', 'grid_leader', 'grid_part_time', 'grid_staff', 'leader', 'operator', 'partner', 'specialist', 'steward']), ('community__isnull', False), ('street__isnull', True)), models.Q(('kind__in', ['street']), ('community__isnull', True), ('street__isnull', False)), models.Q(('kind__in', ['admin', 'auditor']), ('community__isnull', False), ('street__isnull', True)), models.Q(('kind__in', ['admin', 'auditor']), ('community__isnull', True), ('street__isnull', False)), _connector='OR'), name='post_scope_fits_kind', violation_error_message='岗位须属于一个社区或一个街道，与岗位类别一致。'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['grid_leader', 'grid_part_time', 'grid_staff']), ('grid__isnull', False)), models.Q(('kind__in', ['admin', 'auditor', 'department', 'employee', 'enterprise_manager', 'enterprise_member', 'leader', 'operator', 'partner', 'specialist', 'street']), ('grid__isnull', True)), ('kind__in', ['steward']), _connector='OR'), name='post_grid_fits_kind', violation_error_message='网格岗位须写明网格；其他岗位不填。'), models.CheckConstraint(condition=models.Q(('until_at__isnull', True), ('until_at__gte', models.F('from_at')), _connector='OR'), name='post_in_order', violation_error_message='任职止不能早于任职起。'), models.CheckConstraint(condition=models.Q(('handed_over_at__isnull', True), ('until_at__isnull', False), _connector='OR'), name='post_handed_over_is_over', violation_error_message='只有已经离任的岗位才有交接时间。')],
            },
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_at', models.DateTimeField(verbose_name='起')),
                ('until_at', models.DateTimeField(verbose_name='止')),
                ('reason', wording.fields.CleanCharField(blank=True, max_length=100, verbose_name='事由')),
                ('deputy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deputising', to='community.post', verbose_name='代理岗位')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='community.post', verbose_name='岗位')),
            ],
            options={
                'verbose_name': '缺勤',
                'verbose_name_plural': '缺勤',
                'indexes': [models.Index(fields=['post', 'until_at'], name='absence_of_post')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until_at__gt', models.F('from_at'))), name='absence_in_order', violation_error_message='缺勤的止须晚于起。'), models.CheckConstraint(condition=models.Q(('deputy__isnull', True), models.Q(('deputy', models.F('post')), _negated=True), _connector='OR'), name='absence_deputy_is_another', violation_error_message='不能由自己代理自己。')],
            },
        ),
        migrations.AddField(
            model_name='community',
            name='street',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='communities', to='community.street', verbose_name='街道'),
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', wording.fields.CleanCharField(max_length=20, validators=[django.core.validators.RegexValidator('^[A-Z0-9][A-Z0-9-]*$', '代码只能用大写字母、数字和连字符。')], verbose_name='代码')),
                ('name', wording.fields.CleanCharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('window', '窗口'), ('department', '部门'), ('partner', '伙伴机构'), ('grid', '网格'), ('operator', '园区运营方')], max_length=12, verbose_name='类别')),
                ('is_partner', models.BooleanField(default=False, verbose_name='伙伴窗口')),
                ('phone', wording.fields.CleanCharField(blank=True, max_length=30, verbose_name='电话')),
                ('agreement_from_on', models.DateField(blank=True, null=True, verbose_name='协议起')),
                ('agreement_until_on', models.DateField(blank=True, help_text='含当日；空着表示未约定期限', null=True, verbose_name='协议止')),
                ('has_account', models.BooleanField(default=True, verbose_name='有平台账号')),
                ('retired', models.BooleanField(default=False, verbose_name='已停用')),
                ('community', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='community.community', verbose_name='社区')),
                ('grid', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='unit', to='community.grid', verbose_name='网格')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='firms', to='community.unit', verbose_name='所属伙伴窗口')),
            ],
            options={
                'verbose_name': '单位',
                'verbose_name_plural': '单位',
                'constraints': [models.UniqueConstraint(fields=('community', 'code'), name='unit_code_once', violation_error_message='本社区已有这个单位代码。'), models.CheckConstraint(condition=models.Q(('kind__in', ['window', 'department', 'partner', 'grid', 'operator'])), name='unit_kind_known', violation_error_message='单位类别不在清单里。'), models.CheckConstraint(condition=models.Q(models.Q(('agreement_from_on__isnull', False), ('kind', 'partner'), ('parent__isnull', False)), models.Q(models.Q(('kind', 'partner'), _negated=True), ('agreement_from_on__isnull', True), ('agreement_until_on__isnull', True), ('parent__isnull', True)), _connector='OR'), name='unit_partner_has_window_and_agreement', violation_error_message='伙伴机构须写明所属窗口和协议起始日；其他单位不填这两项。'), models.CheckConstraint(condition=models.Q(models.Q(('grid__isnull', False), ('kind', 'grid')), models.Q(models.Q(('kind', 'grid'), _negated=True), ('grid__isnull', True)), _connector='OR'), name='unit_grid_iff_grid', violation_error_message='网格单位须指明网格；其他单位不填网格。'), models.CheckConstraint(condition=models.Q(('is_partner', False), ('kind', 'window'), _connector='OR'), name='unit_partner_window_is_window', violation_error_message='只有窗口可以标为伙伴窗口。'), models.CheckConstraint(condition=models.Q(('agreement_until_on__isnull', True), ('agreement_until_on__gte', models.F('agreement_from_on')), _connector='OR'), name='unit_agreement_in_order', violation_error_message='协议止不能早于协议起。')],
            },
        ),
        migrations.CreateModel(
            name='PostEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('enterprise_manager', '企业管理员'), ('enterprise_member', '企业经办人'), ('employee', '企业员工'), ('steward', '园区长'), ('operator', '园区运营方'), ('partner', '伙伴机构人员'), ('department', '部门人员'), ('grid_leader', '网格长'), ('grid_staff', '专职网格员'), ('grid_part_time', '兼职网格员'), ('specialist', '社区专员'), ('leader', '社区负责人'), ('street', '街道'), ('auditor', '审计'), ('admin', '系统管理员')], max_length=20, verbose_name='岗位')),
                ('title', wording.fields.CleanCharField(blank=True, max_length=40, verbose_name='职务')),
                ('from_at', models.DateTimeField(verbose_name='任职起')),
                ('until_at', models.DateTimeField(blank=True, null=True, verbose_name='任职止')),
                ('handed_over_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='交接于')),
                ('community', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.community', verbose_name='社区')),
                ('grid', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.grid', verbose_name='网格')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='community.post')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='人员')),
                ('street', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.street', verbose_name='街道')),
                ('unit', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.unit', verbose_name='单位')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='post',
            name='unit',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='posts', to='community.unit', verbose_name='单位'),
        ),
        migrations.AddConstraint(
            model_name='post',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['department', 'operator', 'partner', 'specialist']), ('unit__isnull', False)), models.Q(('kind__in', ['admin', 'auditor', 'employee', 'enterprise_manager', 'enterprise_member', 'leader', 'steward', 'street']), ('unit__isnull', True)), ('kind__in', ['grid_leader', 'grid_part_time', 'grid_staff']), _connector='OR'), name='post_unit_fits_kind', violation_error_message='专员、部门、伙伴机构和园区运营方的岗位须写明单位；其他岗位不填。'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='post',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_postevent" ("community_id", "from_at", "grid_id", "handed_over_at", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street_id", "title", "unit_id", "until_at", "user_id") VALUES (NEW."community_id", NEW."from_at", NEW."grid_id", NEW."handed_over_at", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."street_id", NEW."title", NEW."unit_id", NEW."until_at", NEW."user_id"); RETURN NULL;', hash='69139335087e69bf923861921231b7fce468f840', operation='INSERT', pgid='pgtrigger_insert_insert_3c6e3', table='community_post', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='post',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "community_postevent" ("community_id", "from_at", "grid_id", "handed_over_at", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street_id", "title", "unit_id", "until_at", "user_id") VALUES (NEW."community_id", NEW."from_at", NEW."grid_id", NEW."handed_over_at", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."street_id", NEW."title", NEW."unit_id", NEW."until_at", NEW."user_id"); RETURN NULL;', hash='2f08a95772f6043dfa72037c20bbcb8886eceaa4', operation='UPDATE', pgid='pgtrigger_update_update_a58f8', table='community_post', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='post',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "community_postevent" ("community_id", "from_at", "grid_id", "handed_over_at", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "street_id", "title", "unit_id", "until_at", "user_id") VALUES (OLD."community_id", OLD."from_at", OLD."grid_id", OLD."handed_over_at", OLD."id", OLD."kind", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."street_id", OLD."title", OLD."unit_id", OLD."until_at", OLD."user_id"); RETURN NULL;', hash='6163de64d322bef16b6078a84fb8d8ce647c2477', operation='DELETE', pgid='pgtrigger_delete_delete_3edbc', table='community_post', when='AFTER')),
        ),
    ]
