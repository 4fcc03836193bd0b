"""Imports go down only: the contract of pyproject.toml holds."""

from importlinter.cli import lint_imports


def test_imports_go_down_only() -> None:
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == 0
