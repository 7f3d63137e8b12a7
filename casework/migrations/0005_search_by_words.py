"""Cases are found by pairs of characters: Chinese has no spaces, and a trigram index can't help words of two.

The pairs lie in a table of their own, written by trigger when a case is opened: in the case's own row every step
of the process would write them again.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION casework_pairs(words text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT substr(lower(words), n, 2)), '{}')
    FROM generate_series(1, length(words) - 1) AS n
    WHERE substr(words, n, 2) !~ '\s'
$$;
CREATE TABLE casework_case_words (
    case_id bigint PRIMARY KEY REFERENCES casework_case (id) ON DELETE CASCADE,
    serial text NOT NULL,
    pairs text[] NOT NULL
);
CREATE FUNCTION casework_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    place text := (SELECT name FROM grid_area WHERE id = NEW.area_id);
    reporter text := (SELECT display_name FROM grid_user WHERE id = NEW.reporter_id);
BEGIN
    INSERT INTO casework_case_words (case_id, serial, pairs)
    VALUES (
        NEW.id,
        split_part(NEW.number, '-', 3),
        casework_pairs(concat_ws(' ', NEW.title, NEW.summary, place, reporter))
    )
    ON CONFLICT (case_id) DO UPDATE SET serial = excluded.serial, pairs = excluded.pairs;
    RETURN NULL;
END $$;
CREATE TRIGGER casework_keep_words AFTER INSERT OR UPDATE OF title, summary, area_id ON casework_case
    FOR EACH ROW EXECUTE FUNCTION casework_keep_words();
INSERT INTO casework_case_words (case_id, serial, pairs)
    SELECT c.id, split_part(c.number, '-', 3), casework_pairs(concat_ws(' ', c.title, c.summary, a.name, u.display_name))
    FROM casework_case c JOIN grid_area a ON a.id = c.area_id JOIN grid_user u ON u.id = c.reporter_id;
CREATE INDEX casework_case_words_pairs ON casework_case_words USING gin (pairs);
CREATE INDEX casework_case_words_serial ON casework_case_words (serial);
"""
BACK = """
DROP TRIGGER casework_keep_words ON casework_case;
DROP FUNCTION casework_keep_words();
DROP TABLE casework_case_words;
DROP FUNCTION casework_pairs(text);
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0004_fill_posts_and_lines"), ("grid", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
