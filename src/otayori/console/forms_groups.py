"""Forms of the pages about groups."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from otayori.roster.groups import NameTaken, Told
from otayori.roster.models import Group, GroupKind

MOST_NOTE = 200


class NameForm(forms.Form):
    """What a group is called."""

    name = forms.CharField(
        label=gettext_lazy("グループの名前"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("グループの名前を入力してください。")},
    )

    def say_taken(self, taken: NameTaken) -> None:
        """Say at the name that the school has such a group."""
        words = {"year": taken.group.year_id, "name": taken.group.name}
        if taken.group.is_retired:
            sentence = _(
                "%(year)s年度の「%(name)s」は、使っていないグループの中にあります。"
                "別の名前にするか、そのグループをもう一度使ってください。"
            )
        else:
            sentence = _("%(year)s年度の「%(name)s」は、すでにあります。別の名前にしてください。")
        self.add_error("name", sentence % words)


class GroupForm(NameForm):
    """What is said of a group. Its kind is the manager's to say: a support group hides its members."""

    kind = forms.ChoiceField(
        label=gettext_lazy("種類"),
        choices=GroupKind.choices,
        widget=forms.RadioSelect,
        initial=GroupKind.CLUB.value,
        help_text=gettext_lazy("「支援学級・通級」のメンバーは、管理職とグループの担当者だけが見られます。"),
    )
    note = forms.CharField(
        label=gettext_lazy("メモ（教職員だけが見ます）"),
        required=False,
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    own_classes_only = forms.BooleanField(
        label=gettext_lazy("担当者が加えられるのは、担当する学級の人だけにする"), required=False
    )

    def __init__(self, *args: Any, manages: bool, group: Group | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group
        if group is not None:
            self.initial = {
                "name": group.name,
                "kind": group.kind,
                "note": group.note or "",
                "own_classes_only": group.own_classes_only,
            }
        if not manages:
            del self.fields["kind"], self.fields["own_classes_only"]

    def told(self) -> Told:
        """What was typed, and what this person may not say: as it is; of a new group, own classes only."""
        said, group = self.cleaned_data, self.group
        return Told(
            name=said["name"],
            kind=said.get("kind", group.kind if group else GroupKind.FREE.value),
            note=said["note"],
            own_classes_only=said.get("own_classes_only", group.own_classes_only if group else True),
        )


class MembersFileForm(forms.Form):
    """A file that names members."""

    file = forms.FileField(
        label=gettext_lazy("メンバーのファイル"),
        help_text=gettext_lazy("CSV（UTF-8またはシフトJIS）。10MBまで読み込めます。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={
            "required": gettext_lazy("メンバーのファイルを選んでください。"),
            "empty": gettext_lazy("ファイルが空です。もう一度選んでください。"),
        },
    )


def ids_in(posted: QueryDict, *names: str) -> list[UUID]:
    """Return the ids posted under these names, one a control or several with commas between."""
    parts = (part for name in names for value in posted.getlist(name) for part in value.split(","))
    found = []
    for part in parts:
        try:
            found.append(UUID(part))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def roles_in(posted: QueryDict, users: Iterable[UUID]) -> dict[UUID, bool]:
    """Return who is to write to a group, and whether as its owner, from the controls "role-<id>"."""
    said = {user: posted.get(f"role-{user}", "") for user in users}
    return {user: role == "owner" for user, role in said.items() if role in ("writer", "owner")}


def year_in(text: str | None, this_year: int) -> int:
    """Return the school year of an address; what is none is this year."""
    if text and text.isascii() and text.isdecimal() and len(text) == 4:
        return int(text)
    return this_year
