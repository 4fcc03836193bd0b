"""People who sign in, and what staff may do where."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from otayori.core import crypto
from otayori.core.fields import EncryptedText
from otayori.core.ids import new_id
from otayori.schools.models import Classroom, School


class UserManager(BaseUserManager["User"]):
    """Finds people by the keyed hash of their e-mail address."""

    def create_user(self, *, email: str, name: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(name=name, **extra)
        user.set_email(email)
        user.set_password(password)
        user.save(using=self._db, force_insert=True)
        return user

    def by_email(self, email: str) -> "User | None":
        """Return who signs in with this address, or None."""
        return self.filter(login=login_of(email)).first()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=username)


def login_of(email: str) -> str:
    """Return what stands in `User.login` for an e-mail address (case does not matter)."""
    return crypto.lookup_key("email", email.strip().casefold()).hex()


class User(AbstractBaseUser):
    """Somebody who signs in: staff by their memberships, guardians by their Guardian row."""

    id = models.UUIDField(primary_key=True, default=new_id)
    login = models.CharField(max_length=32, unique=True)  # keyed hash of the e-mail address
    email = EncryptedText()
    name = EncryptedText()
    language = models.CharField(max_length=10, default="ja")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return str(self.id)  # never a name: this lands in logs

    def keyset(self) -> str:
        return crypto.WARD

    def set_email(self, email: str) -> None:
        """Set the address a person signs in with, and the key it is found by."""
        self.email = email.strip()
        self.login = login_of(email)


class Role(models.TextChoices):
    TEACHER = "teacher", _("教職員")
    MANAGER = "manager", _("管理職")
    BOARD_OFFICER = "board_officer", _("教育委員会")
    AUDITOR = "auditor", _("監査")


WARD_ROLES = (Role.BOARD_OFFICER, Role.AUDITOR)


class Membership(models.Model):
    """What a person is where: a role in one school, or in the ward where `school` is empty."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    classrooms = models.ManyToManyField(Classroom, related_name="teachers")  # a teacher's own classes
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "school", "role"], name="membership_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(school__isnull=True, role__in=[role.value for role in WARD_ROLES])
                | models.Q(school__isnull=False, role__in=[Role.TEACHER.value, Role.MANAGER.value]),
                name="membership_place",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.user_id}"
