from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0002_outline_stamp"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="appointment",
            options={"ordering": ("post_id", "starts_on", "id"), "verbose_name": "appointment"},
        ),
        migrations.AlterModelOptions(
            name="area",
            options={"ordering": ("code",), "verbose_name": "area"},
        ),
        migrations.AlterModelOptions(
            name="photo",
            options={"ordering": ("id",), "verbose_name": "photo"},
        ),
        migrations.AlterModelOptions(
            name="post",
            options={"ordering": ("code",), "verbose_name": "post"},
        ),
        migrations.AlterModelOptions(
            name="report",
            options={"ordering": ("-received_at", "-id"), "verbose_name": "report"},
        ),
        migrations.AlterModelOptions(
            name="unit",
            options={"ordering": ("code",), "verbose_name": "unit"},
        ),
    ]
