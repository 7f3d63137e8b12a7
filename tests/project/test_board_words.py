"""Whatever the drawing board can say, it says in Chinese too: our own words and those of the library below it."""

import json
import re
from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[2] / "casework" / "assets"
STUDIO = ASSETS / "studio"
TYPES = re.compile(
    r"[A-Z][a-zA-Z]+(Task|Event|Activity|Annotation|Gateway|Process|Flow)|Cancel|Compensate|Conditional|Link|Timer|P\d+D"
)
NEVER_SAID = {
    "HELLO {you}",
    " + shift + ",
    "Event based instantiating Gateway",
    "Parallel Event based instantiating Gateway",
}
KEYS_OF_DMN = {"RULE ORDER", "OUTPUT ORDER"}


@pytest.fixture(scope="module")
def chinese():
    return json.loads((STUDIO / "zh.json").read_text(encoding="utf-8"))


def _own_words():
    islands = [ASSETS / "islands" / name for name in ("editor.js", "forms.js", "tables.js")]
    sources = [*STUDIO.glob("*.js"), *islands]
    said = {word for path in sources for word in re.findall(r'\bt\(\s*"([^"]+)"', path.read_text())}
    tables = [path for path in sources if path.name.startswith(("panel", "palette", "policies"))]
    said |= {word for path in tables for word in re.findall(r'"([A-Z][^"]*)"', path.read_text())}
    return {word for word in said - KEYS_OF_DMN if not TYPES.fullmatch(word)}


def _library_words():
    said = set()
    for package in ("bpmn-js", "diagram-js"):
        for path in (ASSETS / "node_modules" / package / "lib").rglob("*.js"):
            text = path.read_text(encoding="utf-8")
            said |= set(re.findall(r"\btranslate\(\s*'([^']+)'", text))
            if path.name in ("PopupEntries.js", "ReplaceOptions.js"):
                said |= set(re.findall(r"label: '([^']+)'", text))
    return said - NEVER_SAID


def test_own_words_are_all_there(chinese):
    words = _own_words()
    assert len(words) > 80
    assert words - chinese.keys() == set()


def test_words_of_the_library_are_all_there(chinese):
    words = _library_words()
    assert len(words) > 100
    assert words - chinese.keys() == set()


def test_every_translation_is_chinese_and_keeps_what_is_filled_in(chinese):
    for english, text in chinese.items():
        assert re.search(r"[\u4e00-\u9fff，]", text), english
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", text)), english


def test_simulation_takes_nothing_of_the_library_that_speaks():
    """Its own controls are English only; the parts we take walk the tokens, and say nothing."""
    package = ASSETS / "node_modules" / "bpmn-js-token-simulation" / "lib"
    taken = re.findall(
        r'from "bpmn-js-token-simulation/lib/([\w/]+)"', (STUDIO / "simulation.js").read_text("utf-8")
    )
    sources = [*(package / "animation").rglob("*.js"), *(package / "simulator").rglob("*.js")]
    sources += (package / "features" / "scope-filter").rglob("*.js")

    assert sorted(taken) == ["animation", "util/EventHelper"]
    assert len(sources) > 20
    for path in sources:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"title=|aria-label|domify|<button|notification", text), path.name
        parts = set(re.findall(r"features/([\w-]+)", text))
        assert parts <= {"scope-filter"}, path.name
