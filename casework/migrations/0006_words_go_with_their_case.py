"""The words of a case go with it by trigger: a foreign key would let nobody empty the table of cases."""

from django.db import migrations

FORWARD = r"""
ALTER TABLE casework_case_words DROP CONSTRAINT casework_case_words_case_id_fkey;
CREATE FUNCTION casework_drop_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE casework_case_words;
    ELSE
        DELETE FROM casework_case_words WHERE case_id = OLD.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER casework_drop_words AFTER DELETE ON casework_case
    FOR EACH ROW EXECUTE FUNCTION casework_drop_words();
CREATE TRIGGER casework_drop_all_words AFTER TRUNCATE ON casework_case
    FOR EACH STATEMENT EXECUTE FUNCTION casework_drop_words();
"""
BACK = """
DROP TRIGGER casework_drop_all_words ON casework_case;
DROP TRIGGER casework_drop_words ON casework_case;
DROP FUNCTION casework_drop_words();
ALTER TABLE casework_case_words ADD CONSTRAINT casework_case_words_case_id_fkey
    FOREIGN KEY (case_id) REFERENCES casework_case (id) ON DELETE CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0005_search_by_words")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
