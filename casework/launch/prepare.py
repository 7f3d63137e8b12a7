"""Everything that is made from sources and not kept in git: `python -m casework.launch.prepare`."""

from casework.launch import assets, console, translations
from casework.launch.places import LOGS, VAR


def prepare() -> None:
    for folder in (LOGS, VAR / "media", VAR / "static"):
        folder.mkdir(parents=True, exist_ok=True)
    assets.build()
    translations.compile_catalogues()


def main() -> None:
    try:
        prepare()
    except console.Trouble as trouble:
        raise SystemExit(f"\n{trouble}") from trouble
    except OSError as error:
        raise SystemExit(f"\nSet-up stopped: {error.strerror}: {error.filename}") from error


if __name__ == "__main__":
    main()
