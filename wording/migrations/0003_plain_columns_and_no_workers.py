"""Plain columns beside grams in one GIN index: whose rows first, then which words; and a search never starts parallel workers.

`mc_fold` is in every question of three characters and more, and its price made the planner start two workers for what is to take
three milliseconds. Indexes of words are still cut in parallel: theirs are the other functions.
"""

from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("wording", "0002_single_characters")]

    operations = [
        BtreeGinExtension(),
        migrations.RunSQL("ALTER FUNCTION mc_fold(text) PARALLEL RESTRICTED", "ALTER FUNCTION mc_fold(text) PARALLEL SAFE"),
    ]
