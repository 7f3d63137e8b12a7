"""The five statements that somebody would write by hand for one step, without engine, rules or words."""

from django.db import connection, transaction

TABLES = """
CREATE TABLE floor_case (id bigint PRIMARY KEY, data jsonb NOT NULL, version int NOT NULL);
CREATE TABLE floor_run (id bigint PRIMARY KEY, state text NOT NULL);
CREATE TABLE floor_step (
    id bigserial PRIMARY KEY, run bigint NOT NULL REFERENCES floor_run, element text NOT NULL,
    open boolean NOT NULL, candidates text[] NOT NULL, opened_at timestamptz NOT NULL, closed_at timestamptz
);
CREATE INDEX ON floor_step (run) WHERE open;
CREATE TABLE floor_event (
    id bigserial PRIMARY KEY, "case" bigint NOT NULL REFERENCES floor_case, seq int NOT NULL, kind text NOT NULL,
    data jsonb NOT NULL, at timestamptz NOT NULL, UNIQUE ("case", seq)
);
"""
STATE = '{"v":1,"tokens":' + "[1,2,3,4,5,6,7,8]," * 90 + "0}"
POSTS = ["500101026000-economy/planning"]


def create(*, cases: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute("INSERT INTO floor_case SELECT n, '{}', 1 FROM generate_series(1, %s) n", [cases])
        cursor.execute("INSERT INTO floor_run SELECT n, %s FROM generate_series(1, %s) n", [STATE, cases])
        cursor.execute(
            "INSERT INTO floor_step (run, element, open, candidates, opened_at) "
            "SELECT n, 'triage', true, %s, now() FROM generate_series(1, %s) n",
            [POSTS, cases],
        )


def complete(number: int, *, seq: int) -> None:
    """Lock and read, close the step, open the next, save the state, write the event: and commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.data, r.state FROM floor_case c JOIN floor_run r USING (id) WHERE c.id = %s FOR UPDATE",
            [number],
        )
        cursor.fetchone()
        cursor.execute(
            "UPDATE floor_step SET open = false, closed_at = now() WHERE run = %s AND open", [number]
        )
        cursor.execute(
            "INSERT INTO floor_step (run, element, open, candidates, opened_at) VALUES (%s, 'next', true, %s, now())",
            [number, POSTS],
        )
        cursor.execute("UPDATE floor_run SET state = %s WHERE id = %s", [STATE, number])
        cursor.execute(
            'INSERT INTO floor_event ("case", seq, kind, data, at) VALUES (%s, %s, %s, %s, now())',
            [number, seq, "completed", '{"comment": "已核实"}'],
        )
