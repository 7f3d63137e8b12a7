"""留言 with @, and 抄送: words on a case and copies of it. They change nothing that somebody else may be working on."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer, may_see
from casework.errors import AlreadyThere, NotFound, NotValid
from casework.models import Case, Notice, NoticeKind
from casework.queries.viewers import viewer_for
from casework.services import journal
from casework.services.acts.doing import CaseDoing, begin, end, posts_named, reason_of, said_of, tell
from casework.services.locks import database_now
from casework.services.said import Said
from grid.models import User
from workflows.rows import Batch

MOST_MENTIONED = 10


@transaction.atomic
def comment(number: str, *, by: Viewer, said: Said) -> Case:
    """留言: one line; whoever is named in it is told. The case's version stays."""
    doing = begin(number, "comment", by=by, said=said)
    text = reason_of(doing)
    named = _mentioned(doing)
    tell(doing, NoticeKind.MENTION, text, people=[person.pk for person in named])
    case = doing.case
    about = said_of(doing, {"mentions": [str(person) for person in named]} if named else {})
    line = journal.line(case, doing.verb.event, now=doing.now, by=by, post=doing.post_code, data=about)
    batch = Batch()
    batch.insert([line])
    batch.insert(doing.notices)
    batch.update(case, "lines", "last_hash")
    batch.write()
    return case


def _mentioned(doing: CaseDoing) -> list[User]:
    """The people named, all of whom may see the case: a mention shows it to nobody new. Raises NotValid."""
    wanted = list(dict.fromkeys(doing.said.people))[:MOST_MENTIONED]
    found = {user.pk: user for user in User.objects.filter(pk__in=wanted, is_active=True)}
    missing = [person for person in wanted if person not in found]
    blind = [user for user in found.values() if not may_see(viewer_for(user), doing.case)]
    if missing or blind:
        names = "、".join(str(user) for user in blind)
        words = _("%(names)s can't see this case: copy it to the post first.") % {"names": names}
        raise NotValid(fields={"people": [words if blind else _("There is no such person.")]})
    return [found[person] for person in wanted]


@transaction.atomic
def cc(number: str, *, by: Viewer, said: Said) -> Case:
    """抄送: posts that get a copy see the case from now on; a copy that lies unread is not sent again."""
    doing = begin(number, "cc", by=by, said=said)
    posts = {post.code: f"{post.unit.name} {post.name}" for post in posts_named(doing)}
    unread = Notice.objects.filter(
        case=doing.case, kind=NoticeKind.COPY, to_post__in=posts, read_at=None
    ).values_list("to_post", flat=True)
    new = [code for code in posts if code not in set(unread)]
    if not new:
        raise AlreadyThere(_("They have a copy already and have not read it yet."))
    doing.before.remember(doing.case, "touched_by")  # whoever got it by mistake sees nothing of it any more
    tell(doing, NoticeKind.COPY, doing.comment, posts=new)
    return end(doing, {"to": [posts[code] for code in new]})


@transaction.atomic
def read_notices(ids: Sequence[int], *, by: Viewer) -> None:
    """Notices are read, by whom and when; the first to read a post's notice reads it for the post. Raises NotFound."""
    rows = list(Notice.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    mine = [row for row in rows if row.to_user_id == by.user_id or by.post_among([row.to_post]) is not None]
    if len(mine) < len(set(ids)):
        raise NotFound
    now = database_now()
    for row in mine:
        if row.read_at is None:
            row.read_at, row.read_by_id = now, by.user_id
    Notice.objects.bulk_update(mine, ["read_at", "read_by"])
