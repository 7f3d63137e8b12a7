"""One's own things at the desk: opinions kept for the next time, who stands in, and giving all work to somebody."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.errors import CaseworkError, NotFound, NotYours
from casework.pages.deskparts import whole_number
from casework.pages.door import ViewerRequest, page, status_of
from casework.queries.inbox import waiting_count
from casework.queries.leaving import colleagues_of, leavers
from casework.queries.picking import choosable_posts
from casework.queries.viewers import viewer_for
from casework.services import phrases as kept
from casework.services.handing_over import handover, may_hand_over, visible_work_of
from casework.services.standing_in import end_stand_in, stand_in, stand_ins_of
from casework.verbs import STEP_VERBS
from grid.models import User

WITH_WORDS = ("complete", "approve", "return", "reject", "transfer")


@page
def phrases(request: ViewerRequest) -> HttpResponse:
    """Opinions for the next time: mine, and those of my units."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            _change(request)
            return redirect("desk:phrases")
        except (NotFound, NotYours):
            raise
        except CaseworkError as error:
            status = status_of(error)
            context = {"error": error, "posted": request.POST}
    context |= {
        "phrases": kept.phrases_of(request.viewer),
        "verbs": [STEP_VERBS[key] for key in WITH_WORDS],
        "units": {post.unit_code: post.unit_name for post in request.viewer.posts},
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/phrases.html", context, status=status)


def _change(request: ViewerRequest) -> None:
    gone = whole_number(request.POST.get("forget", ""))
    if gone is not None:
        kept.remove(gone, by=request.viewer)
        messages.success(request, _("Forgotten."))
        return
    named = {name: request.POST.get(name, "") for name in ("text", "unit", "verb")}
    kept.add(by=request.viewer, **named)
    messages.success(request, _("Kept for the next time."))


@page
def leaving(request: ViewerRequest) -> HttpResponse:
    """All work of somebody who leaves goes to a colleague or a post: one's own, or where one directs the work."""
    leaver = _leaver(request)
    of = viewer_for(leaver)
    if not may_hand_over(request.viewer, of):
        raise NotYours
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            return _hand_over(request, leaver)
        except (NotFound, NotYours):
            raise
        except CaseworkError as error:
            status = status_of(error)
            context = {"error": error, "fields": getattr(error, "fields", {}), "posted": request.POST}
    today = timezone.localdate()
    area = of.posts[0].area_code if of.posts else ""
    context |= {
        "leaver": leaver,
        "leavers": leavers(request.viewer, on=today),
        "work": visible_work_of(of, by=request.viewer),
        "colleagues": colleagues_of(of, on=today),
        "posts": choosable_posts(area, on=today, without=of.post_codes) if area else [],
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/leaving.html", context, status=status)


@page
def absence(request: ViewerRequest) -> HttpResponse:
    """Who stands in while somebody is away: for oneself, or where one directs the work."""
    absent, today = _leaver(request), timezone.localdate()
    of = viewer_for(absent)
    if not may_hand_over(request.viewer, of):
        raise NotYours
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        try:
            _stand_in(request, absent, on=today)
            return redirect(f"{request.path}?leaver={absent.pk}")
        except (NotFound, NotYours):
            raise
        except CaseworkError as error:
            status = status_of(error)
            context = {"error": error, "fields": getattr(error, "fields", {}), "posted": request.POST}
    context |= {
        "leaver": absent,
        "leavers": leavers(request.viewer, on=today),
        "stand_ins": stand_ins_of(absent, on=today),
        "colleagues": colleagues_of(of, on=today),
        "today": today,
        "inbox_count": waiting_count(request.viewer),
    }
    return TemplateResponse(request, "desk/absence.html", context, status=status)


def _stand_in(request: ViewerRequest, absent: User, *, on: date) -> None:
    ends = whole_number(request.POST.get("end", ""))
    if ends is not None:
        end_stand_in(ends, by=request.viewer, on=on)
        messages.success(request, _("Nobody stands in there any more."))
        return
    person = whole_number(request.POST.get("person", ""))
    posts = stand_in(
        absent,
        stands_in=User.objects.filter(pk=person).first() if person is not None else None,
        starts_on=_day(request, "starts_on"),
        ends_on=_day(request, "ends_on"),
        by=request.viewer,
        on=on,
    )
    told = ngettext("Arranged for %(n)s post.", "Arranged for %(n)s posts.", posts)
    messages.success(request, told % {"n": posts})


def _day(request: ViewerRequest, name: str) -> date | None:
    try:
        return parse_date(request.POST.get(name, ""))
    except ValueError:
        return None


def _leaver(request: ViewerRequest) -> User:
    """Whose work it is: the person named, else oneself."""
    named = whole_number(request.POST.get("leaver", "") or request.GET.get("leaver", ""))
    if named is None or named == request.user.pk:
        return request.user
    found = User.objects.filter(pk=named).first()
    if found is None:
        raise NotFound
    return found


def _hand_over(request: ViewerRequest, leaver: User) -> HttpResponse:
    person = whole_number(request.POST.get("person", ""))
    done = handover(
        leaver,
        to_user=User.objects.filter(pk=person).first() if person is not None else None,
        to_post=request.POST.get("to_post", ""),
        by=request.viewer,
        reason=request.POST.get("reason", ""),
    )
    told = ngettext("%(n)s piece of work handed over.", "%(n)s pieces of work handed over.", done.steps)
    messages.success(request, told % {"n": done.steps})
    if done.busy:
        words = _("Somebody was changing these, try again: %(numbers)s")
        messages.warning(request, words % {"numbers": _(", ").join(done.busy)})
    if done.kept:
        words = ngettext(
            "%(n)s piece of confidential work stays: somebody who may see it has to hand it over.",
            "%(n)s pieces of confidential work stay: somebody who may see them has to hand them over.",
            done.kept,
        )
        messages.warning(request, words % {"n": done.kept})
    return redirect(f"{request.path}?leaver={leaver.pk}")
