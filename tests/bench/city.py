"""A city's worth of open cases, put into the tables by the database itself.

Every sub-district has a thousand open cases, whatever the number of cases: so a desk's list is as long in a city as in
one sub-district, and what differs is what lies around it. The first sub-district is the world's own.
"""

from django.db import connection

from casework.models import Case
from tests.world import DISTRICT, TOWN
from workflows.models import Step

OF_A_TOWN = 1000
TOWNS_OF_A_DISTRICT = 100

_PLACES = f"""
CREATE TEMPORARY TABLE place ON COMMIT DROP AS
SELECT n, %(base)s + n AS id, town,
       CASE WHEN town = 0 THEN '{TOWN}'
            WHEN town < {TOWNS_OF_A_DISTRICT} THEN '{DISTRICT}' || 100 + town
            ELSE '51' || lpad((town / {TOWNS_OF_A_DISTRICT})::text, 4, '0') || 100 + town %% {TOWNS_OF_A_DISTRICT}
       END AS code,
       %(now)s::timestamptz - make_interval(mins => n %% 40000) AS at
  FROM (SELECT n, (n - 1) / {OF_A_TOWN} AS town FROM generate_series(1, %(cases)s) n) numbers
"""  # noqa: S608
_RUNS = """
INSERT INTO workflows_run (id, version_id, status, state, state_version, moves, path, started_at)
SELECT place.id, run.version_id, run.status, run.state, run.state_version, run.moves, run.path, place.at
  FROM place, workflows_run run WHERE run.id = %(run)s
"""
_CASES = """
INSERT INTO casework_case (id, number, matter_id, run_id, title, summary, area_id, area_code, level, urgency, category,
       reporter_id, reporter_post, data, status, outcome, opened_at, due_at, version, touched_by, lines, last_hash)
SELECT place.id, 'B-' || place.id, c.matter_id, place.id, c.title || ' ' || place.n, '', c.area_id,
       code || '001001', c.level, c.urgency, '',
       CASE WHEN town = 0 THEN c.reporter_id ELSE %(other)s END, '', c.data, 'open', '', place.at,
       place.at + interval '3 days', 2, ARRAY[code || '000-economy/planning', code || '001001-team/grid_worker'], 2, ''
  FROM place, casework_case c WHERE c.run_id = %(run)s
"""
_STEPS = """
INSERT INTO workflows_step (id, run_id, token, element, name, lane, kind, operation, settings, instance, status,
       candidates, claimed_as, opened_at, due_at, outcome)
SELECT place.id, place.id, s.token, s.element, s.name, s.lane, s.kind, s.operation, s.settings, s.instance, 'open',
       ARRAY[code || '000-economy/planning'], '', place.at, place.at + interval '3 days', ''
  FROM place, workflows_step s WHERE s.run_id = %(run)s AND s.status = 'open'
"""
_EVENTS = """
INSERT INTO casework_caseevent (case_id, seq, kind, post, at, data, hash)
SELECT place.id, e.seq, e.kind, '', place.at, e.data, repeat('0', 64)
  FROM place, casework_caseevent e JOIN casework_case c ON c.id = e.case_id WHERE c.run_id = %(run)s
"""
_TABLES = ("workflows_run", "casework_case", "workflows_step")


def fill(like: Case, *, cases: int, reporter_id: int) -> None:
    """As many open cases as are asked for, all like this one, which waits at its first step.

    Those of other sub-districts were reported by somebody else.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "SELECT max(id) FROM (SELECT max(id) id FROM casework_case UNION SELECT max(id) FROM workflows_run UNION SELECT max(id) FROM workflows_step) a"
        )
        values = {
            "base": cursor.fetchone()[0],
            "cases": cases,
            "now": like.opened_at,
            "run": like.run_id,
            "other": reporter_id,
        }
        cursor.execute("BEGIN")
        for text in (_PLACES, _RUNS, _CASES, _STEPS, _EVENTS):
            cursor.execute(text, values)
        for table in _TABLES:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )  # noqa: S608
        cursor.execute("COMMIT")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SET statement_timeout = '15s'")


def fill_timers(like: Step, *, timers: int) -> None:
    """Timers that are due in years, all of one run."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "INSERT INTO workflows_timer (run_id, token, element, name, due_at) "
            "SELECT %s, 1000000 + n, 'late', '', now() + make_interval(days => 1000 + n %% 1000) "
            "FROM generate_series(1, %s) n",
            [like.run_id, timers],
        )
        cursor.execute("ANALYZE workflows_timer")
        cursor.execute("SET statement_timeout = '15s'")
