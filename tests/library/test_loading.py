"""`load_library` publishes what is new and never touches what somebody drew here."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import translation

from casework.services.diagrams import publish_as_operator
from grid.models import User
from workflows import services as workflows
from workflows.library import shipped_matters
from workflows.models import Definition, Version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def load(*options):
    said = StringIO()
    call_command("load_library", *options, stdout=said)
    return dict(line.split(": ", 1) for line in said.getvalue().splitlines())


def published(key):
    return Version.objects.published().of(key).get()


def test_every_shipped_matter_is_published_with_all_that_belongs_to_it():
    said = load()

    assert said == {matter.key: "version 1 published" for matter in shipped_matters()}
    for matter in shipped_matters():
        version = published(matter.key)
        assert version.bpmn.encode() == matter.bpmn
        assert (version.forms, version.tables, version.about) == (matter.forms, matter.tables, matter.about)
        assert (version.definition.title, version.definition.title_en) == (matter.title, matter.title_en)


def test_loading_again_changes_nothing():
    load()
    before = list(Version.objects.order_by("pk").values())

    assert load() == {matter.key: "version 1 is up to date" for matter in shipped_matters()}
    assert list(Version.objects.order_by("pk").values()) == before


def test_a_changed_file_becomes_a_new_version():
    load()
    # As if this version had been loaded from an older release.
    definition = Definition.objects.get(key="old_housing")
    workflows.save_draft(definition, bpmn=published("old_housing").bpmn.encode(), about={"title": "old"})
    publish_as_operator(definition.key, note="")

    assert load()["old_housing"] == "version 3 published"
    assert published("old_housing").number == 3
    assert load()["old_housing"] == "version 3 is up to date"


@pytest.fixture
def drawn_here(world):
    """An administrator's own draft of a shipped matter."""
    load()
    definition = Definition.objects.get(key="old_housing")
    author = User.objects.order_by("pk").first()
    return workflows.save_draft(
        definition, bpmn=published("old_housing").bpmn.encode(), about={"title": "mine"}, author_id=author.pk
    )


def test_somebodys_draft_is_left_alone(drawn_here):
    assert load()["old_housing"] == "version 1 is up to date"

    drawn_here.refresh_from_db()
    assert (drawn_here.status, drawn_here.about) == ("draft", {"title": "mine"})


def test_somebodys_version_is_left_alone(drawn_here):
    publish_as_operator("old_housing", note="")

    said = load()

    assert said["old_housing"] == "left alone, as it was changed here (--replace loads it all the same)"
    assert published("old_housing").about == {"title": "mine"}


def test_replace_loads_over_it_as_a_new_version(drawn_here):
    publish_as_operator("old_housing", note="")

    assert load("--replace")["old_housing"] == "version 3 published"
    assert Version.objects.of("old_housing").filter(number=2).get().about == {"title": "mine"}
