"""Both languages are complete, and the check that says so notices what is missing."""

import pytest
from babel.messages.catalog import Message

from casework.launch import translations
from casework.launch.translations import Text


def test_every_text_is_there_in_both_languages():
    assert translations.shortcomings() == []


def test_texts_of_templates_and_code_are_found():
    found = {text.where.rsplit(":", 1)[0].rsplit(".", 1)[1] for text in translations.texts()}

    assert found >= {"py", "html"}


@pytest.mark.parametrize(
    ("case", "english", "chinese", "flags", "why"),
    [
        ("complete", "%(count)s cases", "%(count)s 个案件", [], None),
        ("nothing there", "Sign for", "", [], "has no Chinese"),
        ("a guess", "Sign for", "签收", ["fuzzy"], "is marked as unsure"),
        ("Chinese as the source", "签收", "签收", [], "is Chinese where the English belongs"),
        (
            "invented",
            "cases",
            "%(count)s 个案件",
            [],
            "has a placeholder in Chinese that the text does not give",
        ),
        ("dropped", "%(count)s cases", "案件", [], "lacks a placeholder in Chinese"),
    ],
)
def test_a_shortcoming_is_named(case, english, chinese, flags, why):
    text = Text(forms=(english,), context=None, where="templates/page.html:1")

    assert translations.shortcoming(text, Message(english, chinese, flags=flags)) == why


def test_a_text_without_an_entry_has_no_chinese():
    text = Text(forms=("Sign for",), context=None, where="templates/page.html:1")

    assert translations.shortcoming(text, None) == "has no Chinese"
