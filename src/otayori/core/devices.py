"""A short name for a device from its user agent, so that a person tells the own devices apart. Pure."""

import re

from django.utils.translation import gettext as _

# The order matters: every browser on iOS says Safari, Edge and Opera say Chrome.
_DEVICES = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook"),
    ("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip
_BROWSERS = (
    ("Edg", "Edge"), ("SamsungBrowser", "Samsung Internet"), ("OPR", "Opera"), ("FxiOS|Firefox", "Firefox"),
    ("CriOS|Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def device_name(user_agent: str) -> str:
    """Return 「iPhone の Safari」, or what of it is known."""
    device = _first(_DEVICES, user_agent) or _("この端末")
    browser = _first(_BROWSERS, user_agent)
    if not browser:
        return device
    return _("%(device)s の %(browser)s") % {"device": device, "browser": browser}


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for pattern, name in names if re.search(pattern, user_agent)), "")
