from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0002_within_one_community'),
        ('enterprises', '0005_history_by_statement'),
        ('grievances', '0003_automatic_accept'),
        ('parks', '0003_history_by_statement'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='grievance',
            name='grievance_answered',
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('code', 'rating_window'), ('ended_at__isnull', True)), fields=['grievance'], include=('due_at',), name='clock_to_rate'),
        ),
        migrations.AddIndex(
            model_name='grievance',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('state__in', ('submitted', 'returned', 'accepted', 'dispatched', 'in_progress', 'suspended', 'awaiting_feedback'))), fields=['promise_due_at'], name='queue_overdue'),
        ),
        migrations.AddIndex(
            model_name='grievance',
            index=models.Index(condition=models.Q(('state__in', ('submitted', 'returned', 'accepted', 'dispatched', 'in_progress', 'suspended', 'awaiting_feedback'))), fields=['community', 'state'], name='queue_state'),
        ),
        migrations.AddIndex(
            model_name='grievance',
            index=models.Index(condition=models.Q(('state', 'closed')), fields=['id'], name='queue_to_rate'),
        ),
        migrations.AddIndex(
            model_name='grievance',
            index=models.Index(condition=models.Q(('answered_at__isnull', False)), fields=['answered_at'], name='grievance_answered'),
        ),
    ]
