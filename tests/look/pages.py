"""Where the look lives, as lists of files."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
OWN_CSS = sorted((STATIC / "css").glob("*.css"))
OWN_JS = sorted((STATIC / "js").glob("*.js"))
VENDORED = sorted(path for path in (STATIC / "vendor").rglob("*") if path.suffix in {".css", ".js"})
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def name(path: Path) -> str:
    """The path from the root, for the names of tests."""
    return path.relative_to(ROOT).as_posix()
