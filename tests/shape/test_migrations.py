"""The migrations make the tables that the models describe."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    ours = ("core", "schools", "accounts", "roster", "delivery", "messaging")
    call_command("makemigrations", *ours, check=True, dry_run=True, verbosity=1)
