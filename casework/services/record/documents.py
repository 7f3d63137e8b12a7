"""Papers of a case in versions, and what a step needs before it can be finished.

A diagram names what a step needs with `cw:documents="方案 承诺书"`: kinds of documents, each of which must have a version.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from casework.access import Viewer
from casework.errors import DocumentMissing, NotValid
from casework.models import Case, Document, DocumentVersion
from casework.services.record.doing import begin, note
from grid.services.files import write_whole
from workflows.models import Step

BYTES = 20 * 1024 * 1024
SETTING = "documents"
# How a file of each kind begins; what a name claims alone is not believed.
KINDS: dict[str, tuple[bytes, str]] = {
    "pdf": (b"%PDF-", "application/pdf"),
    "jpg": (b"\xff\xd8\xff", "image/jpeg"),
    "jpeg": (b"\xff\xd8\xff", "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "docx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ofd": (b"PK\x03\x04", "application/ofd"),
}


@dataclass(frozen=True, kw_only=True)
class NewVersion:
    """A paper as it is handed in: its kind and title say which document it is a version of."""

    kind: str
    title: str
    name: str
    content: bytes
    note: str = ""


def hand_in(number: str, new: NewVersion, *, by: Viewer) -> DocumentVersion:
    """Keep the next version of a document; the same bytes again are the version that is there.

    The file is written before the rows: a crash in between leaves a file that the next try replaces.
    Raises NotFound, NotYours, NotValid.
    """
    kind, title, media_type = _checked(new)
    digest = sha256(new.content).hexdigest()
    with transaction.atomic():
        begin(number, by=by)  # nobody fills the disk who may not
    path = f"documents/{digest[:2]}/{digest}.{_ending(new.name)}"
    write_whole(path, new.content)
    return _keep(number, new, kind=kind, title=title, media_type=media_type, digest=digest, path=path, by=by)


@transaction.atomic
def _keep(
    number: str,
    new: NewVersion,
    *,
    kind: str,
    title: str,
    media_type: str,
    digest: str,
    path: str,
    by: Viewer,
) -> DocumentVersion:
    keeping = begin(number, by=by)
    document, _is_new = Document.objects.get_or_create(
        case=keeping.case, kind=kind, title=title, defaults={"added_at": keeping.now}
    )
    last = document.versions.order_by("-number").first()
    if last is not None and last.sha256 == digest:
        return last
    version = DocumentVersion.objects.create(
        document=document,
        number=last.number + 1 if last else 1,
        sha256=digest,
        file=path,
        name=new.name.strip()[:120],
        media_type=media_type,
        bytes=len(new.content),
        note=new.note.strip()[:200],
        by_id=by.user_id,
        post=keeping.post,
        at=keeping.now,
    )
    told = {
        "document": document.pk,
        "kind": kind,
        "title": title,
        "version": version.number,
        "sha256": digest,
    }
    note(keeping, "document_added", told)
    return version


def _checked(new: NewVersion) -> tuple[str, str, str]:
    """Kind, title and media type. Raises NotValid."""
    kind = "".join(new.kind.split())[:40]
    if not kind:
        raise NotValid(fields={"kind": [_("Say what kind of paper it is.")]})
    if not new.content:
        raise NotValid(fields={"name": [_("The file is empty.")]})
    if len(new.content) > BYTES:
        raise NotValid(
            fields={"name": [_("The file is larger than %(most)d MB.") % {"most": BYTES // 2**20}]}
        )
    known = KINDS.get(_ending(new.name))
    if known is None or not new.content.startswith(known[0]):
        endings = ", ".join(KINDS)
        raise NotValid(
            fields={"name": [_("No file of a kind that is kept: %(endings)s.") % {"endings": endings}]}
        )
    return kind, (new.title.strip() or kind)[:120], known[1]


def _ending(name: str) -> str:
    return name.rsplit(".", 1)[-1].lower() if "." in name else ""


def missing_documents(case: Case, step: Step) -> tuple[str, ...]:
    """The kinds of papers that this step needs and that nobody has handed in."""
    wanted = step.settings.get(SETTING, "").replace("，", " ").replace(",", " ").split()
    if not wanted:
        return ()
    held = set(Document.objects.filter(case=case, kind__in=wanted).values_list("kind", flat=True))
    return tuple(kind for kind in dict.fromkeys(wanted) if kind not in held)


def ensure_documents(case: Case, step: Step) -> None:
    """Raises DocumentMissing, which names what to hand in."""
    if missing := missing_documents(case, step):
        raise DocumentMissing("、".join(missing))
