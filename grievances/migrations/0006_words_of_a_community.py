"""The community stands before the words: a word of ten thousand tickets is read in the eighty of those that are in sight."""

import django.contrib.postgres.indexes
from django.db import migrations, models

import wording.search


class Migration(migrations.Migration):
    dependencies = [
        ("wording", "0003_plain_columns_and_no_workers"),
        ("grievances", "0005_words_and_numbers"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="grievance", name="grievance_words"),
        migrations.AddIndex(
            model_name="grievance",
            index=django.contrib.postgres.indexes.GinIndex(
                models.F("community"),
                wording.search.Together(wording.search.Grams(models.F("title")), wording.search.Bigrams(models.F("body"))),
                name="grievance_words",
            ),
        ),
        # an index over an expression has no statistics until its table is looked at anew
        migrations.RunSQL("ANALYZE grievances_grievance", migrations.RunSQL.noop),
    ]
