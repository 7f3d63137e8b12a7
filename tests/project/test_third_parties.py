"""The licences of what is served to browsers are served with it."""

import json

import pytest

from casework.launch.places import ASSETS, BUILT


@pytest.mark.browser
def test_every_bundled_package_has_its_licence_served():
    served = (BUILT / "THIRD_PARTY_LICENSES.txt").read_text()
    asked = json.loads((ASSETS / "package.json").read_text())["dependencies"]

    assert [name for name, version in asked.items() if f"{name} {version} (" not in served] == []
