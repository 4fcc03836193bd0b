"""What makes the pages an app: manifest, service worker, shells."""

import json
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.test import Client

from otayori.family.app import SHELL
from tests.cast import Cast
from tests.family.paper import attach, send

pytestmark = pytest.mark.django_db

FILES = static("")


def test_the_manifest_names_icons_that_exist(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer.headers["Content-Type"] == "application/manifest+json"
    fields = json.loads(answer.content)
    assert (fields["name"], fields["start_url"], fields["display"]) == ("おたより", "/", "standalone")
    for icon in fields["icons"]:
        assert finders.find(icon["src"].removeprefix(FILES)), icon["src"]
    assert {icon["purpose"] for icon in fields["icons"]} == {"any", "maskable"}


def test_the_service_worker_serves_every_page_and_is_made_of_files_that_exist(client: Client) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["Service-Worker-Allowed"] == "/"
    assert answer.headers["Content-Type"].startswith("text/javascript")
    script = answer.content.decode()
    config = json.loads(re.search(r"self.OTAYORI = (.*);", script)[1])  # type: ignore[index]
    parts = json.loads(re.search(r"importScripts\(\.\.\.(.*)\);", script)[1])  # type: ignore[index]
    for address in [*config["shell"], *parts]:
        assert finders.find(address.removeprefix(FILES)), address
    for page in (config["messageShell"], config["offline"]):
        assert client.get(page).status_code == 200
    assert config["words"]["ja"]["emergency"] == "緊急"
    assert all("{n}" in form for words in config["words"].values() for form in words["digest"])


def test_all_that_a_kept_page_is_made_of_is_kept_with_it(cast: Cast, client: Client) -> None:
    """A script or style sheet that the phone has to ask for stands between the guardian and the words."""
    client.force_login(cast.kim.user)
    message = send(cast.sakura, cast.sato, cast.haru)
    file = attach(message)
    for page in ("/", "/m-shell", "/offline", f"/m/{message.id}", f"/m/{message.id}/files/{file.id}"):
        words = client.get(page).content.decode()
        loaded = set(re.findall(rf'(?:src|rel="stylesheet" href)="{FILES}([^"]+)"', words))
        assert loaded - set(SHELL) == set(), page
    for script in (name for name in SHELL if name.startswith("family/")):
        source = Path(str(finders.find(script))).read_text()
        assert {f"family/{name}" for name in re.findall(r'^import .*"\./(.+)";', source, re.M)} <= set(SHELL)


def test_the_shell_holds_nothing_of_anybody(cast: Cast, client: Client) -> None:
    client.force_login(cast.kim.user)
    page = client.get("/m-shell").content.decode()
    for place in ("[[title]]", "[[text]]", "[[sender]]", "<!--emergency-->", 'content="network"'):
        assert place in page
    assert "キム" not in page


def test_the_language_of_the_account_is_used_on_a_new_device(cast: Cast, client: Client) -> None:
    cast.kim.user.language = "en"
    cast.kim.user.save()
    client.force_login(cast.kim.user)
    assert client.get("/start").cookies["otayori_language"].value == "en"
