"""Single characters beside the pairs, trigrams for codes and addresses, what is frequent, and honest prices of the functions.

`mc_grams` stands alone like the functions of 0001, for the same reason. The prices: cutting a name takes some 15 µs, folding it 5;
with the 0.25 µs the planner assumes of any function it would rather cut ten thousand names than open the index.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

GRAMS = r"""
CREATE FUNCTION mc_grams(phrase text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1500 AS $$
DECLARE
    letters text[] := string_to_array(regexp_replace(lower(normalize(phrase, NFKC)),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0\u00b7\u1680\u2000-\u206f\u3001-\u3003\u3008-\u3020\u3030\u30fb\ufeff]+',
        '', 'g'), NULL);
    before text;
    letter text;
    grams text[] := letters;
BEGIN
    FOREACH letter IN ARRAY letters LOOP
        IF before IS NOT NULL THEN
            grams := grams || (before || letter);
        END IF;
        before := letter;
    END LOOP;
    RETURN grams;
END
$$
"""

# The statistics of an index over an expression are its owner's alone; the application asks for the pairs and shares of one.
FREQUENT = """
CREATE FUNCTION mc_frequent(index_name text) RETURNS TABLE (gram text, share real)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT counted.gram, counted.share
    FROM pg_stats AS known, unnest(known.most_common_elems::text::text[], known.most_common_elem_freqs) AS counted (gram, share)
    WHERE known.schemaname = 'public' AND known.tablename = index_name AND counted.gram IS NOT NULL
$$
"""

PRICES = "ALTER FUNCTION mc_bigrams(text) COST 1500; ALTER FUNCTION mc_fold(text) COST 500"
PRICES_BEFORE = "ALTER FUNCTION mc_bigrams(text) COST 100; ALTER FUNCTION mc_fold(text) COST 100"


class Migration(migrations.Migration):
    dependencies = [("wording", "0001_search_functions")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(GRAMS, "DROP FUNCTION mc_grams(text)"),
        migrations.RunSQL(FREQUENT, "DROP FUNCTION mc_frequent(text)"),
        migrations.RunSQL(PRICES, PRICES_BEFORE),
    ]
