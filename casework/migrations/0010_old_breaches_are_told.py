"""Clocks that ran out before breaches were ruled on have been told of; clocks remember the area of their case."""

from django.db import migrations

TOLD = "UPDATE casework_clock SET told_at = breached_at, breaches = 1 WHERE breached_at IS NOT NULL"
AREAS = "UPDATE casework_clock k SET area_code = c.area_code FROM casework_case c WHERE c.id = k.case_id"


class Migration(migrations.Migration):
    dependencies = [("casework", "0009_clocks_climb")]
    operations = [
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
        migrations.RunSQL(AREAS, migrations.RunSQL.noop),
    ]
