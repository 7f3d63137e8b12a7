"""`manage.py load_library`: what comes with the product, as far as it is new here: matters, holidays, the schedule."""

from hashlib import sha256
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from casework.services.calendars import seed_holidays
from casework.services.diagrams import publish_as_operator
from casework.services.runners import ensure_schedule
from casework.services.seeds import seed_record_tables
from workflows import services as workflows
from workflows.errors import NotPublishable
from workflows.library import ShippedMatter, shipped_matters
from workflows.models import Definition, Version, VersionStatus


class Command(BaseCommand):
    help = "Publish the matters that come with the product. What is loaded already stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--replace",
            action="store_true",
            help="also where somebody here has drawn a version or a draft of their own",
        )

    def handle(self, *_args: Any, replace: bool, **_options: Any) -> None:
        year = timezone.localdate().year
        seed_holidays(first_year=year - 1, last_year=year + 1)
        seed_record_tables()
        ensure_schedule()
        for matter in shipped_matters():
            self.stdout.write(f"{matter.key}: {_load(matter, replace=replace)}")


@transaction.atomic
def _load(matter: ShippedMatter, *, replace: bool) -> str:
    definition, _created = Definition.objects.get_or_create(
        key=matter.key, defaults={"title": matter.title, "title_en": matter.title_en}
    )
    versions = list(definition.versions.all())
    published = next((each for each in versions if each.status == VersionStatus.PUBLISHED), None)
    if published is not None and _is_same(published, matter):
        return _("version %(number)d is up to date") % {"number": published.number}
    if not replace and any(each.author_id for each in versions):
        return _("left alone, as it was changed here (--replace loads it all the same)")
    return _("version %(number)d published") % {"number": _publish(definition, matter).number}


def _publish(definition: Definition, matter: ShippedMatter) -> Version:
    workflows.save_draft(
        definition,
        bpmn=matter.bpmn,
        forms=matter.forms,
        tables=matter.tables,
        about=matter.about,
        scenarios=matter.kept_scenarios,
    )
    try:
        return publish_as_operator(definition.key, note=_("From the library"))
    except NotPublishable as refused:
        language = get_language() or "en"
        lines = [f"{problem.element}: {problem.text(language)}" for problem in refused.problems]
        said = _("%(matter)s can't be published here:") % {"matter": matter.key}
        raise CommandError("\n".join([said, *lines])) from refused


def _is_same(version: Version, matter: ShippedMatter) -> bool:
    return (
        version.sha256 == sha256(matter.bpmn).hexdigest()
        and version.forms == matter.forms
        and version.tables == matter.tables
        and version.about == matter.about
        and version.scenarios == matter.kept_scenarios
    )
