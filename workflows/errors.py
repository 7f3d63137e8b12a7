"""What can go wrong with diagrams and runs, named for the fact."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workflows.bpmn import Problem


class WorkflowsError(Exception):
    """Root of this package's errors: `code` is stable, `message` is for people."""

    code = "workflows_error"
    message: str | Promise = _("The process could not go on.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class StepNotOpen(WorkflowsError):
    """Somebody else was faster, or the step was taken away."""

    code = "step_not_open"
    message = _("This step is no longer open.")


class NothingPublished(WorkflowsError):
    code = "nothing_published"
    message = _("This matter has no published version yet.")


class NotPublishable(WorkflowsError):
    """The draft has problems that forbid publishing; `problems` lists all of them."""

    code = "not_publishable"
    message = _("The diagram still has errors; mend them and publish again.")

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__()


class NoDraft(WorkflowsError):
    code = "no_draft"
    message = _("There is no draft to publish.")


class DraftChanged(WorkflowsError):
    """Somebody else kept the draft since it was opened; `who` and when, for him who has to choose."""

    code = "draft_changed"
    message = _("Somebody else changed this draft.")

    def __init__(self, *, who: str, at: datetime) -> None:
        self.who, self.at = who, at
        super().__init__()


class MoveRefused(WorkflowsError):
    """The engine would not make this move; nothing was changed."""

    code = "move_refused"

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(_("The process could not take this step: %(detail)s") % {"detail": detail})
