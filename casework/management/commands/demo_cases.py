"""`manage.py demo_cases`: cases under way in the demo district. Repeatable: a second run changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from casework.services.demonstration import tell
from casework.services.demonstration_stories import STORIES
from casework.services.demonstration_tasks import plan_and_do
from grid.models import Post
from grid.services.demo.places import COMMUNITY
from workflows.errors import NothingPublished

GRID = f"{COMMUNITY}007"


class Command(BaseCommand):
    help = "Open the cases of the demo district and bring each to where its story stands."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            numbers = tell(STORIES, grid=GRID)
            tasks = plan_and_do(grid=GRID)
        except Post.DoesNotExist as missing:
            raise CommandError(_("The demo district is not there: run demo_data first.")) from missing
        except NothingPublished as missing:
            raise CommandError(_("The matters are not there: run load_library first.")) from missing
        self.stdout.write(_("%d cases in the demo district") % len(numbers))
        self.stdout.write(_("%d tasks wait for its grid worker today") % tasks)
