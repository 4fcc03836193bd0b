"""The tail is what separates good code from bad: functions, files and parameter lists keep a budget."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "otayori"
FUNCTION_LINES = 40
FILE_LINES = 300
PARAMETERS = 5
POSITIONAL = 3  # with self; beyond, keyword-only


@cache
def modules() -> list[tuple[Path, ast.Module]]:
    return [
        (path, ast.parse(path.read_text())) for path in SOURCE.rglob("*.py") if "migrations" not in path.parts
    ]


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path, module in modules():
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}", node


def worst(measured: dict[str, int], budget: int) -> None:
    """Print the ten largest, fail on those past the budget."""
    ranked = sorted(measured.items(), key=lambda item: -item[1])
    print(*(f"{size:4} {name}" for name, size in ranked[:10]), sep="\n")  # noqa: T201 - pytest -rP shows it
    over = [f"{name}: {size}" for name, size in ranked if size > budget]
    assert not over, f"past the budget of {budget}: {over}"


def test_functions_can_be_taken_in_at_one_look() -> None:
    worst({name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}, FUNCTION_LINES)


def test_files_can_be_taken_in_at_one_sitting() -> None:
    worst({str(path.relative_to(SOURCE)): path.read_text().count("\n") for path, _ in modules()}, FILE_LINES)


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return len([*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])


# The form of a row in a table of facts: its columns are its parameters.
ROWS = ("schools/set_up.py", "create_school")


def test_parameter_lists_are_short() -> None:
    measured = {
        name: parameters(node) - (node.args.args[:1] != [] and node.args.args[0].arg in ("self", "cls"))
        for name, node in functions()
        if not (ROWS[0] in name and ROWS[1] in name)
    }
    worst(measured, PARAMETERS)


@pytest.mark.parametrize("drawer", ["utils", "helpers", "services", "managers", "common", "misc"])
def test_modules_are_verbs_or_nouns_never_drawers(drawer: str) -> None:
    assert not [path for path, _ in modules() if path.stem == drawer]


def test_each_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(SOURCE))
        for path, module in modules()
        if path.name not in ("__init__.py", "apps.py") and not ast.get_docstring(module)
    ]
    assert not silent
