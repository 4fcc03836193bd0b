"""Students and their classes and groups, guardians, and the sheets that join the two."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from otayori.accounts.models import User
from otayori.core import crypto
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.schools.models import Classroom, School, SchoolYear


class Student(models.Model):
    """A child, one identity from kindergarten to graduation, known to the ward's PCs by 管理コード."""

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="students")
    name = EncryptedText()
    kana = EncryptedText()
    management_code = EncryptedText()
    code_key = models.BinaryField(max_length=16, unique=True)  # keyed hash of the management code
    left_at = models.DateTimeField(null=True)  # gone from the roster; no message is sent about the child
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            # the roster of a school, and every audience: who is there now
            models.Index(fields=["school"], condition=models.Q(left_at__isnull=True), name="student_present"),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return crypto.school_keyset(self.school_id)

    def set_code(self, management_code: str) -> None:
        """Set the 管理コード and the key it is found by."""
        self.management_code = management_code
        self.code_key = code_key(management_code)

    def move_to(self, school: School) -> None:
        """Bring the child to another school: the texts are sealed anew under that school's key."""
        texts = (self.name, self.kana, self.management_code)
        self.school = school
        self.name, self.kana, self.management_code = texts


def code_key(management_code: str) -> bytes:
    """Return the key by which a 管理コード is found."""
    return crypto.lookup_key("management code", management_code)


class Enrolment(models.Model):
    """在籍: a student in a classroom for a year, with 出席番号."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="enrolments")
    classroom = models.ForeignKey(Classroom, on_delete=models.PROTECT, related_name="enrolments")
    year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT)
    number = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "year"], name="one_class_a_year")]

    def __str__(self) -> str:
        return f"{self.classroom_id} {self.number}"


class GroupKind(models.TextChoices):
    CLUB = "club", _("クラブ・部活動")
    COMMITTEE = "committee", _("委員会")
    ROUTE = "route", _("通学班・バス")
    SUPPORT = "support", _("支援学級・通級")  # who is in it is not for every colleague to know
    FREE = "free", _("その他")


class Group(models.Model):
    """所属グループ: a club, committee, bus line or support class of one school in one year."""

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="groups")
    year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=GroupKind, default=GroupKind.FREE)
    note = EncryptedText(null=True)  # for the staff: where it meets, whom to ask
    is_retired = models.BooleanField(default=False)  # nobody writes to it any more; messages still name it
    # A teacher made it: only students of own classes come in, so that it reaches no further than they do
    own_classes_only = models.BooleanField(default=False)
    students = models.ManyToManyField(Student, related_name="groups", through="GroupMember")
    staff = models.ManyToManyField(User, related_name="led_groups", through="GroupStaff")

    class Meta:
        ordering = ["school_id", "name"]
        constraints = [
            models.UniqueConstraint(fields=["school", "year", "name"], name="group_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in GroupKind]), name="group_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def keyset(self) -> str:
        return crypto.school_keyset(self.school_id)


class GroupMember(models.Model):
    """A student in a group, and who says so: a roster file takes out only whom a roster file brought in."""

    class Source(models.TextChoices):
        FILE = "file", _("名簿のファイル")
        HAND = "hand", _("画面での登録")

    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    student = models.ForeignKey(Student, on_delete=models.CASCADE)
    source = models.CharField(max_length=4, choices=Source, default=Source.FILE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "student"], name="group_member_once"),
            models.CheckConstraint(
                condition=models.Q(source__in=["file", "hand"]), name="group_member_source"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.student_id}"


class GroupStaff(models.Model):
    """Who may write to a group; an owner (代表の担当者) may also change it."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    is_owner = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "roster_group_staff"  # what Django made for the plain relation that it was
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="group_staff_once")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.user_id}"


class Guardian(models.Model):
    """保護者: a person with an account who reads about their children. The name is the account's."""

    id = models.UUIDField(primary_key=True, default=new_id)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="guardian")
    students = models.ManyToManyField(Student, related_name="guardians", through="Guardianship")
    notice_version = models.CharField(max_length=20)  # the purpose notice (利用目的) that was shown
    notice_accepted_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.id)


class Relation(models.TextChoices):
    MOTHER = "mother", _("母")
    FATHER = "father", _("父")
    GRANDPARENT = "grandparent", _("祖父母")
    OTHER = "other", _("その他")


class Guardianship(models.Model):
    """続柄: this guardian reads about that student, unless the school has blocked it (DV, court order)."""

    guardian = models.ForeignKey(Guardian, on_delete=models.CASCADE, related_name="guardianships")
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="guardianships")
    relation = models.CharField(max_length=20, choices=Relation, default=Relation.OTHER)
    sheet = models.ForeignKey(
        "RegistrationSheet", on_delete=models.SET_NULL, null=True, related_name="joined"
    )
    blocked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guardian", "student"], name="guardianship_once"),
            models.CheckConstraint(
                condition=models.Q(relation__in=[relation.value for relation in Relation]),
                name="guardianship_relation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} {self.student_id}"


class RegistrationSheet(models.Model):
    """登録手順書: the printed sheet of one student. Its secrets are kept as keyed hashes only.

    A student may have several (one for a second guardian); printing again is issuing again. A sheet
    joins up to `MOST_GUARDIANS`, until `expires_at`, and closes after `MOST_TRIES` wrong passwords.
    """

    MOST_GUARDIANS = 4
    MOST_TRIES = 5

    id = models.UUIDField(primary_key=True, default=new_id)
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="sheets")
    token_key = models.BinaryField(max_length=16, unique=True)
    code_key = models.BinaryField(max_length=16, unique=True)  # of school number and typed code together
    password_key = models.BinaryField(max_length=16)
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    last_wrong_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)

    def is_expired(self, at: datetime) -> bool:
        return self.expires_at <= at


class RosterImport(models.Model):
    """名簿の取り込み: a file that was read and previewed, and whether it was applied."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("確認待ち")
        APPLIED = "applied", _("反映済み")
        DISCARDED = "discarded", _("取りやめ")

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.PROTECT, null=True)  # null: a file of the ward
    file_name = models.CharField(max_length=200)
    content = EncryptedText(null=True)  # the file, as base64, until applied or discarded
    digest = models.CharField(max_length=64)  # of the plan that was shown
    counts = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=State, default=State.PREVIEWED)
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)

    def keyset(self) -> str:
        return crypto.WARD if self.school_id is None else crypto.school_keyset(self.school_id)
