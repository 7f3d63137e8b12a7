"""The only writers of units, posts and appointments for administrators; each change leaves a line in the history."""

from casework.services.organising.appointing import NewAppointment, appoint, end_appointment
from casework.services.organising.bounds import ensure_may_organise
from casework.services.organising.importing import Trial, import_file, try_file
from casework.services.organising.posts import (
    NewPost,
    add_post,
    change_post,
    close_post,
    move_post,
    reopen_post,
)
from casework.services.organising.units import (
    NewUnit,
    add_unit,
    close_unit,
    move_unit,
    rename_unit,
    reopen_unit,
)

__all__ = [
    "NewAppointment",
    "NewPost",
    "NewUnit",
    "Trial",
    "add_post",
    "add_unit",
    "appoint",
    "change_post",
    "close_post",
    "close_unit",
    "end_appointment",
    "ensure_may_organise",
    "import_file",
    "move_post",
    "move_unit",
    "rename_unit",
    "reopen_post",
    "reopen_unit",
    "try_file",
]
