"""What can go wrong with places, posts and photos: one root, children named for the fact."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class GridError(Exception):
    """Root of the package's errors: `code` for programs and tests, `message` for people."""

    code = "grid_error"
    message: str | Promise = _("This isn't possible.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)
