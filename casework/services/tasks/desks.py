"""Whose a task is, in the words of the database: a part of the statements that make tasks."""

# Who gets it: the post that is named, as long as somebody holds it; else another post of the place; else its community.
# Whoever stands in for an absent holder holds the post too.
DESKS = """
desk AS MATERIALIZED (
  SELECT there.code AS area_code, post.code, post.role
    FROM grid_area there
    JOIN grid_unit unit ON unit.area_id = there.id
    JOIN grid_post post ON post.unit_id = unit.id
   WHERE there.level IN ('grid', 'community')
     AND (there.code LIKE %(inside)s OR there.code = left(%(area)s, 12))
     AND EXISTS (SELECT FROM grid_appointment held JOIN grid_user person ON person.id = held.user_id
                  WHERE held.post_id = post.id AND person.is_active
                    AND held.starts_on <= %(today)s AND (held.ends_on IS NULL OR held.ends_on >= %(today)s))),
fit AS (
  SELECT place.id, desk.code AS post, CASE WHEN desk.role = place.role THEN 0 ELSE 1 END AS rank
    FROM place JOIN desk ON desk.area_code = place.code
  UNION ALL
  SELECT place.id, desk.code, CASE WHEN desk.role = 'community_worker' THEN 2 ELSE 3 END
    FROM place JOIN desk ON desk.area_code = left(place.code, 12)
   WHERE desk.role IN ('community_worker', 'community_secretary')),
chosen AS (SELECT DISTINCT ON (id) id, post FROM fit ORDER BY id, rank, post)
"""
