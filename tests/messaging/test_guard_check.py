"""What the guard compares a message with: its school's children, those who left too, or all of the ward."""

import pytest

from otayori.accounts.models import Role
from otayori.core import clock
from otayori.messaging.audience import Target
from otayori.messaging.guard import check
from otayori.messaging.guard.check import findings_of
from otayori.messaging.models import Attachment, Message
from otayori.roster.models import Guardianship, Student
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import draft, whole

pytestmark = pytest.mark.django_db


def single(child: Student) -> Target:
    return Target(kind="student", id=child.id)


def counts(message: Message) -> dict[str, int]:
    return findings_of(message).counts


def test_a_school_looks_for_its_own_children_the_board_for_all(cast: Cast) -> None:
    text = "山田 葵さん、キム ジュンさん、伊藤 凛さん"
    assert counts(draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text)) == {"one name": 1}
    assert counts(draft(cast.tanaka, None, Target(kind="ward"), text=text)) == {"several names": 3}


def test_children_who_left_are_still_known(cast: Cast) -> None:
    Student.objects.filter(id=cast.aoi.id).update(left_at=clock.now())
    text = "山田 葵さん"
    assert counts(draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text)) == {"one name": 1}


def test_staff_are_introduced_to_everybody(cast: Cast) -> None:
    people_of = ["佐藤 花子", "鈴木 一郎", "高橋 大輔", "田中 美穂", "伊藤 健太", "山本 樹"]
    for n, name in enumerate(people_of):
        people.staff(name, f"s{n}@school.example", cast.sakura, Role.TEACHER)
    text = "本年度の担任\n" + "\n".join(f"{n + 1}年1組 {name}" for n, name in enumerate(people_of))
    assert not findings_of(draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text))
    elsewhere = draft(cast.tanaka, cast.kashiwa, whole(cast.kashiwa), text=text)
    assert counts(elsewhere) == {"name list": 6}


def test_a_family_may_read_of_its_own_children_alone(cast: Cast) -> None:
    brother = people.student(cast.p3_2, 9, "キム ユウ", "キム ユウ", "0777")
    Guardianship.objects.create(guardian=cast.kim, student=brother)
    text = "キム ハルさんとキム ユウさんの面談"
    both = draft(cast.suzuki, cast.sakura, single(cast.haru), single(brother), text=text)
    assert not findings_of(both)
    people.guardian("キム 父", "father@mail.example", cast.haru)  # not the brother's
    assert counts(both) == {"one name": 1}
    with_aoi = draft(cast.suzuki, cast.sakura, single(cast.haru), text="キム ハルさんと山田 葵さん")
    assert counts(with_aoi) == {"one name": 1}


def test_a_blocked_guardian_is_not_the_childs_family(cast: Cast) -> None:
    """剛 (blocked from Sora) gets a message about another child: Sora's name is not for him."""
    other = people.student(cast.p3_2, 9, "渡辺 海", "ワタナベ ウミ", "0778")
    Guardianship.objects.create(guardian=cast.blocked, student=other)
    message = draft(cast.suzuki, cast.sakura, single(other), text="渡辺 空さんと同じ班です")
    assert counts(message) == {"one name": 1}


def test_the_phones_of_schools_and_ward_are_everybodys(cast: Cast) -> None:
    cast.sakura.phone, cast.kashiwa.phone = "03-1234-5678", "03-8765-4321"
    cast.sakura.save()
    cast.kashiwa.save()
    text = "電話 03-1234-5678 柏 03-8765-4321 役所の番号 03-0000-0000"
    assert not findings_of(draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text))


def test_what_was_clean_is_read_again_when_a_word_changes(cast: Cast) -> None:
    message = draft(cast.tanaka, None, Target(kind="ward"), text="明日は休校です。")
    first = findings_of(message)
    assert not first
    assert not findings_of(message)
    assert first.digest in check._clean
    message.text = "明日は休校です。山田 葵さん"
    assert counts(message) == {"one name": 1}
    message.text = "明日は休校です。"
    Attachment.objects.create(
        message=message, name="a.pdf", size=1, state="ready", digest="y", kind="pdf", is_readable=True,
        text="山田 葵 渡辺 空", added_by=cast.tanaka,
    )  # fmt: skip
    assert counts(message) == {"several names": 2}


def test_the_digest_is_of_what_was_found_where_and_for_whom(cast: Cast) -> None:
    text = "山田 葵さん、渡辺 空さん"
    message = draft(cast.suzuki, cast.sakura, whole(cast.sakura), text=text)
    first = findings_of(message).digest
    assert findings_of(Message.objects.get(id=message.id)).digest == first
    message.audience = {"include": [{"kind": "classroom", "id": str(cast.p3_1.id)}], "exclude": []}
    assert findings_of(message).digest != first
