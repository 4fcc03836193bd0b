"""Forms of the roster's pages."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from otayori.accounts.members import SCHOOL_ROLES
from otayori.accounts.models import Role
from otayori.schools.models import Classroom


class RosterFileForm(forms.Form):
    """A roster file."""

    file = forms.FileField(
        label=_("名簿のファイル"),
        help_text=_("校務支援システムから出したCSVを選んでください。10MBまで読み込めます。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        error_messages={
            "required": _("名簿のファイルを選んでください。"),
            "empty": _("ファイルが空です。校務支援システムから名簿をもう一度出力してください。"),
        },
    )


class IssueForm(forms.Form):
    """For whom in a class sheets are issued, and until when they work."""

    ALL, MISSING = "all", "missing"

    who = forms.ChoiceField(label=_("発行する人"), widget=forms.RadioSelect)
    days = forms.TypedChoiceField(
        label=_("使える期間"),
        coerce=int,
        initial=90,
        choices=[(30, _("30日間")), (90, _("90日間")), (180, _("180日間"))],
    )
    agreed = forms.BooleanField(label=_("前に配った手順書が使えなくなることを確かめました"), required=False)

    def __init__(self, *args: Any, counts: dict[str, tuple[int, int]], **kwargs: Any) -> None:
        """`counts`: for "all" and "missing", how many students and how many sheets now in use."""
        super().__init__(*args, **kwargs)
        self.counts = counts
        words = {
            self.MISSING: _("まだ登録していない人だけ (%(n)d人)"),
            self.ALL: _("学級の全員 (%(n)d人)"),
        }
        choices = [(key, words[key] % {"n": counts[key][0]}) for key in words if counts[key][0]]
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)  # noqa: S101 - declared above
        who.choices = choices
        self.initial.setdefault("who", choices[0][0] if choices else "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        in_use = self.counts.get(cleaned.get("who", ""), (0, 0))[1]
        if in_use and not cleaned.get("agreed"):
            self.add_error(
                "agreed",
                _("いま使える手順書が%(n)d枚あります。使えなくなってよければ、印を付けてください。")
                % {"n": in_use},
            )
        return cleaned


class SchoolForm(forms.Form):
    """What a school says of itself."""

    phone = forms.CharField(
        label=_("電話番号"),
        required=False,
        max_length=20,
        help_text=_("登録手順書の問い合わせ先に印刷されます。"),
        validators=[
            RegexValidator(
                r"^[0-9]{2,5}-?[0-9]{1,4}-?[0-9]{3,4}$", _("03-1234-5678 のように入力してください。")
            )
        ],
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )


class RoleForm(forms.Form):
    """What a member of the staff does in a school."""

    role = forms.ChoiceField(
        label=_("役割"),
        widget=forms.RadioSelect,
        choices=[(role.value, role.label) for role in SCHOOL_ROLES],
        initial=Role.TEACHER.value,
        error_messages={"required": _("役割を選んでください。")},
    )
    classrooms = forms.MultipleChoiceField(
        label=_("担当する学級"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("教職員は、担当する学級と所属グループにお知らせを書けます。"),
    )

    def __init__(self, *args: Any, rooms: Iterable[Classroom], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rooms = {str(room.id): room for room in rooms}
        field = self.fields["classrooms"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = [(key, room.label) for key, room in self.rooms.items()]

    def chosen_rooms(self) -> list[Classroom]:
        """The classes ticked; none for a manager, who writes to all of them."""
        if self.cleaned_data["role"] != Role.TEACHER:
            return []
        return [self.rooms[key] for key in self.cleaned_data["classrooms"]]


class InviteForm(RoleForm):
    """Somebody new on the staff."""

    name = forms.CharField(
        label=_("氏名"),
        max_length=60,
        help_text=_("例: 佐藤 花子"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("氏名を入力してください。")},
    )
    email = forms.EmailField(
        label=_("メールアドレス"),
        help_text=_("ログインに使います。登録の案内をこのアドレスに送ります。"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={
            "required": _("メールアドレスを入力してください。"),
            "invalid": _("メールアドレスの形を確かめてください。例: sato@example.ed.jp"),
        },
    )
    field_order = ("name", "email", "role", "classrooms")
