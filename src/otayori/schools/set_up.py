"""Set up the ward and its schools: each gets its keyset before anything is stored under it."""

from otayori.core import crypto
from otayori.schools.models import School, SchoolYear, Ward


def create_ward(*, name: str, board: str, office: str, phone: str = "") -> Ward:
    """Create the ward of this installation. There is one: a second raises `IntegrityError`."""
    crypto.ensure_keysets([crypto.WARD, crypto.LOOKUP])
    return Ward.objects.create(name=name, board=board, office=office, phone=phone)


def create_school(*, code: str, number: str, name: str, kind: str, kana: str = "", phone: str = "") -> School:
    """Create a school and its keyset."""
    school = School(code=code, number=number, name=name, kind=kind, kana=kana, phone=phone)
    crypto.ensure_keysets([school.keyset_name])
    school.save(force_insert=True)
    return school


def open_year(year: int) -> SchoolYear:
    """Return the school year, created when it is new."""
    return SchoolYear.objects.get_or_create(year=year)[0]
