"""Production settings are safe or refuse to start."""

import os
import secrets
import subprocess
import sys

import pytest

from casework.launch.places import ROOT

LONG_ENOUGH = secrets.token_urlsafe(60)
KEYS = {"PERSONAL_DATA_KEYS": LONG_ENOUGH, "PERSONAL_DATA_INDEX_KEY": LONG_ENOUGH}


def manage(*command, **environment):
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_djangos_own_check():
    result = manage(
        "check", "--deploy", "--fail-level", "WARNING", PRODUCTION="1", SECRET_KEY=LONG_ENOUGH, **KEYS
    )

    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize(
    ("case", "environment", "words"),
    [
        ("no key", {}, "Set SECRET_KEY"),
        ("a short key", {"SECRET_KEY": "x" * 49}, "Set SECRET_KEY"),
        ("personal data unsealed", {"SECRET_KEY": LONG_ENOUGH}, "Set PERSONAL_DATA_KEYS"),
        (
            "a short key among several",
            {"SECRET_KEY": LONG_ENOUGH, **KEYS, "PERSONAL_DATA_KEYS": f"{LONG_ENOUGH},short"},
            "Set PERSONAL_DATA_KEYS",
        ),
        ("debugging", {"SECRET_KEY": LONG_ENOUGH, **KEYS, "DEBUG": "1"}, "DEBUG shows secrets"),
    ],
)
def test_production_refuses_to_start(case, environment, words):
    result = manage("check", PRODUCTION="1", **environment)

    assert result.returncode != 0
    assert words in result.stderr


def test_nobody_is_trusted_but_the_named_hosts(settings):
    assert "*" not in settings.ALLOWED_HOSTS
