"""What others wrote: named, versioned, licensed, unchanged but for one comment."""

from tests.look.pages import ROOT, STATIC, VENDORED

VENDOR = STATIC / "vendor"


def test_every_vendored_package_has_its_licence_and_a_line_in_the_list() -> None:
    listed = (VENDOR / "README.md").read_text()

    for folder in (path for path in VENDOR.iterdir() if path.is_dir()):
        assert (folder / "LICENSE").read_text().strip(), folder.name
        assert f"| `{folder.name}/` |" in listed


def test_the_list_names_the_versions_that_are_there() -> None:
    listed = (VENDOR / "README.md").read_text()

    assert "Bootstrap  v5.3.9" in (VENDOR / "bootstrap/bootstrap.min.css").read_text()[:200]
    assert "Bootstrap v5.3.9" in (VENDOR / "bootstrap/bootstrap.bundle.min.js").read_text()[:200]
    assert 'version:"2.0.11"' in (VENDOR / "htmx/htmx.min.js").read_text()
    assert "axe v4.14.1" in (ROOT / "tests/vendor/axe.min.js").read_text()[:200]
    for version in ("5.3.9", "2.0.11", "4.14.1"):
        assert version in listed


def test_no_file_points_at_a_source_map_that_is_not_there() -> None:
    for path in [*VENDORED, ROOT / "tests/vendor/axe.min.js"]:
        assert "sourceMappingURL" not in path.read_text(), path.name
