"""Whatever is sent, a form answers: with values that are plain JSON, or with errors; never with an exception."""

import json
from datetime import UTC, datetime
from urllib.parse import quote_plus

from django.http import QueryDict
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casework.forms import build, check_form, read_form
from workflows.library import shipped_matters

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
FORMS = [read_form(form) for matter in shipped_matters() for form in matter.forms.values()]

texts = st.text(max_size=12) | st.sampled_from(
    ["", "true", "3", "-1e308", "NaN", "2026-02-30", "😀", "\x00", "\ud800"]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
any_time = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def answered(form):
    if form.is_valid():
        assert json.loads(json.dumps(form.values())) == form.values()
    else:
        assert form.errors.get_json_data()
    assert all(str(row.bound) for row in form.rows)


@any_time
@given(st.sampled_from(FORMS), st.data())
def test_any_json_is_answered(definition, data):
    names = st.sampled_from(definition.names) | texts
    submitted = data.draw(st.dictionaries(names, anything, max_size=6))
    known = data.draw(st.dictionaries(names, anything, max_size=4))

    answered(build(definition, data=known, submitted=submitted, language="zh-hans", now=NOW))


@any_time
@given(st.sampled_from(FORMS), st.data())
def test_any_post_is_answered(definition, data):
    parts = st.sampled_from(
        ["", "-lat", "-lon", "-address", "-name", "-phone", "-files", "-0-户主", "-999-x", "-1"]
    )
    words = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(definition.names), parts, words), max_size=8))
    body = "&".join(f"{quote_plus(name + part)}={quote_plus(word)}" for name, part, word in pairs)

    answered(build(definition, data={}, submitted=QueryDict(body), language="en", now=NOW))


@any_time
@given(anything)
@example(
    {"key": "k", "title": "t", "fields": [{"name": "a", "type": "table", "label": "a", "columns": [{}]}]}
)
@example(
    {"key": "k", "title": "t", "fields": [{"name": {}, "type": [], "label": 0, "choices": 1, "min": {}}]}
)
def test_any_definition_is_read_or_refused(raw):
    assert isinstance(check_form(raw), tuple)


@any_time
@given(st.data())
def test_a_shipped_form_bent_out_of_shape_is_read_or_refused(data):
    matter = data.draw(st.sampled_from(shipped_matters()))
    form = json.loads(json.dumps(data.draw(st.sampled_from(list(matter.forms.values())))))
    field = data.draw(st.sampled_from(form["fields"]))
    field[data.draw(st.sampled_from([*field, "show_if", "columns", "max"]))] = data.draw(anything)

    if not check_form(form):
        answered(build(read_form(form), data={}, submitted={}, language="zh-hans", now=NOW))
