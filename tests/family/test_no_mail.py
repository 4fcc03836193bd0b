"""Who has no mail address that works is not told that it comes by mail."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from otayori.delivery.models import Endpoint
from tests.cast import Cast

pytestmark = pytest.mark.django_db
BY_MAIL = re.compile(r"メールで届きます")
PAGES = ("family:notifications", "family:reach")


@pytest.mark.parametrize("page", PAGES)
def test_mail_is_promised_where_it_comes(client: Client, cast: Cast, page: str) -> None:
    client.force_login(cast.kim.user)
    assert BY_MAIL.search(client.get(reverse(page)).content.decode())


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", ["disabled", "none"])
def test_mail_is_not_promised_where_none_comes(client: Client, cast: Cast, page: str, state: str) -> None:
    mails = Endpoint.objects.filter(guardian=cast.kim, channel="email")
    if state == "none":
        mails.delete()
    else:
        mails.update(state=state)
    client.force_login(cast.kim.user)
    told = client.get(reverse(page)).content.decode()
    assert not BY_MAIL.search(told)
    assert reverse("family:add_email") in told


def test_quiet_hours_say_first_that_nothing_arrives_at_all(client: Client, cast: Cast) -> None:
    Endpoint.objects.filter(guardian=cast.kim).delete()
    client.force_login(cast.kim.user)
    assert "いまは、お知らせが届きません。" in client.get(reverse("family:quiet")).content.decode()


@pytest.mark.parametrize("by_mail", [True, False])
def test_a_browser_that_is_refused_is_promised_mail_only_where_it_comes(
    client: Client, cast: Cast, by_mail: bool
) -> None:
    if not by_mail:
        Endpoint.objects.filter(guardian=cast.kim, channel="email").delete()
    client.force_login(cast.kim.user)
    refused = client.post(reverse("family:push_subscribe"), "{}", content_type="application/json")
    assert refused.status_code == 400
    assert ("メールでお届けします" in refused.json()["words"]) is by_mail
    later = client.get(reverse("family:join_app")).content.decode()
    assert ("それまでは、メールで届きます" in later) is by_mail
