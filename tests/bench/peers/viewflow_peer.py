# mypy: ignore-errors
"""The same eight steps with viewflow, in an environment of its own: `viewflow_peer.py URL CASES`.

Every step is a `Handle`, the node that code completes; tasks and process are locked by SELECT FOR UPDATE, as its
documentation advises for production.
"""

import json
import sys
import time
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

url, cases = urlsplit(sys.argv[1]), int(sys.argv[2])
settings.configure(
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions", "django.contrib.messages",
        "viewflow", "viewflow.workflow",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username,
            "HOST": parse_qs(url.query)["host"][0], "CONN_MAX_AGE": None,
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField", USE_TZ=True, SECRET_KEY="bench",
)  # fmt: skip
django.setup()

from django.core.management import call_command  # noqa: E402
from viewflow import this  # noqa: E402
from viewflow.workflow import flow, lock  # noqa: E402
from viewflow.workflow.models import Process, Task  # noqa: E402

# A flow is found again by its application and module: let it be one of viewflow's own.
sys.modules["viewflow.workflow.bench"] = sys.modules[__name__]


class Matter(flow.Flow):
    __module__ = "viewflow.workflow.bench"
    process_class = Process
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle(this.opened).Next(this.triage)
    triage = flow.Handle(this.done).Next(this.near)
    near = flow.Handle(this.done).Next(this.town)
    town = flow.Handle(this.done).Next(this.fork)
    fork = flow.Split().Next(this.housing).Next(this.police).Next(this.urban)
    housing = flow.Handle(this.done).Next(this.join)
    police = flow.Handle(this.done).Next(this.join)
    urban = flow.Handle(this.done).Next(this.join)
    join = flow.Join().Next(this.district)
    district = flow.Handle(this.done).Next(this.well)
    well = (
        flow.If(lambda activation: bool(activation.process.data.get("back")))
        .Then(this.town)
        .Else(this.verify)
    )
    verify = flow.Handle(this.done).Next(this.end)
    end = flow.End()

    def opened(self, activation, **said):
        activation.process.data = said
        return activation.process

    def done(self, activation, **said):
        activation.process.data.update(said)
        activation.process.save(update_fields=["data"])
        return activation.process


call_command("migrate", verbosity=0)
starts, completions = [], []
for _ in range(cases):
    began = time.perf_counter()
    process = Matter.start.run(title="三巷 12 号院墙体开裂", place="沱口社区第一网格")
    starts.append(time.perf_counter() - began)
    while True:
        task = Task.objects.filter(process_id=process.pk, status="NEW").order_by("pk").first()
        if task is None:
            break
        began = time.perf_counter()
        task.flow_task.run(task, comment="已核实")
        completions.append(time.perf_counter() - began)
assert Process.objects.exclude(status="DONE").count() == 0
assert len(completions) == 8 * cases
print(json.dumps({"starts": starts, "completions": completions}))
