"""The tags and visit cycles to begin with. No public source has the cycles: each is marked as to be confirmed."""

from typing import Any

from django.db import migrations

# kind → name and cycle in days, in the order in which they are offered
TAGS: dict[str, list[tuple[str, int | None]]] = {
    "person": [
        ("独居老人", 7), ("高龄老人", 14), ("空巢老人", 14), ("特困", 30), ("低保", 90), ("残疾", 30),
        ("留守儿童", 30), ("孤儿", 30), ("精神障碍", 14), ("社区矫正", 7), ("安置帮教", 30),
        ("退役军人", 180), ("流动人口", 90), ("党员", None), ("志愿者", None),
    ],
    "house": [("出租房", 90), ("群租房", 30), ("危房", 14), ("空置房", 180), ("地灾避险房", 30)],
    "place": [
        ("九小场所", 90), ("三合一场所", 30), ("重点场所", 30), ("地灾隐患点", 14), ("涉水危险点", 30),
        ("森林防火点", 30),
    ],
    "facility": [("消防设施", 90), ("公共设施", 180), ("应急物资", 90), ("感知设备", 180)],
}  # fmt: skip


def add_tags(apps: Any, schema_editor: Any) -> None:  # Any: historical models
    tags = apps.get_model("grid", "LedgerTag")
    tags.objects.bulk_create(
        [
            tags(kind=kind, name=name, cycle_days=days, position=position)
            for kind, rows in TAGS.items()
            for position, (name, days) in enumerate(rows, 1)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("grid", "0007_ledgers")]
    operations = [migrations.RunPython(add_tags, migrations.RunPython.noop)]
