"""`otayori roster import FILE`: a roster file by command line. Says numbers, never names of the roster.

Without `--apply` it only says what the file would change.
"""

import sys
from pathlib import Path

from otayori.roster.imports import apply as applying
from otayori.roster.imports.diff import Plan
from otayori.roster.imports.preview import Comparison, compare, preview, upload_limit
from otayori.schools.models import School

DONE, REFUSED, CANNOT_START, NEEDS_WORD = 0, 1, 2, 3
"""Exit codes: done (or shown) · the file was refused · no such file or school · too many would vanish."""


def import_file(
    path: Path, *, apply: bool = False, school: str | None = None, allow_many_gone: bool = False
) -> int:
    """Compare a file with the roster and, with `apply`, carry it out; returns the exit code.

    `school`: the number (学校ID) of the school whose file it is; None: a file of the whole ward.
    """
    place = School.objects.filter(number=school).first() if school else None
    if school and place is None:
        return _fail(f"学校ID「{school}」の学校・園がありません。番号を確かめてください。")
    try:
        with path.open("rb") as file:
            data = file.read(upload_limit())
    except OSError as error:
        return _fail(
            f"ファイル「{path}」を開けません（{error.strerror}）。場所と読み取りの権限を確かめてください。"
        )
    if not apply:
        comparison = compare(data, place)
        code = _tell(comparison)
        if code == DONE:
            print("まだ反映していません。反映するには --apply を付けてください。")
        return code
    return _apply(data, path.name, school=place, allow_many_gone=allow_many_gone)


def _apply(data: bytes, name: str, *, school: School | None, allow_many_gone: bool) -> int:
    comparison, kept = preview(data, name, school=school, by=None)
    code = _tell(comparison)
    if kept is None:
        return code
    try:
        applying.apply(kept, by=None, allow_many_gone=allow_many_gone)
    except applying.NotConfirmed:
        print(
            "反映していません。上の内容でよければ、--allow-many-gone を付けてもう一度実行してください。",
            file=sys.stderr,
        )
        return NEEDS_WORD
    except applying.CannotApply as reason:
        print(reason, file=sys.stderr)
        return REFUSED
    print("名簿に反映しました。")
    return DONE


def _tell(comparison: Comparison) -> int:
    for notice in comparison.notices:
        print(notice)
    if comparison.plan is None:
        for error in comparison.errors:
            print(error, file=sys.stderr)
        if comparison.more_errors:
            print(f"ほかに {comparison.more_errors}か所あります。", file=sys.stderr)
        print("名簿は変わっていません。上のところを直してから、もう一度実行してください。", file=sys.stderr)
        return REFUSED
    _tell_plan(comparison.plan)
    return DONE


def _tell_plan(plan: Plan) -> None:
    print(
        f"新しく入る人 {len(plan.new):,}人、変わる人 {len(plan.changed):,}人、"
        f"いなくなる人 {len(plan.gone):,}人、変わらない人 {plan.unchanged:,}人"
    )
    names = dict(School.objects.values_list("code", "name"))
    for loss in plan.too_many_gone:
        print(
            f"ご注意: {names[loss.school_code]}で {loss.before:,}人のうち {loss.gone:,}人がいなくなります。"
        )
    if plan.other_person:
        print(f"ご注意: 同じ管理コードで氏名がまったく違う人が {len(plan.other_person):,}人います。")
    if plan.lost_zeros:
        print(f"ご注意: 管理コードの先頭の0が消えているような人が {len(plan.lost_zeros):,}人います。")


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return CANNOT_START
