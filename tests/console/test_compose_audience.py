"""Building an audience: who is left out, the board's schools and classes, names on request, saved rules."""

import pytest
from django.test import Client
from django.urls import reverse

from otayori.console.context import channel_trouble
from otayori.core.models import AuditEntry
from otayori.messaging import compose
from otayori.messaging.audience import Audience, Target
from otayori.messaging.compose import audience_of
from otayori.messaging.describe import names_of
from otayori.messaging.models import Message, SavedAudience
from otayori.roster.models import Enrolment, Group, Student
from otayori.schools import set_up
from otayori.schools.models import Classroom, School
from tests import cast as people
from tests.cast import Cast
from tests.console.message_stories import access, draft, fields, whole

pytestmark = pytest.mark.django_db
NEW = "/console/messages/new"
COUNT = "/console/messages/audience-count"
NAMES = "/console/messages/audience-names"


def room(classroom: Classroom) -> Target:
    return Target(kind="classroom", id=classroom.id)


def grade(school: School, code: str) -> Target:
    return Target(kind="grade", id=school.id, grade=code)


def less(*targets: Target) -> dict[str, list[str]]:
    return {"not": [target.key for target in targets]}


def counted(client: Client, sender: School | None, *to: Target, **more: object) -> str:
    key = str(sender.id) if sender else "board"
    return client.post(COUNT, {"sender": key, "to": [t.key for t in to], **more}).content.decode()


def test_some_are_left_out_and_the_page_says_so(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    page = counted(client, cast.sakura, whole(cast.sakura), **less(room(cast.p3_2)))
    for words in ("3人", "児童 3人", "除いた児童 1人", "学校全体、3年2組を除く"):
        assert words in page.replace("</span>", "").replace('<span class="nowrap">', "")
    response = client.post(NEW, fields(whole(cast.sakura)) | less(room(cast.p3_2)), follow=True)
    assert "桜小学校（3年2組を除く）の保護者 3人（児童 3人）に送信します。" in response.content.decode()
    message = Message.objects.get()
    assert audience_of(message).exclude == (room(cast.p3_2),)
    again = client.get(reverse("console:draft", args=[message.id])).content.decode()
    assert f'name="not" value="{room(cast.p3_2).key}" checked' in again.replace(' id=""', "")
    assert '<details class="more leaving-out" open>' in again


def test_a_single_child_is_left_out_by_search(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    offered = client.post(reverse("console:leaving_out"), {"sender": str(cast.sakura.id)}).content.decode()
    assert f'name="not" value="{room(cast.p3_2).key}"' in offered
    assert "学校全体" not in offered
    assert 'name="not"' not in client.get(NEW).content.decode()  # most messages do without
    assert 'name="not"' in client.post(NEW, fields(action="leave_out")).content.decode()
    sent = {"sender": str(cast.sakura.id), "student_not": "やまだ"}
    page = client.post(reverse("console:student_search") + "?part=not", sent).content.decode()
    aoi = Target(kind="student", id=cast.aoi.id)
    assert f'name="not" value="{aoi.key}"' in page
    client.post(NEW, fields(room(cast.p3_1), action="save") | less(aoi))
    assert audience_of(Message.objects.get()).exclude == (aoi,)
    assert not Message.objects.get().individual


def test_whom_the_manager_left_out_stays_out_when_the_teacher_saves(client: Client, cast: Cast) -> None:
    """Also a child of another class, whom the teacher could not write to."""
    mei = Target(kind="student", id=cast.mei.id)
    message = draft(cast.sato, cast.sakura, whole(cast.sakura))
    address = reverse("console:draft", args=[message.id])
    client.force_login(cast.suzuki)
    client.post(address, fields(whole(cast.sakura), action="save") | less(mei))
    client.force_login(cast.sato)
    page = client.get(address).content.decode()
    assert "アルバレス 芽衣 さん（3年2組 1番）" in page
    assert "いま選べない宛先" not in page
    assert f'name="not" value="{mei.key}" checked' in page


def test_nothing_but_left_out_is_nobody(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    assert "宛先を選んでください" in counted(client, cast.sakura, **less(room(cast.p3_2)))


def test_the_board_writes_to_one_grade_of_the_schools_it_ticked(client: Client, cast: Cast) -> None:
    fuji = set_up.create_school(code="B113200000033", number="1002", name="藤小学校", kind="elementary")
    people.student(people.classroom(fuji, cast.year, "P1", "1"), 1, "林 楓", "ハヤシ カエデ", "0007")
    client.force_login(cast.tanaka)
    client.post(NEW, fields() | {"to": ["kind:elementary"], "only": ["elementary:P3"]})
    message = Message.objects.get()
    assert set(audience_of(message).include) == {grade(cast.sakura, "P3"), grade(fuji, "P3")}
    again = client.get(reverse("console:draft", args=[message.id])).content.decode()
    assert 'name="only" value="elementary:P3" checked' in again
    assert f'name="to" value="{whole(fuji).key}" checked' in again
    assert "いま選べない宛先" not in again


def test_a_grade_narrows_the_whole_ward_too(client: Client, cast: Cast) -> None:
    """What was ticked as one grade never becomes everybody."""
    client.force_login(cast.tanaka)
    client.post(NEW, fields(Target(kind="ward")) | {"only": ["elementary:P3", "planet:P3", "elementary:J1"]})
    assert set(audience_of(Message.objects.get()).include) == {grade(cast.sakura, "P3"), whole(cast.kashiwa)}


def test_the_board_opens_a_school_and_picks_a_class(client: Client, cast: Cast) -> None:
    client.force_login(cast.tanaka)
    assert "3年2組" not in client.get(NEW).content.decode()
    asked = {"sender": "board", "open": f"to:{cast.sakura.id}"}
    part = client.post(reverse("console:school_targets"), asked).content.decode()
    for target in (room(cast.p3_2), grade(cast.sakura, "P3"), Target(kind="group", id=cast.soccer.id)):
        assert f'name="to" value="{target.key}"' in part
    page = client.post(NEW, fields() | asked).content.decode()  # without script
    assert "3年2組" in page
    assert not Message.objects.exists()
    client.post(NEW, fields(room(cast.p3_2)) | less(whole(cast.kashiwa)))
    message = Message.objects.get()
    again = client.get(reverse("console:draft", args=[message.id])).content.decode()
    assert f'value="{room(cast.p3_2).key}" checked' in again
    assert "桜小学校 3年2組" in client.get(reverse("console:confirm", args=[message.id])).content.decode()


def test_a_school_does_not_open_another(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    asked = {"sender": str(cast.sakura.id), "open": f"to:{cast.kashiwa.id}"}
    assert client.post(reverse("console:school_targets"), asked).status_code == 404
    asked["sender"] = "board"
    assert client.post(reverse("console:school_targets"), asked).status_code == 404


def test_names_are_shown_on_request(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    sent = {"sender": str(cast.sakura.id), "to": whole(cast.sakura).key} | less(room(cast.p3_2))
    page = client.post(NAMES, sent).content.decode()
    for words in ("キム ハル さん", "キム ソヨン さん", "3年1組 3番", "渡辺 彩 さん"):
        assert words in page
    assert "アルバレス" not in page
    assert "渡辺 剛" not in page  # blocked: gets nothing
    page = client.post(NEW, fields(whole(cast.sakura), action="names")).content.decode()  # without script
    assert "Maria Alvarez さん" in page
    assert not Message.objects.exists()


def test_a_teacher_reads_the_names_of_own_children_alone(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    sent = {"sender": str(cast.sakura.id), "to": whole(cast.sakura).key}
    page = client.post(NAMES, sent).content.decode()
    assert "山田 葵 さん" in page
    assert "アルバレス" not in page
    assert "ほかに児童 1人に届きます" in page
    client.force_login(cast.kobayashi)
    assert client.post(NAMES, sent).status_code == 404


def test_many_names_come_in_pages(client: Client, cast: Cast) -> None:
    many(cast.p3_2, 60)
    client.force_login(cast.tanaka)
    sent = {"sender": "board", "to": "ward"}
    first = client.post(NAMES, sent).content.decode()
    assert "66人のうち 1〜50" in first
    assert "桜小学校" in first
    assert "キム ジュン" not in first
    assert "キム ジュン さん" in client.post(NAMES, sent | {"names_page": "2"}).content.decode()


def test_a_rule_is_saved_and_taken_over_as_far_as_it_still_holds(client: Client, cast: Cast) -> None:
    client.force_login(cast.suzuki)
    soccer = Target(kind="group", id=cast.soccer.id)
    rule = fields(grade(cast.sakura, "P3"), room(cast.p3_1)) | less(soccer)
    keep = rule | {"action": "keep_audience", "saved_name": "3年の保護者会", "saved_shared": "yes"}
    assert "宛先を「3年の保護者会」として保存しました。" in client.post(NEW, keep).content.decode()
    saved = SavedAudience.objects.get()
    cast.soccer.delete()
    client.force_login(cast.sato)
    assert "3年の保護者会" in client.get(NEW).content.decode()
    take = fields(text="消えない文") | {"action": "take_audience", "saved": str(saved.id)}
    page = client.post(NEW, take).content.decode()
    assert "1件は、なくなったか、選べないため、入っていません。" in page
    assert f'value="{grade(cast.sakura, "P3").key}" checked' in page
    assert "消えない文" in page
    assert not Message.objects.exists()
    saved.delete()  # a draft holds a copy
    assert client.post(NEW, take).status_code == 404
    assert client.post(NEW, take | {"saved": "x"}).status_code == 404


def test_a_saved_rule_belongs_to_its_owner_or_the_school(client: Client, cast: Cast) -> None:
    rule = {"include": [{"kind": "classroom", "id": str(cast.p3_1.id)}]}
    own = SavedAudience.objects.create(school=cast.sakura, owner=cast.sato, name="私の学級", audience=rule)
    address = reverse("console:rename_audience", args=[own.id])
    client.force_login(cast.suzuki)
    assert client.post(address, {"name": "x"}).status_code == 404  # not shared: not even the manager's
    SavedAudience.objects.filter(id=own.id).update(is_shared=True)
    assert client.post(address, {"name": "3年1組"}).status_code == 302
    client.force_login(cast.sato)
    page = client.get(reverse("console:saved_audiences")).content.decode()
    assert "3年1組" in page
    delete = reverse("console:delete_audience", args=[own.id])
    assert "「3年1組」を削除しますか" in client.get(delete).content.decode()
    client.post(delete)
    assert not SavedAudience.objects.exists()
    assert AuditEntry.objects.filter(action="saved audience deleted", object_id=own.id).exists()


def test_an_empty_rule_is_not_saved(client: Client, cast: Cast) -> None:
    client.force_login(cast.sato)
    page = client.post(NEW, fields() | {"action": "keep_audience", "saved_name": "空"}).content.decode()
    assert "宛先を選び、名前を入力してから保存してください。" in page
    assert not SavedAudience.objects.exists()


def test_the_words_of_an_audience(cast: Cast) -> None:
    rule = Audience(include=(grade(cast.sakura, "P3"), room(cast.j1_1)), exclude=(room(cast.p3_2),))
    words = names_of([rule]).words(rule, None)
    assert words == ["桜小学校 3年", "柏中学校 1年1組", "桜小学校 3年2組を除く"]


def many(classroom: Classroom, children: int) -> None:
    rows = []
    for number in range(children):
        child = Student(school=classroom.school, name=f"児童 {number}", kana="ジドウ")
        child.set_code(f"many-{classroom.id}-{number}")
        rows.append(child)
    Student.objects.bulk_create(rows)
    Enrolment.objects.bulk_create(
        [
            Enrolment(student=child, classroom=classroom, year_id=classroom.year_id, number=number + 10)
            for number, child in enumerate(rows)
        ]
    )


def test_the_page_of_a_large_school_asks_few_questions(
    client: Client, cast: Cast, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        code = f"P{number % 6 + 1}"
        many(people.classroom(cast.sakura, cast.year, code, str(number + 10)), 40)
        Group.objects.create(school=cast.sakura, year_id=cast.year, name=f"クラブ{number}")
    saved = {"include": [{"kind": "grade", "id": str(cast.sakura.id), "grade": "P3"}]}
    SavedAudience.objects.create(
        school=cast.sakura, owner=cast.suzuki, is_shared=True, name="3年", audience=saved
    )
    group = Target(kind="group", id=cast.soccer.id)
    rule = Audience(include=(grade(cast.sakura, "P3"), room(cast.p3_1), group), exclude=(room(cast.p3_2),))
    message = draft(cast.suzuki, cast.sakura)
    compose.save_draft(access(cast.suzuki), message, compose.Words(audience=rule))
    for user, address in (
        (cast.suzuki, NEW),
        (cast.sato, NEW),
        (cast.suzuki, reverse("console:draft", args=[message.id])),
    ):
        client.force_login(user)
        client.get(reverse("console:messages"))  # the session has been noted within this minute
        channel_trouble()  # asked every 5 seconds by all pages together
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            page = client.get(address)
        assert page.status_code == 200
