"""A second installation, in a process of its own: `python -m tests.stories.other_ward COUNT`.

It migrates the database of its environment, registers COUNT guardians and releases a message to them.
"""

import os
import sys

import django


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "otayori.config.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)

    from otayori.schools import set_up
    from tests.delivery.ledger import guardians, release_to

    set_up.create_ward(name="あおば区", board="あおば区教育委員会", office="学校運営課")
    release_to(guardians(count))


if __name__ == "__main__":
    main(int(sys.argv[1]))
