"""Cases that are there already learn what their steps and their journal say."""

from django.db import migrations

POSTS = """
UPDATE casework_case c SET touched_by = t.codes
  FROM (SELECT s.run_id, array_agg(DISTINCT code ORDER BY code)::varchar(120)[] AS codes
          FROM workflows_step s, unnest(s.candidates) AS code GROUP BY s.run_id) t
 WHERE t.run_id = c.run_id
"""
LINES = """
UPDATE casework_case c SET lines = e.seq, last_hash = e.hash
  FROM (SELECT DISTINCT ON (case_id) case_id, seq, hash FROM casework_caseevent ORDER BY case_id, seq DESC) e
 WHERE e.case_id = c.id
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_case_remembers_posts_and_lines")]
    operations = [
        migrations.RunSQL(POSTS, migrations.RunSQL.noop),
        migrations.RunSQL(LINES, migrations.RunSQL.noop),
    ]
