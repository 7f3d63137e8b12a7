"""`manage.py problems`: what an author or a build is told about files, without a database."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.bpmn.drawn import diagram, flows, node, step

LIBRARY = Path(__file__).parents[2] / "workflows/library"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "good.bpmn").write_bytes(diagram(step("A") + flows("st A, A en")))
    (tmp_path / "bad.bpmn").write_bytes(diagram(node("serviceTask", "A") + flows("st A, A en")))
    (tmp_path / "calls.bpmn").write_bytes(
        diagram(node("callActivity", "A", calledElement="q") + flows("st A, A en"))
    )
    (tmp_path / "no.dmn").write_bytes(b"<html/>")
    return tmp_path


def run(capsys, *files, **options):
    """What was printed, and the exit code."""
    try:
        call_command("problems", *map(str, files), **options)
        code = 0
    except SystemExit as end:
        code = end.code
    return capsys.readouterr().out, code


def test_a_good_file_is_said_to_be_good(capsys, folder):
    printed, code = run(capsys, folder / "good.bpmn", language="en")

    assert code == 0
    assert printed.startswith(str(folder / "good.bpmn"))
    assert len(printed.splitlines()) == 1


def test_an_error_is_shown_with_line_and_hint_and_ends_with_one(capsys, folder):
    printed, code = run(capsys, folder / "bad.bpmn", language="en")

    assert code == 1
    assert "bad.bpmn:2: " in printed
    assert "The service task “A” does not say which service it calls. [operation_missing]" in printed
    assert "Choose its service (cw:operation)." in printed


def test_both_languages_are_in_the_document(capsys, folder):
    printed, code = run(capsys, folder / "good.bpmn", folder / "bad.bpmn", folder / "no.dmn", as_json=True)
    good, bad, no = json.loads(printed)

    assert code == 1
    assert (good["publishable"], good["problems"]) == (True, [])
    assert bad["publishable"] is False
    assert bad["problems"][0]["message"]["zh-Hans"] == "服务任务“A”没有写调用哪个服务。"
    assert bad["problems"][0]["line"] == 2
    assert no["problems"][0]["code"] == "not_dmn"


def test_processes_may_call_each_other_across_the_files(capsys, folder):
    called = diagram(step("A") + flows("st A, A en")).replace(b'process id="p"', b'process id="q"')
    (folder / "called.bpmn").write_bytes(called)

    alone, code_alone = run(capsys, folder / "calls.bpmn", language="zh-Hans")
    together, code_together = run(capsys, folder / "calls.bpmn", folder / "called.bpmn", language="zh-Hans")

    assert code_alone == 1
    assert "调用活动“A”调用的流程“q”不在这里" in alone
    assert code_together == 0
    assert "called_unknown" not in together


def test_the_matters_that_come_with_the_product_can_be_published(capsys):
    printed, code = run(
        capsys, *sorted(LIBRARY.glob("*/process.bpmn")), *LIBRARY.glob("*/tables/*.dmn"), as_json=True
    )

    assert code == 0
    assert all(entry["publishable"] for entry in json.loads(printed))


def test_a_file_that_is_not_there_is_said_plainly(folder):
    with pytest.raises(CommandError, match="No such file"):
        call_command("problems", str(folder / "missing.bpmn"))
