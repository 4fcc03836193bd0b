"""所属グループ as the schools keep them: by whom, with whom, and who may know."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from otayori.accounts.models import Membership, Role, User
from otayori.core import clock
from otayori.core.models import AuditEntry
from otayori.messaging.audience import Target
from otayori.roster.models import Group, GroupMember, GroupStaff
from tests.cast import PASSWORD, Cast, staff
from tests.console.message_stories import released

pytestmark = pytest.mark.django_db


def page_of(client: Client, user: User, name: str, *args: object, query: str = "") -> str:
    client.force_login(user)
    response = client.get(reverse(f"console:{name}", args=args) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def post(client: Client, user: User, page: str, /, *args: object, **fields: object) -> str:
    """Post, and return the page it leads to (or answers with)."""
    client.force_login(user)
    response = client.post(reverse(f"console:{page}", args=args), fields, follow=True)
    assert response.status_code == 200, (page, response.status_code)
    return re.sub(r"\s+", " ", response.content.decode())


def status_of(client: Client, user: User, name: str, *args: object, post: bool = False) -> int:
    client.force_login(user)
    address = reverse(f"console:{name}", args=args)
    return (client.post(address) if post else client.get(address)).status_code


def names(group: Group) -> set[str]:
    return {student.name for student in group.students.all()}


def made(cast: Cast, name: str, kind: str = "club", **more: object) -> Group:
    return Group.objects.create(school=cast.sakura, year_id=cast.year, name=name, kind=kind, **more)


def test_groups_stand_beside_the_roster_by_kind(cast: Cast, client: Client) -> None:
    Group.objects.update(kind="club")
    made(cast, "図書委員会", "committee")
    assert reverse("console:groups") in page_of(client, cast.suzuki, "roster")
    page = page_of(client, cast.suzuki, "groups")
    assert page.index("クラブ・部活動") < page.index("サッカークラブ") < page.index("図書委員会")
    assert "2人" in page


def test_a_manager_makes_a_group_and_puts_children_in(cast: Cast, client: Client) -> None:
    page = post(client, cast.suzuki, "group_new", name=" 合唱  クラブ ", kind="club", note="音楽室")
    assert "グループを作りました" in page
    choir = Group.objects.get(name="合唱 クラブ")
    assert (choir.school, choir.year_id, choir.note) == (cast.sakura, cast.year, "音楽室")
    assert not choir.own_classes_only

    page = post(client, cast.suzuki, "group_add", choir.id, q="ﾔﾏﾀﾞ", search="1")
    assert "3年1組 2番" in page
    assert "山田 葵" in page
    post(client, cast.suzuki, "group_add", choir.id, student=[cast.aoi.id, cast.mei.id])
    assert names(choir) == {"山田 葵", "アルバレス 芽衣"}
    assert set(GroupMember.objects.filter(group=choir).values_list("source", flat=True)) == {"hand"}

    page = page_of(client, cast.suzuki, "group", choir.id)
    assert page.index("3年1組") < page.index("山田 葵") < page.index("3年2組") < page.index("芽衣")
    entries = AuditEntry.objects.filter(object_id=choir.id).order_by("id")
    assert [entry.action for entry in entries] == ["group made", "group members added"]
    assert entries[1].detail == {"count": 2, "how": "hand"}  # never a name


def test_a_whole_class_comes_in_at_once(cast: Cast, client: Client) -> None:
    address = reverse("console:group_add", args=[cast.soccer.id])
    page = page_of(client, cast.suzuki, "group_add", cast.soccer.id, query=f"?class={cast.p3_1.id}")
    assert "3年1組の全員を加える" in page
    assert page.count("メンバーです") == 1  # Haru
    client.post(f"{address}?class={cast.p3_1.id}", {"classroom": str(cast.p3_1.id)})
    assert names(cast.soccer) == {"キム ハル", "山田 葵", "渡辺 空", "アルバレス 芽衣"}


def test_a_child_of_another_school_never_comes_in(cast: Cast, client: Client) -> None:
    page = post(client, cast.suzuki, "group_add", cast.soccer.id, student=[cast.jun.id, "x"])
    assert "加える人がいませんでした" in page
    post(client, cast.suzuki, "group_add", cast.soccer.id, classroom=cast.j1_1.id)
    assert names(cast.soccer) == {"キム ハル", "アルバレス 芽衣"}


def test_who_was_taken_out_can_be_put_back(cast: Cast, client: Client) -> None:
    GroupMember.objects.filter(student=cast.mei).update(source="hand")
    page = post(client, cast.suzuki, "group_remove", cast.soccer.id, student=[cast.haru.id, cast.mei.id])
    assert "2人をグループから外しました" in page
    assert "うち 1人は、名簿のファイルの「グループ」の列にも書かれています" in page
    assert names(cast.soccer) == set()
    page = post(client, cast.suzuki, "group_put_back", cast.soccer.id)
    assert "2人をグループに戻しました" in page
    assert "元に戻す" not in page
    source = dict(GroupMember.objects.values_list("student", "source"))
    assert source == {cast.haru.id: "file", cast.mei.id: "hand"}
    post(client, cast.suzuki, "group_put_back", cast.soccer.id)  # once more does nothing
    assert AuditEntry.objects.filter(action="group members put back").count() == 1


def test_who_has_left_meanwhile_is_not_put_back(cast: Cast, client: Client) -> None:
    post(client, cast.suzuki, "group_remove", cast.soccer.id, student=[cast.haru.id, cast.mei.id])
    cast.mei.left_at = clock.now()
    cast.mei.save(update_fields=["left_at"])
    post(client, cast.suzuki, "group_put_back", cast.soccer.id)
    assert names(cast.soccer) == {"キム ハル"}


def test_a_name_is_given_once_a_year(cast: Cast, client: Client) -> None:
    year = f"{cast.year}年度の「サッカークラブ」は"
    page = post(client, cast.suzuki, "group_new", name="サッカークラブ", kind="club")
    assert f"{year}、すでにあります。" in page
    choir = made(cast, "合唱クラブ")
    page = post(client, cast.suzuki, "group_edit", choir.id, name="サッカークラブ", kind="club")
    assert f"{year}、すでにあります。" in page
    assert Group.objects.get(id=choir.id).name == "合唱クラブ"
    Group.objects.filter(id=cast.soccer.id).update(is_retired=True)
    page = post(client, cast.suzuki, "group_new", name="サッカークラブ", kind="club")
    assert f"{year}、使っていないグループの中にあります。" in page
    following = post(client, cast.suzuki, "group_new", name="サッカークラブ", kind="club", year=cast.year + 1)
    assert "グループを作りました" in following


def test_a_retired_group_is_no_target_but_messages_name_it(cast: Cast, client: Client) -> None:
    sent = released(cast.suzuki, cast.sakura, Target(kind="group", id=cast.soccer.id))
    assert "使わないグループにしますか" in page_of(client, cast.suzuki, "group_retire", cast.soccer.id)
    assert not Group.objects.get().is_retired
    page = post(client, cast.suzuki, "group_retire", cast.soccer.id)
    assert "使っていないグループ 1個" in page
    assert "サッカークラブ" not in page_of(client, cast.suzuki, "compose")
    assert "サッカークラブ" in page_of(client, cast.suzuki, "message", sent.id)
    post(client, cast.suzuki, "group_take_up", cast.soccer.id)
    assert "サッカークラブ" in page_of(client, cast.suzuki, "compose")


def test_a_manager_says_who_leads_a_group(cast: Cast, client: Client) -> None:
    page = page_of(client, cast.suzuki, "group_staff", cast.soccer.id)
    assert "佐藤 先生" in page
    assert "小林 先生" not in page
    roles = {f"role-{cast.sato.id}": "owner", f"role-{cast.kobayashi.id}": "writer"}
    post(client, cast.suzuki, "group_staff", cast.soccer.id, **roles)
    assert [(row.user, row.is_owner) for row in GroupStaff.objects.all()] == [(cast.sato, True)]
    assert "（代表）" in page_of(client, cast.suzuki, "group", cast.soccer.id)
    post(client, cast.suzuki, "group_staff", cast.soccer.id, **{f"role-{cast.sato.id}": ""})
    assert not GroupStaff.objects.exists()


CHANGES = ("group_edit", "group_retire", "group_take_up", "group_add", "group_remove", "group_put_back",
           "group_import", "group_staff", "group_copy")  # fmt: skip


def test_a_teacher_who_only_writes_to_a_group_does_not_change_it(cast: Cast, client: Client) -> None:
    GroupStaff.objects.create(group=cast.soccer, user=cast.sato)
    page = page_of(client, cast.sato, "group", cast.soccer.id)
    assert "芽衣" in page
    assert "メンバーを加える" not in page
    for name in CHANGES:
        assert status_of(client, cast.sato, name, cast.soccer.id, post=True) == 404, name


def test_an_owner_changes_all_but_who_leads_it_and_its_kind(cast: Cast, client: Client) -> None:
    GroupStaff.objects.create(group=cast.soccer, user=cast.sato, is_owner=True)
    post(client, cast.sato, "group_edit", cast.soccer.id, name="フットボール部", kind="support")
    cast.soccer.refresh_from_db()
    assert (cast.soccer.name, cast.soccer.kind) == ("フットボール部", "free")
    post(client, cast.sato, "group_add", cast.soccer.id, student=cast.aoi.id)  # a manager made it
    assert "山田 葵" in names(cast.soccer)
    assert status_of(client, cast.sato, "group_staff", cast.soccer.id) == 404
    Membership.objects.filter(user=cast.sato).delete()  # works elsewhere now
    Membership.objects.create(user=cast.sato, school=cast.kashiwa, role=Role.TEACHER)
    assert status_of(client, cast.sato, "group", cast.soccer.id) == 404


def test_a_teacher_makes_a_group_of_own_classes_only(cast: Cast, client: Client) -> None:
    assert "グループを作る" in page_of(client, cast.sato, "groups")
    post(client, cast.sato, "group_new", name="朝の読書係", kind="support", own_classes_only="")
    group = Group.objects.get(name="朝の読書係")
    assert (group.kind, group.own_classes_only) == ("free", True)
    post(client, cast.sato, "group_add", group.id, student=[cast.aoi.id, cast.mei.id])
    assert names(group) == {"山田 葵"}  # it reaches no further than Sato does
    page = post(client, cast.sato, "group_add", group.id, q="芽衣", search="1")
    assert "「芽衣」に当てはまる人はいません" in page
    assert status_of(client, cast.sato, "group_copy", group.id) == 404  # next year they are others' children
    post(client, cast.suzuki, "group_add", group.id, student=[cast.mei.id])  # the manager may
    assert names(group) == {"山田 葵", "アルバレス 芽衣"}


def test_only_managers_and_its_staff_know_who_is_in_a_support_group(cast: Cast, client: Client) -> None:
    support = made(cast, "ことばの教室", "support", note="月曜の3時間目")
    GroupMember.objects.create(group=support, student=cast.aoi)
    other = staff("森 先生", "mori@school.example", cast.sakura, Role.TEACHER)
    for user, sees in ((cast.suzuki, True), (cast.tanaka, True), (other, False), (cast.sato, False)):
        page = page_of(client, user, "group", support.id)
        assert ("山田 葵" in page) is sees, user.name
        assert ("月曜の3時間目" in page) is sees
        query = f"?school={cast.sakura.id}"
        assert ("ことばの教室" in page_of(client, user, "roster", query=query)) is sees
        assert ("ことばの教室" in page_of(client, user, "student", cast.aoi.id)) is sees
    assert "管理職とグループの担当者だけが見られます" in page_of(client, other, "group", support.id)
    GroupStaff.objects.create(group=support, user=other)
    assert "山田 葵" in page_of(client, other, "group", support.id)
    assert "サッカークラブ" in page_of(client, cast.sato, "student", cast.haru.id)  # others are no secret


def test_nobody_from_elsewhere_finds_a_group(cast: Cast, client: Client) -> None:
    for user in (cast.kobayashi, cast.kim.user):
        assert status_of(client, user, "group", cast.soccer.id) == 404
        for name in CHANGES:
            assert status_of(client, user, name, cast.soccer.id) in (404, 405)
            assert status_of(client, user, name, cast.soccer.id, post=True) == 404
    address = reverse("console:groups") + f"?school={cast.sakura.id}"
    client.force_login(cast.kobayashi)
    assert client.get(address).status_code == 404


def test_an_auditor_reads_and_the_board_does_all(cast: Cast, client: Client) -> None:
    auditor = User.objects.create_user(email="kansa@board.example", name="監査 花子", password=PASSWORD)
    Membership.objects.create(user=auditor, role=Role.AUDITOR)
    assert "芽衣" in page_of(client, auditor, "group", cast.soccer.id)
    for name in CHANGES:
        assert status_of(client, auditor, name, cast.soccer.id, post=True) == 404, name
    client.force_login(auditor)
    assert client.post(reverse("console:group_new"), {"school": str(cast.sakura.id)}).status_code == 404
    assert "桜小学校" in page_of(client, cast.tanaka, "groups")
    post(client, cast.tanaka, "group_add", cast.soccer.id, student=[cast.aoi.id])
    assert "山田 葵" in names(cast.soccer)


def test_a_group_of_a_past_year_stays_as_it_was(cast: Cast, client: Client) -> None:
    from otayori.schools import set_up

    set_up.open_year(cast.year - 1)
    old = Group.objects.create(school=cast.sakura, year_id=cast.year - 1, name="旧サッカークラブ")
    assert f"{cast.year - 1}年度" in page_of(client, cast.suzuki, "groups")
    assert "旧サッカークラブ" in page_of(client, cast.suzuki, "groups", query=f"?year={cast.year - 1}")
    assert "内容は変えられません" in page_of(client, cast.suzuki, "group", old.id)
    assert status_of(client, cast.suzuki, "group_add", old.id, post=True) == 404
    assert status_of(client, cast.suzuki, "group_edit", old.id) == 404
