"""The journal is append-only by trigger, and case numbers come from a sequence."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION casework_journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal of a case is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER casework_journal_is_append_only BEFORE UPDATE OR DELETE ON casework_caseevent
    FOR EACH ROW EXECUTE FUNCTION casework_journal_is_append_only();
CREATE TRIGGER casework_journal_is_never_emptied BEFORE TRUNCATE ON casework_caseevent
    FOR EACH STATEMENT EXECUTE FUNCTION casework_journal_is_append_only();
CREATE SEQUENCE casework_case_number;
"""
BACK = """
DROP SEQUENCE casework_case_number;
DROP TRIGGER casework_journal_is_never_emptied ON casework_caseevent;
DROP TRIGGER casework_journal_is_append_only ON casework_caseevent;
DROP FUNCTION casework_journal_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
