"""The colours can be read: WCAG 2.2 contrast of each pair of roles with meaning, light and dark."""

import re
from pathlib import Path

import pytest

from otayori import core

STATIC = Path(core.__file__).parent / "static" / "otayori"
TOKENS = STATIC / "tokens.css"

# Text on a ground: 4.5:1 (1.4.3).
TEXT = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "ink-faint") for ground in ("paper", "canvas", "sunken")],
    *[(ink, ground) for ink in ("accent", "bad", "good", "warn") for ground in ("paper", "canvas")],
    ("accent", "accent-wash"), ("accent-strong", "accent-wash"), ("accent-strong", "accent-tint"),
    ("ink", "accent-wash"), ("ink", "accent-tint"), ("ink-soft", "accent-tint"), ("ink-soft", "accent-wash"),
    ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-emergency", "emergency"),
    ("warn", "warn-wash"), ("ink", "warn-wash"), ("paper", "ink"),
    ("good", "good-wash"), ("bad", "bad-wash"),
]  # fmt: skip

# Edges, marks and bars that mean something: 3:1 (1.4.11).
MARKS = [
    ("line-strong", "paper"), ("line-strong", "canvas"), ("good-fill", "paper"),
    ("bad", "paper"), ("accent", "paper"), ("focus", "paper"), ("focus", "canvas"),
    *[(f"child-{n}", "paper") for n in range(8)],
]  # fmt: skip


def _declared(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", css))


def _roles(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    return _declared(light) | (_declared(dark) if scheme == "dark" else {})


def _luminance(roles: dict[str, str], name: str) -> float:
    value = roles[name]
    while found := re.fullmatch(r"var\(--([\w-]+)\)", value):
        value = roles[found[1]]
    channels = [int(value[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(scheme: str, front: str, ground: str) -> float:
    roles = _roles(scheme)
    darker, lighter = sorted((_luminance(roles, front), _luminance(roles, ground)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_on_every_ground_it_stands_on(scheme: str) -> None:
    ratios = {f"{ink} on {ground}": round(_contrast(scheme, ink, ground), 2) for ink, ground in TEXT}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_and_marks_can_be_seen(scheme: str) -> None:
    ratios = {f"{mark} on {ground}": round(_contrast(scheme, mark, ground), 2) for mark, ground in MARKS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 3} == {}


def test_every_variable_that_a_style_names_is_declared() -> None:
    sheets = "".join(path.read_text() for path in STATIC.glob("*.css"))
    named = set(re.findall(r"var\(--([\w-]+)", sheets))
    assert named - set(_declared(sheets)) == set()
