"""Brings the database's tables up to the code's."""

from django.conf import settings
from django.core.management import call_command
from django.db.utils import OperationalError

from otayori.ops.trouble import Unreachable


def migrate(*, verbosity: int = 0) -> None:
    """Apply migrations and make the cache table; does nothing where all is there. Raises Unreachable."""
    try:
        call_command("migrate", interactive=False, verbosity=verbosity)
        call_command("createcachetable", verbosity=verbosity)
    except OperationalError as error:
        host = settings.DATABASES["default"]["HOST"]
        raise Unreachable(
            f"データベース（{host}）を使えません。動いているか、OTAYORI_DATABASE_URL は正しいかを"
            "確かめてください。",
            f"Cannot use the database: {str(error).strip()}",
        ) from error
