from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    """A column that starts empty: no row is touched."""

    dependencies = [("grid", "0010_outlines_in_versions")]

    operations = [
        migrations.AddField(
            model_name="ledgerrecord",
            name="marks",
            field=ArrayField(base_field=models.CharField(max_length=12), blank=True, null=True, size=None),
        ),
    ]
