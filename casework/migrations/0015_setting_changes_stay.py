"""What was changed in the settings is append-only by trigger."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION casework_setting_changes_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of settings is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER casework_setting_changes_stay BEFORE UPDATE OR DELETE ON casework_settingchange
    FOR EACH ROW EXECUTE FUNCTION casework_setting_changes_stay();
"""
BACK = """
DROP TRIGGER casework_setting_changes_stay ON casework_settingchange;
DROP FUNCTION casework_setting_changes_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0014_setting_changes")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
