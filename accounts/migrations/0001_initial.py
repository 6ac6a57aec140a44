import accounts.models
import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
import wording.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', wording.fields.CleanCharField(blank=True, max_length=40, verbose_name='姓名')),
                ('phone', wording.fields.CleanCharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('^\\+?[0-9][0-9-]{4,18}$', '请填写手机或固定电话号码，只含数字和短横线。')], verbose_name='手机号码')),
                ('must_change_password', models.BooleanField(default=False, verbose_name='须修改初始密码')),
                ('is_demo', models.BooleanField(default=False, verbose_name='演示账号')),
                ('privacy_accepted_at', models.DateTimeField(blank=True, null=True, verbose_name='同意隐私说明时间')),
                ('password_changed_at', models.DateTimeField(blank=True, null=True, verbose_name='密码修改时间')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': '用户',
                'verbose_name_plural': '用户',
                'indexes': [models.Index(django.db.models.functions.text.Lower('email'), name='accounts_user_email_any_case')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('username'), name='accounts_user_username_any_case', violation_error_message='这个用户名已有人使用（不分大小写）。'), models.CheckConstraint(condition=models.Q(('is_demo', True), ('is_superuser', True), _negated=True), name='accounts_user_demo_is_no_superuser', violation_error_message='演示账号不能是超级用户。')],
            },
            managers=[
                ('objects', accounts.models.PortalUserManager()),
            ],
        ),
        migrations.CreateModel(
            name='SessionRecord',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('session_key', models.CharField(max_length=40, unique=True, verbose_name='会话')),
                ('created_at', models.DateTimeField(verbose_name='登录时间')),
                ('last_seen_at', models.DateTimeField(verbose_name='最近使用时间')),
                ('address', models.GenericIPAddressField(blank=True, null=True, verbose_name='地址')),
                ('agent', models.CharField(blank=True, max_length=200, verbose_name='浏览器')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='session_records', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '登录会话',
                'verbose_name_plural': '登录会话',
                'indexes': [models.Index(fields=['last_seen_at'], name='accounts_session_seen')],
            },
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('digest', models.CharField(max_length=64, unique=True, verbose_name='摘要')),
                ('label', wording.fields.CleanCharField(blank=True, max_length=60, verbose_name='用途')),
                ('issued_at', models.DateTimeField(verbose_name='签发时间')),
                ('expires_at', models.DateTimeField(verbose_name='失效时间')),
                ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='最近使用时间')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL, verbose_name='用户')),
            ],
            options={
                'verbose_name': '接口令牌',
                'verbose_name_plural': '接口令牌',
                'indexes': [models.Index(fields=['expires_at'], name='accounts_token_expires')],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('issued_at'))), name='accounts_token_expires_later', violation_error_message='令牌的失效时间须晚于签发时间。')],
            },
        ),
    ]
