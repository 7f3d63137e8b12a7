import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid import codes

LEVEL_CODES = [
    ("district", "500101"),
    ("town", "500101026"),
    ("community", "500101026001"),
    ("grid", "500101026001007"),
    ("microgrid", "50010102600100702"),
]


def _serial(digits):
    return st.integers(1, 10**digits - 1).map(lambda number: f"{number:0{digits}}")


# a district's six digits are province, prefecture-level city and county: the first is never zero
_districts = st.integers(110101, 659999).map(str)
_parts = st.tuples(_districts, _serial(3), _serial(3), _serial(3), _serial(2))
any_code = st.tuples(_parts, st.integers(1, 5)).map(lambda drawn: "".join(drawn[0][: drawn[1]]))


@pytest.mark.parametrize(("level", "code"), LEVEL_CODES)
def test_length_says_the_level(level, code):
    assert codes.level(code) == level
    assert codes.parse(code) == code


@pytest.mark.parametrize(
    ("case", "text", "code"),
    [
        ("spaces", " 500101 026 ", "500101026"),
        ("full-width digits", "500101026", "500101026"),
        ("statistical form of a town", "500101026000", "500101026"),
        ("statistical form of a district", "500101000000", "500101"),
    ],
)
def test_codes_are_understood_as_people_write_them(case, text, code):
    assert codes.parse(text) == code


@pytest.mark.parametrize(
    ("case", "text", "reason"),
    [
        ("14 digits", "50010102600100", "area_code_length"),
        ("nothing", "", "area_code_not_digits"),
        ("letters", "50010102600l", "area_code_not_digits"),
        ("minus", "-500101", "area_code_not_digits"),
        ("superscript digits are read as digits, but there are too many", "500101²²", "area_code_length"),
        ("other scripts' digits", "५००१०१", "area_code_not_digits"),
        ("no district", "000000", "area_code_zero_part"),
        ("a town without number", "500101000", "area_code_zero_part"),
        ("a grid in no community", "500101026000001", "area_code_zero_part"),
        ("a grid without number", "500101026001000", "area_code_zero_part"),
        ("18 digits", "500101026001007021", "area_code_length"),
    ],
)
def test_what_is_no_code_is_refused_with_its_reason(case, text, reason):
    with pytest.raises(codes.BadAreaCode) as refused:
        codes.parse(text)

    assert refused.value.code == reason


def test_the_message_names_the_number_of_digits():
    with pytest.raises(codes.BadAreaCode, match="has 14 digits; an area code has 6"):
        codes.parse("50010102600100")


@given(any_code)
def test_parents_lead_up_to_the_district(code):
    steps = [code]
    while above := codes.parent(steps[-1]):
        steps.append(above)

    assert [codes.level(step) for step in reversed(steps)] == list(codes.LEVELS[: len(steps)])
    assert all(codes.contains(step, code) for step in steps)


@given(any_code, any_code)
def test_two_areas_contain_each_other_only_if_they_are_one(one, other):
    both = codes.contains(one, other) and codes.contains(other, one)

    assert both == (one == other)


@given(st.text(max_size=20))
def test_any_text_is_either_parsed_once_and_for_all_or_refused(text):
    try:
        code = codes.parse(text)
    except codes.BadAreaCode:
        return

    assert codes.parse(code) == code
    assert codes.level(code) in codes.LEVELS
