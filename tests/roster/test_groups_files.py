"""Groups and files: the roster's own, a list of members, and the copy to another year."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse

from otayori.console.context import forget_trouble
from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.roster import group_copy, group_import, groups
from otayori.roster.group_copy import Stays
from otayori.roster.group_import import Why
from otayori.roster.group_kinds import kind_of
from otayori.roster.imports.current import current_students
from otayori.roster.models import Enrolment, Group, GroupMember, GroupStaff, Student
from otayori.schools import set_up
from tests.cast import Cast, classroom, student
from tests.crowd import thirty_classes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("サッカークラブ", "club"),
        ("バスケットボール部", "club"),
        ("バスケットボール", "free"),
        ("図書委員会", "committee"),
        ("送迎バス 東コース", "route"),
        ("登校3班", "route"),
        ("ことばの教室", "support"),
        ("特別支援学級", "support"),
        ("通級（ことば）", "support"),
        ("手話クラブ", "club"),
        ("合唱団", "free"),
    ],
)
def test_a_file_names_a_group_and_the_name_tells_its_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


def sources(group: Group) -> dict[str, str]:
    rows = GroupMember.objects.filter(group=group).select_related("student")
    return {row.student.name: row.source for row in rows}


def test_a_roster_file_takes_out_only_whom_a_file_brought_in(cast: Cast) -> None:
    GroupMember.objects.create(group=cast.soccer, student=cast.aoi, source="hand")
    key = (cast.sakura.id, "サッカークラブ")
    groups.replace_members({cast.haru.id: [], cast.aoi.id: [], cast.mei.id: [key]}, cast.year)
    assert sources(cast.soccer) == {"山田 葵": "hand", "アルバレス 芽衣": "file"}


def test_a_hand_made_member_counts_for_no_file(cast: Cast) -> None:
    GroupMember.objects.create(group=cast.soccer, student=cast.aoi, source="hand")
    known = {one.student_id: one.groups for one in current_students([cast.sakura], cast.year)}
    assert known[cast.haru.id] == ("サッカークラブ",)
    assert known[cast.aoi.id] == ()


def test_whom_the_file_names_as_well_belongs_to_the_file(cast: Cast) -> None:
    GroupMember.objects.create(group=cast.soccer, student=cast.aoi, source="hand")
    groups.replace_members({cast.aoi.id: [(cast.sakura.id, "サッカークラブ")]}, cast.year)
    assert sources(cast.soccer)["山田 葵"] == "file"


def test_a_child_of_another_school_leaves_even_by_hand(cast: Cast) -> None:
    GroupMember.objects.create(group=cast.soccer, student=cast.aoi, source="hand")
    cast.aoi.move_to(cast.kashiwa)
    cast.aoi.save()
    groups.replace_members({cast.aoi.id: []}, cast.year)
    assert "山田 葵" not in sources(cast.soccer)


def test_a_new_group_of_a_file_is_sorted_by_its_name(cast: Cast) -> None:
    groups.replace_members({cast.aoi.id: [(cast.sakura.id, "ことばの教室")]}, cast.year)
    assert Group.objects.get(name="ことばの教室").kind == "support"


def read(cast: Cast, text: str, encoding: str = "utf-8") -> group_import.Reading:
    present = Student.objects.filter(school=cast.sakura, left_at__isnull=True)
    return group_import.read(BytesIO(text.encode(encoding)), cast.soccer, present)


def meant(reading: group_import.Reading) -> dict[int, str]:
    return {match.line: match.person.student.name for match in reading.matches}


def missed(reading: group_import.Reading) -> dict[int, Why]:
    return {miss.line: miss.why for miss in reading.misses}


def test_lines_by_management_code(cast: Cast) -> None:
    found = read(cast, "管理コード,氏名\n0002,山田葵\n9999,\n0003,山田葵\n0002,\n0005,キム ジュン\n")
    assert meant(found) == {2: "山田 葵"}
    assert missed(found) == {3: Why.NO_CODE, 4: Why.OTHER_NAME, 5: Why.DOUBLED, 6: Why.NO_CODE}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_lines_by_class_and_number(cast: Cast, encoding: str) -> None:
    lines = "学級,出席番号\n3年1組,2\n３－２,１\n3年9組,1\n3年1組,30\n,5\n3年1組,二\n"
    found = read(cast, lines, encoding)
    assert meant(found) == {2: "山田 葵", 3: "アルバレス 芽衣"}
    reasons = [Why.NO_CLASS, Why.NO_SEAT, Why.EMPTY, Why.UNREADABLE]
    assert missed(found) == dict(zip((4, 5, 6, 7), reasons, strict=True))
    assert [match.person.is_member for match in found.matches] == [False, True]
    assert [match.person.student.name for match in found.new] == ["山田 葵"]


def test_lines_by_grade_class_and_name(cast: Cast) -> None:
    student(cast.p3_1, 9, "山田 葵", "ヤマダ アオイ", "0009")
    found = read(cast, "学年,組,姓,名\n3,1,キム,ハル\n3,1,山田,葵\n3,2,キム,ハル\n")
    assert meant(found) == {2: "キム ハル"}
    assert missed(found) == {3: Why.AMBIGUOUS, 4: Why.NO_NAME}  # two of the name: nobody


@pytest.mark.parametrize("text", ["氏名\n山田 葵\n", "学級,メモ\n3年1組,x\n", "", "%PDF-1.7"])
def test_a_file_that_names_nobody_is_refused(cast: Cast, text: str) -> None:
    assert read(cast, text).errors


def test_a_file_is_shown_first_and_put_in_as_shown(cast: Cast, client: Client) -> None:
    client.force_login(cast.suzuki)
    address = reverse("console:group_import", args=[cast.soccer.id])
    file = BytesIO("学級,出席番号\n3年1組,2\n3年1組,77\n".encode("cp932"))
    file.name = "members.csv"
    page = client.post(address, {"file": file})
    text = page.content.decode()
    assert "「サッカークラブ」に 1人を加えます。" in text
    assert "この学級に、この出席番号の人はいません。" in text
    assert "山田 葵" not in sources(cast.soccer)
    fields = {"how": "import", "students": page.context["students"]}
    client.post(reverse("console:group_add", args=[cast.soccer.id]), fields)
    assert sources(cast.soccer)["山田 葵"] == "hand"
    entry = AuditEntry.objects.get(action="group members added")
    assert entry.detail == {"count": 1, "how": "import"}


def staying(cast: Cast) -> dict[str, Stays]:
    return {one.name: why for one, why in group_copy.plan(cast.soccer).staying}


@pytest.fixture
def to_copy(cast: Cast) -> Cast:
    """The soccer club of five: one has left, one moved, one is in the last grade; Sato leads it."""
    p6 = classroom(cast.sakura, cast.year, "P6", "1")
    last = student(p6, 1, "卒業 花", "ソツギョウ ハナ", "0101")
    gone = student(cast.p3_1, 8, "転出 次郎", "テンシュツ ジロウ", "0102")
    Student.objects.filter(id=gone.id).update(left_at=clock.now())
    moved = student(cast.p3_1, 7, "転校 三郎", "テンコウ サブロウ", "0103")
    moved.move_to(cast.kashiwa)
    moved.save()
    for child in (last, gone, moved):
        GroupMember.objects.create(group=cast.soccer, student=child, source="hand")
    GroupStaff.objects.create(group=cast.soccer, user=cast.sato, is_owner=True)
    GroupStaff.objects.create(group=cast.soccer, user=cast.kobayashi)  # works elsewhere now
    return cast


def test_before_the_classes_are_there_the_list_is_copied_child_by_child(
    to_copy: Cast, client: Client
) -> None:
    cast = to_copy
    client.force_login(cast.sato)
    page = client.get(reverse("console:group_copy", args=[cast.soccer.id])).content.decode()
    for words in (
        f"{cast.year + 1}年度の学級はまだありません",
        "最後の学年です",
        "名簿から外れました",
        "移りました",
    ):
        assert words in page
    assert staying(cast) == {"卒業 花": Stays.GRADUATES, "転出 次郎": Stays.LEFT, "転校 三郎": Stays.MOVED}

    chosen = [str(child.id) for child in Student.objects.filter(groups=cast.soccer).exclude(id=cast.mei.id)]
    fields = {"name": "サッカークラブ", "student": chosen}
    client.post(reverse("console:group_copy", args=[cast.soccer.id]), fields)
    new = Group.objects.get(year_id=cast.year + 1)
    assert sources(new) == {
        "キム ハル": "file"
    }  # Mei's tick was taken away; who does not go on can't be ticked
    assert [(row.user, row.is_owner) for row in GroupStaff.objects.filter(group=new)] == [(cast.sato, True)]
    assert AuditEntry.objects.get(action="group copied").detail["count"] == 1
    page = client.get(reverse("console:group", args=[new.id])).content.decode()
    assert "3年1組" in page  # where he sits now, until the next classes are known


def test_once_the_classes_are_there_they_decide(to_copy: Cast) -> None:
    cast = to_copy
    set_up.open_year(cast.year + 1)
    p4 = classroom(cast.sakura, cast.year + 1, "P4", "1")
    Enrolment.objects.create(student=cast.mei, classroom=p4, year_id=cast.year + 1, number=3)
    plan = group_copy.plan(cast.soccer)
    assert [(one.classroom, [line.student for line in one.lines]) for one in plan.going] == [(p4, [cast.mei])]
    assert staying(cast)["キム ハル"] is Stays.NO_CLASS


def test_a_copy_does_not_write_over_a_group(to_copy: Cast, client: Client) -> None:
    cast = to_copy
    set_up.open_year(cast.year + 1)
    Group.objects.create(school=cast.sakura, year_id=cast.year + 1, name="サッカークラブ")
    client.force_login(cast.suzuki)
    address = reverse("console:group_copy", args=[cast.soccer.id])
    assert "がもうあります" in client.get(address).content.decode()
    answer = client.post(address, {"name": "サッカークラブ", "student": [str(cast.haru.id)]})
    assert "すでにあります" in answer.content.decode()
    assert not GroupMember.objects.filter(group__year_id=cast.year + 1).exists()


def test_a_group_of_long_ago_comes_to_this_year(cast: Cast) -> None:
    set_up.open_year(cast.year - 3)
    old = Group.objects.create(school=cast.sakura, year_id=cast.year - 3, name="縄跳び")
    GroupMember.objects.create(group=old, student=cast.aoi)
    made = group_copy.copy(old, [cast.aoi.id], name="縄跳び", by=cast.suzuki)
    assert made.year_id == clock.school_year()
    assert sources(made) == {"山田 葵": "file"}


Statements = Callable[[int], object]


@pytest.fixture
def large(cast: Cast) -> Cast:
    """A school of 1,200 in 30 classes, all in one group."""
    GroupMember.objects.bulk_create(
        [GroupMember(group=cast.soccer, student=one) for one in thirty_classes(cast)]
    )
    return cast


@pytest.mark.slow
def test_pages_of_a_school_of_1200_take_twelve_statements(
    large: Cast, client: Client, django_assert_max_num_queries: Statements
) -> None:
    room = f"?class={large.p3_1.id}"
    client.force_login(large.suzuki)
    for name, args, query in (
        ("groups", [], ""),
        ("group", [large.soccer.id], ""),
        ("group_add", [large.soccer.id], room),
        ("group_staff", [large.soccer.id], ""),
        ("group_copy", [large.soccer.id], ""),
    ):
        address = reverse(f"console:{name}", args=args) + query
        forget_trouble()  # asked every five seconds: counted here always
        with django_assert_max_num_queries(12):
            assert client.get(address).status_code == 200, name
    forget_trouble()
    with django_assert_max_num_queries(12):
        client.post(reverse("console:group_add", args=[large.soccer.id]), {"q": "アオイ", "search": "1"})
