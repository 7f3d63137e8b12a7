"""Files that came from outside, in the storage."""

import os
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.files.storage import default_storage


def write_whole(name: str, content: bytes) -> None:
    """Whole or not at all under its name, and on the disk before the row says so; the same content always
    gives the same file, so two attempts at once don't harm each other."""
    path = Path(default_storage.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(settings.FILE_UPLOAD_PERMISSIONS)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
