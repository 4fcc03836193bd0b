"""Mail to a guardian's other addresses when something about the account changed, so that a thief is noticed.

No name, no address and no code stands in these mails.
"""

import contextlib
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from otayori.accounts.models import User
from otayori.core import mail
from otayori.delivery import endpoints
from otayori.delivery.models import ChannelName, Endpoint
from otayori.roster.models import Guardian


def address_added(person: Guardian, email: str) -> None:
    """Tell the addresses the guardian had before."""
    with translation.override(person.user.language):
        _tell(_others(person, email), _("通知先に、メールアドレスが追加されました。"))


def address_removed(person: Guardian, removed: Endpoint) -> None:
    """Tell the one that was removed (given as it was before), if mail reached it, and those that stay."""
    gone = {removed.address} if removed.state == Endpoint.State.ACTIVE else set()
    with translation.override(person.user.language):
        _tell(_others(person, removed.address) | gone, _("通知先から、メールアドレスが外されました。"))


def sign_in_changed(person: Guardian, old: str) -> None:
    """Tell the address one could sign in with until now."""
    with translation.override(person.user.language):
        _tell(
            {old}, _("ログインに使うメールアドレスが変わりました。このアドレスでは、もうログインできません。")
        )


def somebody_tried(holder: User) -> None:
    """Tell who has an account that somebody wanted its address for theirs. Raises `mail.MailNotSent`."""
    with translation.override(holder.language):
        text = _(
            "おたよりで、ほかの人がこのメールアドレスをログインに使おうとしました。\n\n"
            "このアドレスは、すでにあなたのログインに使われています。何も変わっていません。\n"
            "ご自分で入力したときは、このアドレスでそのままログインしてください。"
        )
        mail.send_text(holder.email, _("おたより 確認のお知らせ"), text)


def _others(person: Guardian, email: str) -> set[str]:
    """The guardian's living addresses, and the one for signing in, but this one."""
    ways = endpoints.endpoints_of(person)
    mails = [way for way in ways if way.channel == ChannelName.EMAIL]
    dead = {way.address.casefold() for way in mails if way.state != Endpoint.State.ACTIVE}
    known = {way.address for way in mails} | {person.user.email}
    return {one for one in known if one.casefold() not in dead | {email.casefold()}}


def _tell(addresses: Iterable[str], what: str) -> None:
    """A warning that can't be sent stops nothing: what it tells of is done."""
    page = f"{settings.OTAYORI_BASE_URL}{reverse('family:settings')}"
    text = _(
        "%(what)s\n\nご自分でしたときは、何もしなくてかまいません。\n"
        "お心当たりがないときは、すぐに次のページでパスワードを変え、学校にお知らせください。\n%(page)s"
    ) % {"what": what, "page": page}
    for address in sorted(addresses):
        with contextlib.suppress(mail.MailNotSent):
            mail.send_text(address, _("おたより 設定が変わりました"), text)
