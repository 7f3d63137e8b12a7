import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OutlineStamp",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("stamp", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="outline_stamp_is_one_row")
                ],
            },
        ),
    ]
