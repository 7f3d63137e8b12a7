from django.db import migrations

from grid.models.sealed import SealedTextField

LENGTHS = {"name": 100, "phone": 30, "id_number": 30, "address": 200, "note": 200}


class Migration(migrations.Migration):
    """From varchar to text, which rewrites nothing; `manage.py seal_personal_data` seals the rows that are there."""

    dependencies = [("casework", "0024_loosening_requests")]

    operations = [
        migrations.AlterField(
            model_name="party",
            name=name,
            field=SealedTextField(max_length=length, blank=name != "name"),
        )
        for name, length in LENGTHS.items()
    ]
