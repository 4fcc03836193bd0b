"""The ward, its schools, school years and classrooms."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from otayori.core import crypto
from otayori.core.ids import new_id
from otayori.schools import grades


class Ward(models.Model):
    """The one tenant of an installation: its board of education."""

    id = models.UUIDField(primary_key=True, default=new_id)
    only = models.BooleanField(default=True, unique=True, editable=False)
    name = models.CharField(max_length=60)
    board = models.CharField(max_length=60)  # as guardians know the sender: みどり区教育委員会
    office = models.CharField(max_length=60)  # 教育委員会事務局学校運営課
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(only=True), name="one_ward")]

    def __str__(self) -> str:
        return self.name


class SchoolKind(models.TextChoices):
    KINDERGARTEN = "kindergarten", _("幼稚園")
    ELEMENTARY = "elementary", _("小学校")
    JUNIOR_HIGH = "junior_high", _("中学校")
    SPECIAL_NEEDS = "special_needs", _("特別支援学校")


class School(models.Model):
    """A school or kindergarten. `code` is MEXT's 学校コード; `number` is what a guardian types (学校ID)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=13, unique=True)
    number = models.CharField(max_length=6, unique=True)
    name = models.CharField(max_length=60)
    kana = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=SchoolKind)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in SchoolKind]), name="school_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def keyset_name(self) -> str:
        return crypto.school_keyset(self.id)


class SchoolYear(models.Model):
    """年度: 1 April of `year` to 31 March of the next."""

    year = models.PositiveSmallIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"{self.year}年度"


class Classroom(models.Model):
    """A homeroom (学級) of one school in one year: grade E1-E3, P1-P6 or J1-J3, and the name of its 組."""

    id = models.UUIDField(primary_key=True, default=new_id)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="classrooms")
    year = models.ForeignKey(SchoolYear, on_delete=models.PROTECT)
    grade = models.CharField(max_length=2, choices=[(code, code) for code in grades.CODES])
    name = models.CharField(max_length=20)
    label = models.CharField(max_length=40)  # 3年1組, 年長ひかり組, 小1年1組 where a school has both stages

    class Meta:
        ordering = ["school_id", "year_id", "grade", "name"]
        constraints = [
            models.UniqueConstraint(fields=["school", "year", "grade", "name"], name="classroom_once"),
            models.CheckConstraint(condition=models.Q(grade__in=grades.CODES), name="classroom_grade"),
        ]

    def __str__(self) -> str:
        return self.label

    @classmethod
    def build(cls, school: School, year: int, grade: str, name: str) -> "Classroom":
        """Return an unsaved classroom with its label as people of that kind of school say it."""
        label = grades.classroom_label(grade, name, kind=school.kind)
        return cls(school=school, year_id=year, grade=grade, name=name, label=label)
