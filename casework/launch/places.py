"""Where things lie in a checkout. Nothing outside these folders is ever written."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
VAR = ROOT / "var"
LOGS = VAR / "log"
ASSETS = ROOT / "casework" / "assets"
BUILT = ROOT / "casework" / "static" / "built"
LOCALE = ROOT / "casework" / "locale"
REQUIREMENTS = ROOT / "requirements.lock"
