"""Cells in plain words say what the table says, there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.rules.nearby import shipped_tables
from casework.rules.plainly import plain_result, plain_test, written_result, written_test
from casework.rules.sheets import sheet_of

SHEETS = [sheet_of(table.tables) for table in shipped_tables().values()]


@pytest.mark.parametrize(
    ("cell", "plain"),
    [
        ('"微网格", "网格"', "微网格、网格"),
        ("-", ""),
        ("true", "是"),
        (">= 2", ">= 2"),
        ("2", "2"),
        ('"2"', '="2"'),
        ('"是"', '="是"'),
        ('"甲、乙"', '="甲、乙"'),
        ('not("网格")', '=not("网格")'),
    ],
)
def test_what_must_hold_reads_plainly_and_means_the_same(cell, plain):
    assert plain_test(cell) == plain
    assert written_test(plain) == ("" if cell == "-" else cell)


@pytest.mark.parametrize(
    ("cell", "plain"),
    [('"4wh:停工; 7wd:处罚"', "4wh:停工; 7wd:处罚"), ("", ""), ("层级", "=层级"), ('"=1"', '="=1"')],
)
def test_what_follows_reads_plainly_and_means_the_same(cell, plain):
    assert plain_result(cell) == plain
    assert written_result(plain) == cell


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.key)
def test_the_shipped_tables_survive(sheet):
    for row in sheet.rows:
        assert tuple(written_test(plain_test(cell)) for cell in row.tests) == row.tests
        assert [written_result(plain_result(cell)).replace('""', "") for cell in row.results] == [
            cell.replace('""', "") for cell in row.results
        ]


@given(st.text(alphabet='网格是否<>=-0.1、,，" ', max_size=12))
def test_what_was_written_reads_as_something_that_writes_the_same(text):
    cell = written_test(text)

    assert written_test(plain_test(cell)) in (cell, cell.strip(), "" if cell.strip() == "-" else cell.strip())
