"""A roster file goes in: what it shows before, what it does, and what it must never do."""

import pytest
from django.db import connection

from otayori.core.models import AuditEntry
from otayori.roster.imports import apply as applying
from otayori.roster.imports.apply import apply
from otayori.roster.imports.diff import Plan
from otayori.roster.imports.preview import Comparison, discard, preview, show
from otayori.roster.models import Enrolment, Group, GroupMember, RosterImport, Student, code_key
from otayori.schools.models import Classroom, School
from tests.cast import Cast

pytestmark = pytest.mark.django_db

HEADER = "学校コード,学年,組,出席番号,氏名,フリガナ,管理コード,グループ"
SAKURA, KASHIWA = "B113200000017", "C113200000025"
OF_SAKURA = [
    f"{SAKURA},3,1,1,キム ハル,キム ハル,0001,サッカークラブ",
    f"{SAKURA},3,1,2,山田 葵,ヤマダ アオイ,0002,",
    f"{SAKURA},3,1,3,渡辺 空,ワタナベ ソラ,0003,",
    f"{SAKURA},3,2,1,アルバレス 芽衣,アルバレス メイ,0004,サッカークラブ",
]
OF_KASHIWA = [
    f"{KASHIWA},1,1,1,キム ジュン,キム ジュン,0005,",
    f"{KASHIWA},1,1,2,伊藤 凛,イトウ リン,0006,",
]


def csv(*rows: str) -> bytes:
    return "\r\n".join([HEADER, *rows]).encode("cp932")


def read(data: bytes, cast: Cast, school: School | None = None) -> tuple[Plan, RosterImport]:
    by = cast.tanaka if school is None else cast.suzuki
    comparison, kept = preview(data, "meibo.csv", school=school, by=by)
    assert comparison.errors == ()
    assert comparison.plan is not None
    assert kept is not None
    return comparison.plan, kept


def refused(data: bytes, cast: Cast, school: School | None = None) -> Comparison:
    comparison, kept = preview(data, "meibo.csv", school=school, by=cast.tanaka)
    assert kept is None
    assert not RosterImport.objects.exists()
    return comparison


def student(code: str) -> Student:
    return Student.objects.get(code_key=code_key(code))


def seat(code: str) -> tuple[str, str, int | None]:
    enrolment = Enrolment.objects.select_related("classroom").get(student__code_key=code_key(code))
    return enrolment.classroom.school.name, enrolment.classroom.label, enrolment.number


def groups_of(code: str) -> set[str]:
    return {group.name for group in student(code).groups.all()}


def test_a_file_that_says_what_is_known_changes_nothing(cast: Cast) -> None:
    plan, kept = read(csv(*OF_SAKURA, *OF_KASHIWA), cast)
    assert plan.is_empty
    assert plan.unchanged == 6
    assert kept.counts == {"new": 0, "changed": 0, "unchanged": 6, "gone": 0}


def test_previewing_changes_nothing_and_keeps_the_file_encrypted(cast: Cast) -> None:
    _plan, kept = read(csv(*OF_SAKURA, f"{SAKURA},4,1,1,森 新,モリ アラタ,0100,合唱団"), cast, cast.sakura)
    assert Student.objects.count() == 6
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM roster_rosterimport WHERE id = %s", [kept.id])
        assert b"0100" not in bytes(cursor.fetchone()[0])


def test_a_new_child_gets_a_class_a_seat_and_groups(cast: Cast) -> None:
    _plan, kept = read(
        csv(*OF_SAKURA, f"{SAKURA},4,1,7,森 新,モリ アラタ,0100,合唱団;サッカークラブ"), cast, cast.sakura
    )
    apply(kept, by=cast.suzuki)
    child = student("0100")
    assert (child.name, child.kana, child.management_code) == ("森 新", "モリ アラタ", "0100")
    assert child.school == cast.sakura
    assert seat("0100") == ("桜小学校", "4年1組", 7)
    assert groups_of("0100") == {"合唱団", "サッカークラブ"}
    assert groups_of("0001") == {"サッカークラブ"}


def test_the_file_is_forgotten_and_the_record_has_counts_only(cast: Cast) -> None:
    _plan, kept = read(csv(*OF_SAKURA, f"{SAKURA},4,1,7,森 新,モリ アラタ,0100,"), cast, cast.sakura)
    apply(kept, by=cast.suzuki)
    kept.refresh_from_db()
    assert kept.state == RosterImport.State.APPLIED
    assert kept.content is None
    entry = AuditEntry.objects.get(action="roster import applied")
    assert entry.detail == {"new": 1, "changed": 0, "unchanged": 4, "gone": 0}
    assert (entry.actor_id, entry.school_id, entry.object_id) == (cast.suzuki.id, cast.sakura.id, kept.id)


def test_a_child_moves_class_and_takes_another_name(cast: Cast) -> None:
    rows = [row for row in OF_SAKURA if ",0002," not in row]
    _plan, kept = read(csv(*rows, f"{SAKURA},3,2,9,高橋 葵,タカハシ アオイ,0002,合唱団"), cast, cast.sakura)
    apply(kept, by=cast.suzuki)
    assert student("0002").id == cast.aoi.id
    assert student("0002").name == "高橋 葵"
    assert seat("0002") == ("桜小学校", "3年2組", 9)
    assert groups_of("0002") == {"合唱団"}
    assert Enrolment.objects.count() == 6


def test_a_child_moves_school_with_the_ward_file_and_keeps_guardians(cast: Cast) -> None:
    rows = [row for row in OF_SAKURA if ",0001," not in row]
    plan, kept = read(csv(*rows, *OF_KASHIWA, f"{KASHIWA},1,1,3,キム ハル,キム ハル,0001,"), cast)
    assert [change.current.student_id for change in plan.moved_schools] == [cast.haru.id]
    apply(kept, by=cast.tanaka)
    child = student("0001")
    assert (child.school, child.name) == (cast.kashiwa, "キム ハル")
    assert seat("0001") == ("柏中学校", "1年1組", 3)
    assert groups_of("0001") == set()
    assert [g.id for g in child.guardians.all()] == [cast.kim.id]


def test_a_school_cannot_take_a_child_who_is_enrolled_elsewhere(cast: Cast) -> None:
    found = refused(csv(*OF_SAKURA, f"{SAKURA},6,1,1,キム ジュン,キム ジュン,0005,"), cast, cast.sakura)
    assert len(found.errors) == 1
    assert found.errors[0].startswith("6行目: 管理コード「0005」は、区内の別の学校・園に在籍している")
    assert "柏中" not in found.errors[0]


def test_a_school_cannot_bring_a_file_of_another_school(cast: Cast) -> None:
    found = refused(csv(*OF_SAKURA, *OF_KASHIWA), cast, cast.sakura)
    assert [error.split(":")[0] for error in found.errors] == ["6行目", "7行目"]
    assert "桜小学校" in found.errors[0]


def test_who_is_missing_leaves_and_comes_back(cast: Cast) -> None:
    plan, kept = read(csv(*OF_SAKURA[1:]), cast, cast.sakura)
    assert [gone.student_id for gone in plan.gone] == [cast.haru.id]
    apply(kept, by=cast.suzuki)
    assert student("0001").left_at is not None
    assert student("0005").left_at is None  # another school's: the file does not speak of it

    plan, kept = read(csv(*OF_SAKURA), cast, cast.sakura)
    assert [change.current.student_id for change in plan.returned] == [cast.haru.id]
    apply(kept, by=cast.suzuki)
    assert student("0001").left_at is None
    assert seat("0001") == ("桜小学校", "3年1組", 1)


def test_who_left_one_school_can_be_taken_in_by_the_other(cast: Cast) -> None:
    apply(read(csv(*OF_SAKURA[1:]), cast, cast.sakura)[1], by=cast.suzuki)
    rows = csv(*OF_KASHIWA, f"{KASHIWA},1,1,3,キム ハル,キム ハル,0001,")
    comparison, kept = preview(rows, "meibo.csv", school=cast.kashiwa, by=cast.tanaka)
    assert comparison.errors == ()
    assert kept is not None
    apply(kept, by=cast.tanaka)
    assert student("0001").id == cast.haru.id
    assert seat("0001") == ("柏中学校", "1年1組", 3)


def test_a_file_without_groups_leaves_groups_alone(cast: Cast) -> None:
    lines = [row.rsplit(",", 1)[0] for row in (HEADER, *OF_SAKURA)]
    lines[2] = lines[2].replace("山田", "高橋")
    apply(read("\n".join(lines).encode(), cast, cast.sakura)[1], by=cast.suzuki)
    assert student("0002").name == "高橋 葵"
    assert groups_of("0001") == {"サッカークラブ"}
    assert GroupMember.objects.count() == 2


def test_when_the_roster_moved_meanwhile_nothing_is_applied_until_it_is_seen_again(cast: Cast) -> None:
    _plan, kept = read(csv(*OF_SAKURA[1:]), cast, cast.sakura)
    cast.aoi.left_at = cast.suzuki.created_at
    cast.aoi.save()
    with pytest.raises(applying.RosterMoved, match="名簿が変わりました"):
        apply(kept, by=cast.suzuki)
    assert student("0001").left_at is None

    show(kept)
    apply(kept, by=cast.suzuki)
    assert student("0001").left_at is not None
    assert student("0002").left_at is None


def test_too_many_vanishing_asks_for_a_word(cast: Cast) -> None:
    crowd = [f"{SAKURA},5,1,{n},子 {n},コ,1{n:03},".replace("子 ", "子供") for n in range(1, 21)]
    apply(read(csv(*OF_SAKURA, *crowd), cast, cast.sakura)[1], by=cast.suzuki)
    plan, kept = read(csv(*OF_SAKURA), cast, cast.sakura)
    assert plan.too_many_gone[0].gone == 20
    with pytest.raises(applying.NotConfirmed):
        apply(kept, by=cast.suzuki)
    assert Student.objects.filter(left_at__isnull=True).count() == 26
    apply(kept, by=cast.suzuki, allow_many_gone=True)
    assert Student.objects.filter(left_at__isnull=True).count() == 6


def test_an_import_is_applied_once_and_not_after_it_was_discarded(cast: Cast) -> None:
    _plan, kept = read(csv(*OF_SAKURA[1:]), cast, cast.sakura)
    discard(kept, by=cast.suzuki)
    with pytest.raises(applying.AlreadySettled):
        apply(kept, by=cast.suzuki)
    kept.refresh_from_db()
    assert kept.content is None
    assert student("0001").left_at is None


def test_a_second_file_of_the_same_person_replaces_the_first(cast: Cast) -> None:
    _plan, first = read(csv(*OF_SAKURA[1:]), cast, cast.sakura)
    _plan, second = read(csv(*OF_SAKURA), cast, cast.sakura)
    first.refresh_from_db()
    assert first.state == RosterImport.State.DISCARDED
    assert first.content is None
    assert second.state == RosterImport.State.PREVIEWED


def test_every_wrong_line_is_told_in_japanese(cast: Cast) -> None:
    found = refused(csv(*OF_SAKURA, f"{SAKURA},9,1,1,森 新,モリ,0100,", f"{SAKURA},4,1,1,,モリ,0001,"), cast)
    assert [error.split(":")[0] for error in found.errors] == ["6行目", "7行目", "7行目"]


def test_the_number_of_statements_does_not_grow_with_the_file(
    cast: Cast, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    crowd = [f"{SAKURA},5,{n % 4 + 1},{n},子供{n},コ,1{n:03},クラブ{n % 7}" for n in range(1, 301)]
    _plan, kept = read(csv(*OF_SAKURA, *crowd), cast, cast.sakura)
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        apply(kept, by=cast.suzuki)
    assert Classroom.objects.filter(grade="P5").count() == 4
    assert Group.objects.filter(name__startswith="クラブ").count() == 7
