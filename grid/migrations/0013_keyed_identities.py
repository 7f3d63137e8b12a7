"""The hash of an identity number gets a key: without one all numbers of a district can be tried in a minute.

In batches of their own, so that nobody waits and a broken run is gone on with. Other personal data are sealed by
`manage.py seal_personal_data` afterwards, while the product runs.
"""

from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from grid.sealing import blind

BATCH = 2_000


def give_keys(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    records = apps.get_model("grid", "LedgerRecord").objects
    while True:
        with transaction.atomic():
            rows = list(records.select_for_update().filter(identity__startswith="id:").order_by("pk")[:BATCH])
            for row in rows:
                row.identity = "key:" + blind("identity", row.identity.removeprefix("id:"))
            records.bulk_update(rows, ["identity"])
        if len(rows) < BATCH:
            return


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("grid", "0012_ledger_marks_index")]

    # There is no way back from a keyed hash; the code before this one would not know these rows again.
    operations = [migrations.RunPython(give_keys, migrations.RunPython.noop)]
