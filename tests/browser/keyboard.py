"""Somebody at a school's PC who has no mouse: Tab, Space, Enter and letters, and looks where the focus is."""

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

MOST_TABS: Final = 150

# What has the focus, whether one sees it, and where it is: a hidden input by its label, a row by its link
FOCUSED: Final = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const label = one.labels && one.labels[0];
  const name = one.getAttribute("aria-label") || (label && label.textContent) || one.textContent;
  const rings = (node) => {
    const style = getComputedStyle(node);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  };
  const around = ["label", "tr", "li"].map((name) => one.closest(name));
  const shown = [one, label, ...around].find((node) => node && rings(node));
  const box = (shown || one).getBoundingClientRect();
  let floats = false;
  for (let node = one; node; node = node.parentElement)
    floats ||= ["sticky", "fixed"].includes(getComputedStyle(node).position);
  const before = window.focusedBefore;
  const follows = !before || !before.isConnected
    || Boolean(before.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
  window.focusedBefore = one;
  return {
    name: name.replace(/\\s+/g, " ").trim(), is_field: one.matches("input, textarea"),
    rings: Boolean(shown), is_first: !before || one.matches(".skip-link"), follows, floats,
    top: box.top + scrollY, bottom: box.bottom + scrollY, left: box.left, right: box.right,
    inside: box.bottom > 0 && box.top < innerHeight,
  };
}"""


@dataclass
class Place:
    """What has the focus."""

    name: str
    is_field: bool
    rings: bool  # it is to be seen that it has it
    is_first: bool  # of its page
    follows: bool  # in the document, after what had it before
    floats: bool  # stays in sight while the page moves: where it is says nothing
    top: float
    bottom: float
    left: float
    right: float
    inside: bool  # the window


class Keyboard:
    """Presses keys, and fails where the focus is not seen or jumps back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.before: Place | None = None

    def goes_to(self, name: str, *, field: bool = False) -> None:
        """Press Tab until what is named so (a field, or anything) has the focus."""
        passed = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            place = self._looks()
            if place is None:  # beyond the last, at the browser's own buttons
                continue
            passed.append(place.name[:30])
            if name in place.name and (place.is_field or not field):
                return
        raise AssertionError(f"no way to {name}: {passed}")

    def writes(self, name: str, words: str) -> None:
        """Go to a field and write."""
        self.goes_to(name, field=True)
        self.page.keyboard.type(words)

    def presses(self, name: str, key: str = "Enter") -> None:
        """Go to a button, link or box, and press it."""
        self.goes_to(name)
        self.page.keyboard.press(key)

    def _looks(self) -> Place | None:
        found = self.page.evaluate(FOCUSED)
        if found is None:
            self.before = None
            return None
        place = Place(**found)
        assert place.rings, f"the focus is not seen: {place}"
        assert place.inside, f"the focus is out of sight: {place}"
        if self.before is not None and not place.is_first:
            assert place.follows, f"the focus went back from {self.before} to {place}"
            jumps_up = place.bottom <= self.before.top and place.left < self.before.right
            floats = place.floats or self.before.floats
            assert floats or not jumps_up, f"the focus jumped up from {self.before} to {place}"
        self.before = place
        return place
