"""Entering a roster keeps only the indexes somebody reads: initials are asked for by two letters and more, the community comes first in two
other indexes, and history is asked for by row and by batch."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import wording.search
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0004_proposal_answers'),
        ('enterprises', '0018_figures_by_somebody'),
        ('parks', '0005_history_of_posts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='enterprise',
            name='enterprise_initials_grams',
        ),
        migrations.AlterField(
            model_name='enterprise',
            name='community',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='enterprises', to='community.community', verbose_name='社区'),
        ),
        migrations.AlterField(
            model_name='enterpriseevent',
            name='community',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='community.community', verbose_name='社区'),
        ),
        migrations.AlterField(
            model_name='tenancyevent',
            name='building',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parks.building', verbose_name='楼宇'),
        ),
        migrations.AlterField(
            model_name='tenancyevent',
            name='enterprise',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='enterprises.enterprise', verbose_name='企业'),
        ),
        migrations.AlterField(
            model_name='tenancyevent',
            name='space',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='parks.space', verbose_name='空间'),
        ),
        migrations.AddIndex(
            model_name='enterprise',
            index=django.contrib.postgres.indexes.GinIndex(wording.search.Bigrams(models.F('initials')), name='enterprise_initials_pairs'),
        ),
        # an index over an expression has no statistics until its table is looked at anew
        migrations.RunSQL("ANALYZE enterprises_enterprise", migrations.RunSQL.noop),
    ]
