"""The five statements that somebody would write by hand for one step, without engine, rules or words.

Lock and read, close the step, open the next, save the state, write the event: through Django's ORM, through a cursor,
and as one statement.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.utils import timezone

TABLES = """
CREATE TABLE floor_case (id bigint PRIMARY KEY, data jsonb NOT NULL, version int NOT NULL);
CREATE TABLE floor_run (id bigint PRIMARY KEY, case_id bigint NOT NULL REFERENCES floor_case, state text NOT NULL);
CREATE TABLE floor_step (
    id bigserial PRIMARY KEY, run_id bigint NOT NULL REFERENCES floor_run, element text NOT NULL,
    open boolean NOT NULL, candidates text[] NOT NULL, opened_at timestamptz NOT NULL, closed_at timestamptz
);
CREATE INDEX ON floor_step (run_id) WHERE open;
CREATE TABLE floor_event (
    id bigserial PRIMARY KEY, case_id bigint NOT NULL REFERENCES floor_case, seq int NOT NULL, kind text NOT NULL,
    data jsonb NOT NULL, at timestamptz NOT NULL, UNIQUE (case_id, seq)
);
"""
STATE = '[1,"p","000000009000000007000000008000000009",[["p",null,"p"]],' + '[[0,"housing","r"]]' * 8 + "]"
POSTS = ["500101026000-economy/planning"]
SAID = {"comment": "已核实", "element": "triage", "name": "triage"}


class FloorCase(models.Model):
    data = models.JSONField()
    version = models.IntegerField()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_case"

    def __str__(self) -> str:
        return f"case {self.pk}"


class FloorRun(models.Model):
    case = models.OneToOneField(FloorCase, on_delete=models.PROTECT, related_name="run")
    state = models.TextField()

    objects: models.Manager[FloorRun] = models.Manager()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_run"

    def __str__(self) -> str:
        return f"run {self.pk}"


class FloorStep(models.Model):
    run = models.ForeignKey(FloorRun, on_delete=models.PROTECT)
    element = models.TextField()
    open = models.BooleanField()
    candidates: ClassVar = ArrayField(models.TextField())
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects: models.Manager[FloorStep] = models.Manager()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_step"

    def __str__(self) -> str:
        return f"step {self.pk}"


class FloorEvent(models.Model):
    case = models.ForeignKey(FloorCase, on_delete=models.PROTECT)
    seq = models.IntegerField()
    kind = models.TextField()
    data = models.JSONField()
    at = models.DateTimeField()

    objects: models.Manager[FloorEvent] = models.Manager()

    class Meta:
        app_label, managed, db_table = "bench", False, "floor_event"

    def __str__(self) -> str:
        return f"event {self.pk}"


def create(*, cases: int) -> None:
    """The tables, with so many cases that wait at their first step."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute("INSERT INTO floor_case SELECT n, '{}', 1 FROM generate_series(1, %s) n", [cases])
        cursor.execute("INSERT INTO floor_run SELECT n, n, %s FROM generate_series(1, %s) n", [STATE, cases])
        cursor.execute(
            "INSERT INTO floor_step (run_id, element, open, candidates, opened_at) "
            "SELECT n, 'triage', true, %s, now() FROM generate_series(1, %s) n",
            [POSTS, cases],
        )


@transaction.atomic
def by_orm(number: int, *, seq: int) -> None:
    now = timezone.now()
    run = FloorRun.objects.select_for_update().select_related("case").get(pk=number)
    step = FloorStep.objects.filter(run=run, open=True)
    step.update(open=False, closed_at=now)
    FloorStep.objects.create(run=run, element="next", open=True, candidates=POSTS, opened_at=now)
    run.state = STATE
    run.save(update_fields=["state"])
    FloorEvent.objects.create(case=run.case, seq=seq, kind="completed", data=SAID, at=now)


_CLOSE = "UPDATE floor_step SET open = false, closed_at = now() WHERE run_id = %s AND open"
_OPEN = "INSERT INTO floor_step (run_id, element, open, candidates, opened_at) VALUES (%s, 'next', true, %s, now())"
_SAVE = "UPDATE floor_run SET state = %s WHERE id = %s"
_WRITE = "INSERT INTO floor_event (case_id, seq, kind, data, at) VALUES (%s, %s, 'completed', %s, now())"
_LOCK = (
    "SELECT r.state, c.data FROM floor_run r JOIN floor_case c ON c.id = r.case_id WHERE r.id = %s FOR UPDATE"
)
_SAID = '{"comment": "已核实", "element": "triage", "name": "triage"}'


@transaction.atomic
def by_cursor(number: int, *, seq: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [number])
        cursor.fetchone()
        cursor.execute(_CLOSE, [number])
        cursor.execute(_OPEN, [number, POSTS])
        cursor.execute(_SAVE, [STATE, number])
        cursor.execute(_WRITE, [number, seq, _SAID])


_ALL = f"""
WITH locked AS ({_LOCK}), closed AS ({_CLOSE}), opened AS ({_OPEN}), saved AS ({_SAVE}), written AS ({_WRITE})
SELECT * FROM locked
"""  # noqa: S608


def in_one(number: int, *, seq: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_ALL, [number, number, number, POSTS, STATE, number, number, seq, _SAID])
        cursor.fetchone()
