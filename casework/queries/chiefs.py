"""What the five chiefs' (五长) page needs: who is one, for which place, and what they can report without questions."""

from __future__ import annotations

from casework import forms
from casework.access import HeldPost, Viewer
from casework.errors import NotYours
from casework.models import Case
from casework.queries.categories import category_tree
from casework.queries.reporting import published_or_none, report_form

# 总网格长、网格长、院落长、楼栋长、单元长. Which five there are is a district's own matter: these are the roles of posts.
CHIEFS = ("general_grid_head", "grid_head", "courtyard_head", "building_head", "unit_head")
LAST = 5


def chief_post(viewer: Viewer) -> HeldPost:
    """The post by which this person is a chief, of the smallest place. Raises NotYours."""
    posts = [post for post in viewer.posts if post.role in CHIEFS]
    if not posts:
        raise NotYours
    return max(posts, key=lambda post: len(post.area_code))


def is_chief(viewer: Viewer) -> bool:
    return any(post.role in CHIEFS for post in viewer.posts)


def plain_kinds() -> list[dict[str, str]]:
    """The kinds of report whose matters ask nothing that has to be answered."""
    plain: dict[str, bool] = {}
    found = []
    for entry in category_tree():
        matter = entry["matter"]
        if matter not in plain:
            plain[matter] = _asks_nothing(matter)
        if plain[matter]:
            found.append({**entry, "value": f"{matter}|{entry['category']}"})
    return found


def last_reports(viewer: Viewer) -> list[Case]:
    """What this person reported lately, and how it stands."""
    mine = Case.objects.visible_to(viewer).filter(reporter_id=viewer.user_id)
    return list(mine.select_related("area", "matter").order_by("-opened_at", "-pk")[:LAST])


def _asks_nothing(matter: str) -> bool:
    version = published_or_none(matter)
    if version is None:
        return False
    definition = report_form(version)
    return definition is None or forms.build(definition, data={}, submitted={}, language="zh-hans").is_valid()
