"""Every code that anything in the project gives to a problem has words in both languages."""

import re
from pathlib import Path
from string import Formatter

import pytest

from workflows.bpmn import Problem
from workflows.bpmn.texts import TEXTS
from workflows.expressions.errors import Word
from workflows.expressions.texts import TEXTS as EXPRESSION_TEXTS

ROOT = Path(__file__).parents[2]
GIVEN = re.compile(
    r"""(?:Problem\(\s*code=|found\(\s*|_problem\(\s*(?:decision, )?|_refused\(\s*|fault\(\s*|_wrong\(\s*|_known\(\s*)"(\w+)\""""
)


def codes_given():
    for path in ROOT.glob("workflows/**/*.py"):
        yield from GIVEN.findall(path.read_text(encoding="utf-8"))


def test_every_code_has_words():
    given = set(codes_given())

    assert len(given) > 60
    assert given - set(TEXTS) == set()


@pytest.mark.parametrize("code", sorted(TEXTS))
def test_both_languages_use_the_same_parameters(code):
    zh, en, hint_zh, hint_en = TEXTS[code]

    assert _parameters(zh) | {"reason"} == _parameters(en) | {"reason"}  # a parser's reason is English
    assert _parameters(hint_zh) == _parameters(hint_en)
    assert bool(hint_zh) == bool(hint_en)
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[\u4e00-\u9fff]", en)


@pytest.mark.parametrize("code", sorted(EXPRESSION_TEXTS))
def test_both_languages_of_an_expression_error_too(code):
    zh, en = EXPRESSION_TEXTS[code]

    assert _parameters(zh) == _parameters(en)


def _parameters(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_texts_from_a_file_are_cut_and_lists_joined_in_the_language():
    problem = Problem(code="bad_attribute", params={"attribute": ["a", Word("甲", "A")], "value": "x" * 5000})

    assert problem.text("zh-Hans").startswith("属性 a、甲 的值“" + "x" * 120 + "…”")
    assert problem.text("en").startswith("The attribute a, A has")
