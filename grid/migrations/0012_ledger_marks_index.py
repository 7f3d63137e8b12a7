from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # nobody who writes ledgers waits for the index

    dependencies = [("grid", "0011_ledger_marks")]

    operations = [
        AddIndexConcurrently(
            model_name="ledgerrecord", index=GinIndex(fields=["marks"], name="ledger_marks")
        ),
    ]
