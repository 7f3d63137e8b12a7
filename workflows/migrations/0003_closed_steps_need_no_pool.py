"""The case keeps the posts that had work in it, so nobody looks for closed steps by their posts any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("workflows", "0002_published_versions_never_change")]
    operations = [migrations.RemoveIndex(model_name="step", name="step_candidates")]
