"""What the product refuses, named for the fact. `not you`, `not now` and `not valid` differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class CaseworkError(Exception):
    """Root of this package's errors: `code` is stable, `message` is for people, `status` is for HTTP."""

    code = "casework_error"
    message: str | Promise = _("That did not work.")
    status = 422

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(str(self.message))


class NotYours(CaseworkError):
    """Not you: the thing exists, but this person has nothing to do with it."""

    code = "not_yours"
    message = _("This is not yours to handle.")
    status = 403


class NotFound(CaseworkError):
    """Not there, or not visible to this person: the two look the same from outside."""

    code = "not_found"
    message = _("There is nothing here, or it is not visible to you.")
    status = 404


class NotNow(CaseworkError):
    """Not now: the state has moved on. The answer shows the present state."""

    code = "not_now"
    message = _("The case has moved on in the meantime.")
    status = 409


class StepTaken(NotNow):
    code = "step_not_open"
    message = _("Somebody else has already finished this step.")


class ClaimedByOther(NotNow):
    code = "claimed_by_other"

    def __init__(self, who: str) -> None:
        super().__init__(_("%(who)s has signed for this step.") % {"who": who})


class SignForFirst(NotNow):
    code = "sign_for_first"
    message = _("Sign for this step before you handle it.")


class VerbNotAllowed(NotNow):
    code = "verb_not_allowed"

    def __init__(self, verb: str | Promise) -> None:
        super().__init__(_("“%(verb)s” is not possible at this step.") % {"verb": verb})


class VerbNotNow(VerbNotAllowed):
    """The same for a verb on a case as a whole."""

    def __init__(self, verb: str | Promise) -> None:
        NotNow.__init__(self, _("“%(verb)s” is not possible at this case right now.") % {"verb": verb})


class CaseSuspended(NotNow):
    code = "case_suspended"
    message = _("The case is suspended. Resume it before you go on.")


class AlreadyThere(NotNow):
    """What is asked for was done or asked for a moment ago; the message says what."""

    code = "already_there"


class WaitsForOthers(NotNow):
    code = "waits_for_others"
    message = _("Somebody who was asked to sign or to handle this has not done so yet.")


class NothingToTakeBack(NotNow):
    code = "nothing_to_take_back"
    message = _("This can't be taken back any more; the case has moved on.")


class TooLateToUndo(NotNow):
    code = "too_late_to_undo"
    message = _("The time for undoing is over; withdraw it instead.")


class CaseBusy(CaseworkError):
    """Somebody holds the case's lock for longer than we wait."""

    code = "case_busy"
    message = _("Somebody is changing this case right now. Try again in a moment.")
    status = 423


class Stale(CaseworkError):
    """If-Match names an older state."""

    code = "stale"
    message = _("You saw an older state of this case. Look at the present one and try again.")
    status = 412


class NotValid(CaseworkError):
    """Understood, but refused; `fields` says where."""

    code = "not_valid"
    message = _("Some fields need another look.")

    def __init__(
        self, message: str | Promise | None = None, *, fields: Mapping[str, list[str]] | None = None
    ) -> None:
        self.fields = dict(fields or {})
        super().__init__(message)


class ReasonMissing(NotValid):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__(_("Say why."), fields={"comment": [str(_("Say why."))]})


class DocumentMissing(NotValid):
    """The step needs papers that nobody has handed in yet."""

    code = "document_missing"

    def __init__(self, kinds: str) -> None:
        super().__init__(
            _("This step needs a document that is not there yet: %(kinds)s.") % {"kinds": kinds},
            fields={"documents": [str(_("Hand in: %(kinds)s.") % {"kinds": kinds})]},
        )


class KeyReused(NotValid):
    code = "key_reused"
    message = _("This key was used for another request.")


class FormRefused(NotValid):
    """The step's form does not accept the data; `form` is the bound Django form, for pages."""

    code = "form_refused"

    def __init__(self, form: Any) -> None:  # Any: forms are built per definition, no static class
        self.form = form
        super().__init__(fields={name: [str(e) for e in errors] for name, errors in form.errors.items()})


class NobodyReceives(CaseworkError):
    code = "nobody_receives"
    message = _("No open case waits for this message.")
    status = 409
