"""Acts out of a phone's outbox: the view of the page's own form, asked by its key, done once, and answered as JSON.

The phone makes `act.key` at the tap. A page without it is what it always was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.errors import CaseworkError, FormRefused, KeyReused, NotValid
from casework.pages.door import ViewerRequest, status_of
from casework.services.idempotency import once
from grid.errors import GridError
from workflows.errors import WorkflowsError

KEY, AT = "act.key", "act.at"
TOLD = "told"  # in a refusal's context: what a phone says that is not looking at the page
P = ParamSpec("P")


class _PageRefused(Exception):
    """The view answered with a page that refuses: nothing may be kept of the key."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


def outboxed(
    view: Callable[Concatenate[ViewerRequest, P], HttpResponse],
) -> Callable[Concatenate[ViewerRequest, P], HttpResponse]:
    """Right around the view, inside `page`: without a key it is not there."""

    @wraps(view)
    def wrapped(request: ViewerRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        key = _key(request.POST) if request.method == "POST" else None
        if key is None:
            return view(request, *args, **kwargs)
        try:
            answer = once(
                user_id=request.viewer.user_id,
                key=str(key),
                call=request.path,
                body=_body(request.POST),
                act=lambda: (200, {"address": _address(view(request, *args, **kwargs))}),
            )
        except _PageRefused as refused:
            context = getattr(refused.response, "context_data", None) or {}
            return _refusal("refused", context.get(TOLD, ()), status=refused.response.status_code)
        except KeyReused as error:
            said = _("It has arrived as it was sent first; what was changed since then has not.")
            return _refusal(error.code, [said], status=status_of(error))
        except (CaseworkError, WorkflowsError, GridError) as error:
            return _refusal(error.code, words_of(error), status=status_of(error))
        return JsonResponse(answer.body)

    return wrapped


def words_of(error: CaseworkError | WorkflowsError | GridError) -> list[str]:
    """What is wrong and, field by field, what to do, as sentences."""
    if isinstance(error, FormRefused):
        named = [
            (error.form.fields[name].label, text) for name, text in _texts(error) if name in error.form.fields
        ]
        return [_("%(field)s: %(error)s") % {"field": label, "error": text} for label, text in named]
    fields = [text for _name, text in _texts(error)] if isinstance(error, NotValid) else []
    return [str(error.message), *fields]


def tapped_at(posted: QueryDict) -> datetime | None:
    """When the phone says that it was done, as it may be sent hours later; the services look whether it can be."""
    try:
        found = parse_datetime(posted.get(AT, "")[:40])
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _texts(error: NotValid) -> list[tuple[str, str]]:
    return [(name, str(text)) for name, texts in error.fields.items() for text in texts]


def _key(posted: QueryDict) -> UUID | None:
    try:
        return UUID(posted.get(KEY, ""))
    except ValueError:
        return None


def _body(posted: QueryDict) -> dict[str, list[Any]]:  # Any: texts
    return {name: values for name, values in posted.lists() if name not in (KEY, "csrfmiddlewaretoken")}


def _address(response: HttpResponse) -> str:
    """Where the page would have led on. Raises _PageRefused where it stays."""
    if isinstance(response, HttpResponseRedirect):
        return response.url
    raise _PageRefused(response)


def _refusal(code: str, said: Iterable[str], *, status: int) -> HttpResponse:
    text = "\n".join(str(each) for each in said if each) or str(CaseworkError.message)
    return JsonResponse({"code": code, "said": text}, status=status)
