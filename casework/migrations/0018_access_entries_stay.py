"""What was done beside the cases is append-only by trigger."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION casework_access_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the book of accesses is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER casework_access_entries_stay BEFORE UPDATE OR DELETE ON casework_accessentry
    FOR EACH ROW EXECUTE FUNCTION casework_access_entries_stay();
"""
BACK = """
DROP TRIGGER casework_access_entries_stay ON casework_accessentry;
DROP FUNCTION casework_access_entries_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0017_audit_lists")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
