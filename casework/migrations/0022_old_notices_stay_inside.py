"""What was written before there were channels is not news: nobody is told of it outside."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0021_task_of_subject")]
    operations = [
        migrations.RunSQL(
            "UPDATE casework_notice SET pushed_at = at WHERE pushed_at IS NULL", migrations.RunSQL.noop
        )
    ]
