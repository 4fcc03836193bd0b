"""Two people on one draft: what each of them wrote, one beside the other."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from otayori.accounts.access import Access
from otayori.console.forms_compose import ComposeForm
from otayori.core.moments import clock_text, moment_text
from otayori.messaging.compose import Words, audience_of
from otayori.messaging.describe import names_of
from otayori.messaging.models import URGENCY_LABELS, Category, Message


@dataclass(frozen=True)
class Difference:
    """One field in which two versions differ."""

    label: str
    mine: str
    theirs: str


def who(access: Access, message: Message) -> str:
    """Return who saved the draft last, as the other one reads it: 鈴木 校長 さん."""
    if message.changed_by is None or message.changed_by_id == access.user.id:
        return _("あなた（別の画面）")
    return _("%(name)s さん") % {"name": message.changed_by.name}


def told(access: Access, theirs: Message) -> str:
    """Say who saved it meanwhile, and when."""
    words = {"who": who(access, theirs), "at": clock_text(theirs.changed_at)}
    return _("%(who)sが %(at)s に、この下書きを保存しました。") % words


def context(access: Access, form: ComposeForm, theirs: Message) -> dict[str, Any]:
    """What the page shows of a conflict."""
    return {
        "theirs": theirs,
        "told": told(access, theirs),
        "their_name": who(access, theirs),
        "differences": differences(form.words(theirs), theirs),
    }


def differences(mine: Words, theirs: Message) -> list[Difference]:
    """Return the fields that are not the same."""
    their_rule = audience_of(theirs)
    names = names_of([mine.audience, their_rule])
    school = theirs.school
    rows = [
        Difference(
            _("宛先"),
            _("、").join(names.words(mine.audience, school)),
            _("、").join(names.words(their_rule, school)),
        ),
        Difference(
            _("緊急度"),
            str(URGENCY_LABELS[mine.urgency]),
            str(theirs.get_urgency_display()),
        ),
        Difference(_("種類"), str(Category(mine.category).label), str(theirs.get_category_display())),
        Difference(_("題名"), mine.title.strip(), theirs.title),
        Difference(_("本文"), mine.text.replace("\r\n", "\n").strip("\n"), theirs.text),
        Difference(_("送信する日時"), *_moments(mine.release_at, theirs.release_at)),
        Difference(_("届ける期限"), *_moments(mine.deliver_before, theirs.deliver_before)),
    ]
    return [row for row in rows if row.mine != row.theirs]


def _moments(*moments: Any) -> list[str]:
    return [moment_text(moment) if moment else "" for moment in moments]
