"""A published version is evidence: the database itself refuses to change its content."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION workflows_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'a published version is never deleted' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status <> 'draft' AND (
        NEW.bpmn, NEW.sha256, NEW.forms, NEW.tables, NEW.about, NEW.calls, NEW.number, NEW.definition_id,
        NEW.published_at)
        IS DISTINCT FROM (
        OLD.bpmn, OLD.sha256, OLD.forms, OLD.tables, OLD.about, OLD.calls, OLD.number, OLD.definition_id,
        OLD.published_at)
    THEN
        RAISE EXCEPTION 'a published version never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.status <> 'draft' AND NEW.status = 'draft' THEN
        RAISE EXCEPTION 'a published version never becomes a draft' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER workflows_version_is_frozen BEFORE UPDATE OR DELETE ON workflows_version
    FOR EACH ROW EXECUTE FUNCTION workflows_version_is_frozen();
"""
BACK = """
DROP TRIGGER workflows_version_is_frozen ON workflows_version;
DROP FUNCTION workflows_version_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("workflows", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
