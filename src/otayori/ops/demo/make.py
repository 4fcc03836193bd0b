"""Fill the demo ward, once: all of it or nothing."""

import time

import tink
from django.db import connection, transaction
from rich.progress import Progress

from otayori.accounts.models import User
from otayori.core import clock
from otayori.core.crypto import KeyMissing
from otayori.core.models import Keyset
from otayori.messaging import starter_templates
from otayori.ops.demo import cast, sheet
from otayori.ops.demo.after import write_after
from otayori.ops.demo.families import families
from otayori.ops.demo.groups import write_groups
from otayori.ops.demo.letters import LETTERS
from otayori.ops.demo.outcomes import Outcomes
from otayori.ops.demo.past import write_past
from otayori.ops.demo.people import Made, write_families, write_schools
from otayori.ops.demo.plan import WHOLE, Size, schools
from otayori.ops.demo.staff import Staff
from otayori.ops.demo.stories import SAVED, WAITING
from otayori.ops.demo.telling import Telling
from otayori.ops.demo.told import write_told
from otayori.ops.demo.waiting import write_rules, write_waiting
from otayori.ops.trouble import Trouble
from otayori.schools.models import School, Ward

_LOCK = 7_202_600_401  # of two demos started on one database, the second waits and finds it filled


def fill(progress: Progress | None = None, *, size: Size = WHOLE) -> None:
    """Make the demo ward unless it is there, and keep a registration sheet open.

    One transaction: whoever interrupts it finds an empty database. Raises Trouble when the database holds
    another ward, or one that was sealed with another master key.
    """
    telling = Telling(progress)
    try:
        with transaction.atomic():
            _lock()
            if not is_filled():
                _make(telling, size)
        sheet.keep_open()
    except (tink.TinkError, KeyMissing) as error:
        raise Trouble(
            "このデータベースは、別の鍵（データの置き場所の secrets フォルダー）で暗号化されています。"
            "その鍵を戻すか、空のデータベースを使ってください。",
            "The database is sealed with another master key: bring that back, or use an empty database.",
        ) from error


def is_filled() -> bool:
    """Tell whether the demo ward is there. Raises Trouble for a ward that is not the demo's."""
    if not Ward.objects.exists() and not School.objects.exists():
        return False
    if User.objects.by_email(cast.TANAKA.email) is None:
        raise Trouble(
            "このデータベースには、見本ではない区が入っています。見本には、空のデータベースを使ってください。",
            "The database holds a ward that is not the demo's. Use an empty database.",
        )
    return True


def _lock() -> None:
    with connection.cursor() as cursor:  # the start of a demo
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _make(telling: Telling, size: Size) -> None:
    start = time.monotonic()
    Keyset.objects.filter(name__startswith="school:").delete()  # of a filling that was interrupted
    telling.say("見本の区を作ります / making the demo ward")
    planned = schools(size)
    made = Made(clock.school_year())
    with telling.step("学校 / schools", len(planned)) as advance:
        write_schools(planned, made, advance)
        starter_templates.ensure()
    homes = families(planned, size)
    with telling.step("児童・生徒と保護者 / families", sum(len(home.children) for home in homes)) as advance:
        write_families(homes, made, advance)
    staff = Staff(planned, made)
    with telling.step("教職員とグループ / staff and groups", len(staff)):
        staff.write()
        write_groups(made, staff.teachers)
        write_rules(made)
    # without it the planner thinks the tables empty: releasing to the whole ward took 30 s instead of 1 s
    _analyze()
    with telling.step("これまでのお知らせ / past messages", len(LETTERS)) as advance:
        outcome = Outcomes(made, clock.now())
        write_past(made, outcome, advance)
        write_after(outcome)
        write_told()
    with telling.step("承認待ちと保存した宛先 / approvals and audiences", len(WAITING) + len(SAVED)):
        write_waiting(made)
    _analyze()
    telling.say(f"できました（{time.monotonic() - start:.0f} 秒）/ the demo ward is ready")


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
