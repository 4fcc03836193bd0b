"""Firefox, driven by its own WebDriver BiDi: no driver program in between, a profile of its own each time."""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from otayori.ops.child import start_child
from tests.stories.processes import until

FIREFOX = "/usr/bin/firefox-esr"
PATIENCE = 60.0  # seconds for an answer of the browser

# Nothing of this calls anybody but the test: no updates, no telemetry, no lists of Mozilla's.
PREFERENCES: dict[str, bool | int | str] = {
    "remote.prefs.recommended": False,  # they switch push off
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.safebrowsing.blockedURIs.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.aboutwelcome.enabled": False,
    "browser.topsites.contile.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "network.prefetch-next": False,
    "services.settings.server": "data:,#dummy",
    "toolkit.telemetry.server": "",
    "intl.accept_languages": "ja",
    "permissions.default.desktop-notification": 1,  # allowed without asking, which no headless browser can
    "alerts.useSystemBackend": False,
    "dom.push.testing.allowInsecureServerURL": True,
}


class Firefox:
    """One window."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._asked = 0
        self.ask("session.new", capabilities={})
        self._window = self.ask("browsingContext.getTree")["contexts"][0]["context"]

    def ask(self, method: str, **words: Any) -> dict[str, Any]:
        """One command of WebDriver BiDi and its result."""
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": words}))
        while True:
            said = json.loads(self._socket.recv(PATIENCE))
            if said.get("id") == self._asked:
                break
        if said["type"] == "error":
            raise RuntimeError(f"{method}: {said['error']}: {said['message']}")
        result: dict[str, Any] = said["result"]
        return result

    def goto(self, url: str) -> None:
        """Load a page, all of it."""
        self.ask("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def run(self, script: str) -> Any:
        """What an expression of JavaScript gives in the page; as if the user had just pressed something."""
        done = self.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({script}) ?? null))()",
            target={"context": self._window},
            awaitPromise=True,
            userActivation=True,
        )
        if done["type"] == "exception":
            raise RuntimeError(f"{script}: {done['exceptionDetails']['text']}")
        return json.loads(done["result"]["value"])

    def press(self, selector: str) -> None:
        """Press what is there and can be seen."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def fill(self, fields: Mapping[str, str]) -> None:
        """Type into the fields of these names."""
        for name, text in fields.items():
            self.run(f"void (document.querySelector('[name={name}]').value = {json.dumps(text)})")

    def says(self, words: str) -> None:
        """Wait until the page shows these words; it may go to another address meanwhile."""
        until(lambda: words in self.text(), f"Firefox shows: {words}")

    def text(self) -> str:
        """What is to be read on the page; "" while it changes."""
        return self._glance("document.body.innerText")

    def path(self) -> str:
        """Where the page is; "" while it changes."""
        return self._glance("location.pathname")

    def _glance(self, script: str) -> str:
        try:
            return str(self.run(script))
        except RuntimeError:
            return ""


@contextmanager
def firefox(folder: Path, **preferences: bool | int | str) -> Iterator[Firefox]:
    """Run Firefox with a new profile in this folder; in `preferences` "__" stands for a dot."""
    profile = folder / "profile"
    profile.mkdir()
    given = {name.replace("__", "."): value for name, value in preferences.items()}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in (PREFERENCES | given).items()]
    (profile / "user.js").write_text("\n".join(lines))
    with (folder / "firefox.log").open("wb") as log:
        process = start_child(
            [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
            environ={
                "HOME": str(folder),
                "PATH": "/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "MOZ_CRASHREPORTER_DISABLE": "1",
            },
            output=log,
            death_signal=signal.SIGKILL,
        )
    try:
        with connect(
            f"{_address(profile, process)}/session", compression=None, max_size=None, open_timeout=PATIENCE
        ) as socket:
            yield Firefox(socket)
    finally:
        _end(process)


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """Where it listens for commands, once it says so in its profile."""
    told = profile / "WebDriverBiDiServer.json"

    def is_told() -> bool:
        assert process.poll() is None, (profile.parent / "firefox.log").read_text()
        return told.exists() and told.read_text().endswith("}")

    until(is_told, "Firefox listens")
    where = json.loads(told.read_text())
    return f"ws://{where['ws_host']}:{where['ws_port']}"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
