"""The named cast of the stories, in a small ward with two schools.

桜小 (sakura): 3年1組 Haru Kim, Aoi Yamada, Sora Watanabe; 3年2組 Mei Alvarez; サッカークラブ (Haru, Mei).
柏中 (kashiwa): 1年1組 Jun Kim, Rin Ito (nobody registered for her).
Guardians: Kim (Haru and Jun), Yamada (Aoi), Alvarez (Mei, reads Portuguese), Watanabe (Sora, blocked by the
school) and Watanabe's other guardian (Sora). Staff: teacher Sato (3年1組), manager Suzuki of sakura, teacher
Kobayashi of kashiwa (1年1組), board officer Tanaka. Everybody's password is PASSWORD.

Nobody waits here for an undo time or a second officer (`quick_rules`); stories about those say so themselves.
"""

from dataclasses import dataclass, field

from django.utils import timezone

from otayori.accounts.models import Membership, Role, User
from otayori.core import clock, crypto
from otayori.delivery.models import ChannelName, Endpoint
from otayori.messaging.models import SendingRules
from otayori.roster.models import Enrolment, Group, GroupMember, Guardian, Guardianship, Student
from otayori.schools import set_up
from otayori.schools.models import Classroom, School, Ward

PASSWORD = "himawari-to-kasa"


@dataclass
class Cast:
    ward: Ward
    sakura: School
    kashiwa: School
    year: int
    p3_1: Classroom
    p3_2: Classroom
    j1_1: Classroom
    soccer: Group
    haru: Student
    aoi: Student
    sora: Student
    mei: Student
    jun: Student
    rin: Student
    kim: Guardian
    yamada: Guardian
    alvarez: Guardian
    blocked: Guardian
    watanabe: Guardian
    sato: User
    suzuki: User
    kobayashi: User
    tanaka: User
    endpoints: dict[str, Endpoint] = field(default_factory=dict)  # by e-mail address


def gather() -> Cast:
    """Set the ward up and bring everybody in."""
    ward = set_up.create_ward(
        name="みどり区", board="みどり区教育委員会", office="学校運営課", phone="03-0000-0000"
    )
    sakura = set_up.create_school(code="B113200000017", number="1001", name="桜小学校", kind="elementary")
    kashiwa = set_up.create_school(code="C113200000025", number="2001", name="柏中学校", kind="junior_high")
    year = set_up.open_year(clock.school_year()).year
    p3_1, p3_2 = classroom(sakura, year, "P3", "1"), classroom(sakura, year, "P3", "2")
    j1_1 = classroom(kashiwa, year, "J1", "1")
    haru = student(p3_1, 1, "キム ハル", "キム ハル", "0001")
    aoi = student(p3_1, 2, "山田 葵", "ヤマダ アオイ", "0002")
    sora = student(p3_1, 3, "渡辺 空", "ワタナベ ソラ", "0003")
    mei = student(p3_2, 1, "アルバレス 芽衣", "アルバレス メイ", "0004")
    jun = student(j1_1, 1, "キム ジュン", "キム ジュン", "0005")
    rin = student(j1_1, 2, "伊藤 凛", "イトウ リン", "0006")
    soccer = Group.objects.create(school=sakura, year_id=year, name="サッカークラブ")
    GroupMember.objects.bulk_create([GroupMember(group=soccer, student=child) for child in (haru, mei)])
    cast = Cast(
        ward=ward, sakura=sakura, kashiwa=kashiwa, year=year, p3_1=p3_1, p3_2=p3_2, j1_1=j1_1, soccer=soccer,
        haru=haru, aoi=aoi, sora=sora, mei=mei, jun=jun, rin=rin,
        kim=guardian("キム ソヨン", "kim@mail.example", haru, jun),
        yamada=guardian("山田 恵子", "yamada@mail.example", aoi),
        alvarez=guardian("Maria Alvarez", "alvarez@mail.example", mei, language="pt"),
        blocked=guardian("渡辺 剛", "blocked@mail.example", sora),
        watanabe=guardian("渡辺 彩", "watanabe@mail.example", sora),
        sato=staff("佐藤 先生", "sato@school.example", sakura, Role.TEACHER, p3_1),
        suzuki=staff("鈴木 校長", "suzuki@school.example", sakura, Role.MANAGER),
        kobayashi=staff("小林 先生", "kobayashi@school.example", kashiwa, Role.TEACHER, j1_1),
        tanaka=staff("田中 主事", "tanaka@board.example", None, Role.BOARD_OFFICER),
    )  # fmt: skip
    Guardianship.objects.filter(guardian=cast.blocked).update(blocked_at=timezone.now())
    quick_rules(sakura, kashiwa, None)
    return cast


def quick_rules(*schools: School | None) -> None:
    """Everybody sends alone and at once; None stands for the board."""
    SendingRules.objects.bulk_create(
        [SendingRules(school=school, own_class="free", decider="alone", undo_seconds=0) for school in schools]
    )


def classroom(school: School, year: int, grade: str, name: str) -> Classroom:
    room = Classroom.build(school, year, grade, name)
    room.save()
    return room


def student(room: Classroom, number: int, name: str, kana: str, code: str) -> Student:
    child = Student(school=room.school, name=name, kana=kana)
    child.set_code(code)
    child.save(force_insert=True)
    Enrolment.objects.create(student=child, classroom=room, year_id=room.year_id, number=number)
    return child


def guardian(name: str, email: str, *children: Student, language: str = "ja") -> Guardian:
    """A registered guardian who is reached by mail."""
    user = User.objects.create_user(email=email, name=name, password=PASSWORD, language=language)
    person = Guardian.objects.create(user=user, notice_version="1", notice_accepted_at=timezone.now())
    for child in children:
        Guardianship.objects.create(guardian=person, student=child)
    mail_endpoint(person, email)
    return person


def mail_endpoint(person: Guardian, email: str) -> Endpoint:
    endpoint = Endpoint(guardian=person, channel=ChannelName.EMAIL, address=email, host=email.split("@")[1])
    endpoint.address_key = crypto.lookup_key("email address", email.casefold())
    endpoint.verified_at = timezone.now()
    endpoint.save(force_insert=True)
    return endpoint


def staff(name: str, email: str, school: School | None, role: Role, *classrooms: Classroom) -> User:
    user = User.objects.create_user(email=email, name=name, password=PASSWORD)
    membership = Membership.objects.create(user=user, school=school, role=role)
    membership.classrooms.set(classrooms)
    return user
