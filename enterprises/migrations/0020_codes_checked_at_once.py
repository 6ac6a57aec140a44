"""The check of a code as one sum over its bytes instead of a loop over its letters: half the time, and 22,000 codes are checked in one roster.

`translate` turns the 31 characters of the standard into @ (64) and what follows it, so a byte less 64 is the value of a character; the weights
add up to a constant, and a right code to a multiple of 31 (GB 32100-2015, appendix A).
"""

from django.db import migrations

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
BYTES = "".join(chr(64 + value) for value in range(len(ALPHABET)))
TOTAL = " + ".join(f"{weight} * get_byte(values, {place})" for place, weight in enumerate(WEIGHTS))

FORWARD = f"""
CREATE OR REPLACE FUNCTION mc_uscc_valid(code text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    values bytea;
BEGIN
    IF code !~ '^[0-9A-HJ-NPQRTUWXY]{{2}}[0-9]{{6}}[0-9A-HJ-NPQRTUWXY]{{10}}$' THEN
        RETURN false;
    END IF;
    values := convert_to(translate(code, '{ALPHABET}', '{BYTES}'), 'SQL_ASCII');
    RETURN ({TOTAL} - {64 * sum(WEIGHTS)}) % 31 = 0;
END
$$
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION mc_uscc_valid(code text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    alphabet constant text := '0123456789ABCDEFGHJKLMNPQRTUWXY';
    weights constant int[] := ARRAY[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    total int := 0;
BEGIN
    IF code !~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$' THEN
        RETURN false;
    END IF;
    FOR place IN 1..17 LOOP
        total := total + (strpos(alphabet, substr(code, place, 1)) - 1) * weights[place];
    END LOOP;
    RETURN substr(alphabet, (31 - total % 31) % 31 + 1, 1) = substr(code, 18, 1);
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [("enterprises", "0019_fewer_indexes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
