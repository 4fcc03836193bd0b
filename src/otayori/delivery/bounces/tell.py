"""Tell a guardian on the phone that a mail address of theirs does not work any more."""

from collections.abc import Collection
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from otayori.core import clock
from otayori.core.ids import new_id
from otayori.delivery.models import ChannelName, Endpoint
from otayori.delivery.parcel import Urgency
from otayori.delivery.release import Order, Text, languages, release
from otayori.roster.models import Guardian


def tell(endpoint_ids: Collection[UUID]) -> None:
    """Push to the guardians whose mail addresses these are, in the caller's transaction.

    `endpoint_ids` were disabled just now, so that each is told of once. Who has no device that is
    reached is not told: the school sees them among those whom nothing reaches.
    """
    dead = Endpoint.objects.filter(id__in=endpoint_ids, channel=ChannelName.EMAIL).values("guardian_id")
    reached = Guardian.objects.filter(
        id__in=dead, endpoints__channel=ChannelName.WEBPUSH, endpoints__state=Endpoint.State.ACTIVE
    ).distinct()
    if not endpoint_ids or not reached.exists():
        return
    order = Order(
        subject_id=new_id(),
        school=None,
        urgency=Urgency.IMPORTANT,
        texts=[_text(language) for language in languages()],
        released_at=clock.now(),
    )
    release(order, reached.values("id"), channels=[ChannelName.WEBPUSH])


def _text(language: str) -> Text:
    """The address itself stands in the settings, not on a lock screen."""
    settings_url = f"{settings.OTAYORI_BASE_URL}/settings"
    with translation.override(language):
        title = _("登録されたメールアドレスに、お知らせが届かなくなりました")
        text = _(
            "登録されているメールアドレスに、お知らせが届きませんでした。"
            "アプリの設定で、新しいアドレスを登録してください。この端末には、これからも通知が届きます。"
        )
        sender = _("おたより")
    return Text(
        language=language,
        sender=sender,
        title=title,
        text=text,
        mail_title=title,
        mail_text=text,
        url=settings_url,
        settings_url=settings_url,
    )
