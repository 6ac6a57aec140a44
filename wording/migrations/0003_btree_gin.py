"""Plain columns beside grams in one GIN index: whose rows first, then which words (docs/decisions/0013)."""

from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("wording", "0002_single_characters")]

    operations = [BtreeGinExtension()]
