"""The layers of the packages are rules in pyproject.toml, not habits."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports


def test_packages_keep_to_their_layers(capsys):
    status = lint_imports(no_cache=True)

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out
