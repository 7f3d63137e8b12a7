"""What a dialog offers to choose from: posts with who sits there, the steps already passed, cases close by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from pypinyin import Style, lazy_pinyin

from casework.access import Viewer
from casework.models import Case
from casework.queries.inbox import place_of
from casework.queries.particulars import masked_text
from casework.queries.posts import post_choices
from grid import codes
from grid.codes import DIGITS
from grid.models import Post, Unit
from grid.queries.posts import holders_by_post
from workflows.models import Definition, Step, StepStatus, Version

NEAR = 12  # cases that are offered; any other by its number
LEVELS: dict[str, str | Promise] = {
    "grid": _("Grid"),
    "community": _("Community"),
    "town": _("Sub-district"),
    "district": _("District"),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing to choose: `letters` are the initials by which it is found, `group` the heading it stands under."""

    value: str
    label: str | Promise
    note: str = ""
    letters: str = ""
    group: str | Promise = ""


def choosable_posts(area_code: str, *, on: date, without: Collection[str] = ()) -> list[Choice]:
    """Posts that somebody holds, near this area: the nearest first, under the level they stand at."""
    codes_ = [code for code, _label in post_choices(area_code, on=on) if code not in without]
    posts = {post.code: post for post in Post.objects.filter(code__in=codes_).select_related("unit__area")}
    people = holders_by_post(codes_, on=on)
    return [
        _post(posts[code], " ".join(str(user) for user in people[code][:3]))
        for code in codes_
        if code in posts
    ]


def posts_named(post_codes: Iterable[str], *, on: date) -> list[Choice]:
    """These posts, as something to choose from."""
    wanted = list(dict.fromkeys(post_codes))
    posts = Post.objects.filter(code__in=wanted).select_related("unit__area")
    people = holders_by_post(wanted, on=on)
    return [_post(post, " ".join(str(user) for user in people[post.code][:3])) for post in posts]


def _post(post: Post, people: str) -> Choice:
    label = f"{post.unit.name} {post.name}"
    return Choice(
        value=post.code,
        label=label,
        note=people,
        letters=initials(f"{label} {people}"),
        group=LEVELS.get(_level(post.unit.area.code), ""),
    )


def _level(area_code: str) -> str:
    level = codes.level(area_code)
    return "grid" if level == "microgrid" else level


@lru_cache(maxsize=4096)
def initials(text: str) -> str:
    """“石桥铺街道” is found as sqpjd."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER, errors="ignore")).lower()


def steps_passed(case: Case, elements: Collection[tuple[str, str]]) -> list[Choice]:
    """The steps one can go back to, each with who did it last; the newest last, as on the line."""
    done = (
        Step.objects.filter(
            run=case.run, element__in=[key for key, _name in elements], status=StepStatus.DONE
        )
        .select_related("claimed_by")
        .order_by("closed_at", "pk")
    )
    last = {step.element: step for step in done}
    return [
        Choice(value=key, label=name, note=str(last[key].claimed_by or "") if key in last else "")
        for key, name in elements
    ]


def cases_near(viewer: Viewer, case: Case) -> list[Choice]:
    """Visible cases of the same community, the newest first: what a case is merged into or related to."""
    community = case.area_code[: DIGITS["community"]]
    near = (
        Case.objects.visible_to(viewer)
        .filter(Q(area_code__startswith=community) | Q(reporter_id=case.reporter_id))
        .exclude(pk=case.pk)
        .select_related("area")
        .order_by("-opened_at", "-pk")[:NEAR]
    )
    return [
        Choice(
            value=one.number,
            label=f"{one.number.partition('-')[2]} {masked_text(one.title)}",
            note=masked_text(place_of(one)),
            letters=initials(one.title),
        )
        for one in near
    ]


def number_said(viewer: Viewer, text: str) -> str:
    """A case's number from what people write: in full, or without its year. What fits nothing stays as it is."""
    said = text.strip()
    fits = Case.objects.visible_to(viewer).filter(Q(number=said) | Q(number__endswith=f"-{said}"))
    return fits.order_by("-pk").values_list("number", flat=True).first() or said if said else ""


def departments(area_code: str, *, on: date) -> list[Choice]:
    """Posts of the district's departments: who is called when a sub-district whistles."""
    codes_ = [code for code, _label in post_choices(area_code, on=on)]
    posts = Post.objects.filter(code__in=codes_, unit__kind=Unit.Kind.DEPARTMENT).values_list(
        "code", flat=True
    )
    return posts_named(posts.order_by("code"), on=on)


def posts_below(area_code: str, level: str, *, on: date) -> list[Choice]:
    """Posts at a level below this one that have to do with the place."""
    order = list(LEVELS)
    below = order[: order.index(level)] if level in order else order
    posts = {choice.value: choice for choice in choosable_posts(area_code, on=on)}
    found = Post.objects.filter(code__in=posts).select_related("unit__area")
    fits = {post.code for post in found if _level(post.unit.area.code) in below}
    return [choice for code, choice in posts.items() if code in fits]


def people_of(case: Case, *, on: date, without: int) -> list[Choice]:
    """Who has had to do with the case and sees it: the holders of its posts, and the reporter."""
    holders = holders_by_post(case.touched_by, on=on)
    posts = {post.code: post for post in Post.objects.filter(code__in=[*holders, case.reporter_post])}
    reporters = posts.get(case.reporter_post)
    found = {
        case.reporter_id: Choice(
            value=str(case.reporter_id), label=str(case.reporter), note=reporters.name if reporters else ""
        )
    }
    for code, people in holders.items():
        for user in people:
            note = posts[code].name if code in posts else ""
            found.setdefault(user.pk, Choice(value=str(user.pk), label=str(user), note=note))
    found.pop(without, None)
    return [replace(one, letters=initials(f"{one.label} {one.note}")) for one in found.values()]


def steps_of_last_round(case: Case) -> list[Choice]:
    """The steps that a case has walked, each once, in the order they were first done."""
    done = Step.objects.human().filter(run=case.run_id, status=StepStatus.DONE).order_by("closed_at", "pk")
    names = dict(done.values_list("element", "name"))
    return [Choice(value=element, label=name) for element, name in names.items()]


def matters_to_open(first: str) -> list[Choice]:
    """The matters that are published; the case's own stands first."""
    published = Definition.objects.filter(pk__in=Version.objects.published().values("definition"))
    found = [Choice(value=one.key, label=one.title) for one in published.order_by("title")]
    return sorted(found, key=lambda choice: choice.value != first)
