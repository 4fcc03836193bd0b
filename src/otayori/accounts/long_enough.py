"""Passwords are long: Django's rule in our words, which it lacks in some of the guardians' languages."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _

LETTERS = 12


class LongEnough(MinimumLengthValidator):
    """Refuse what is shorter than `LETTERS`, with what makes a good one."""

    def __init__(self) -> None:
        super().__init__(LETTERS)

    def get_error_message(self) -> str:
        """Say what the page says beside the field."""
        return _("12文字以上。長い言葉をつなげると覚えやすくなります。")
