"""Thirty classes of forty children: a school as large as they come, of which nobody has registered."""

from otayori.roster.models import Enrolment, Student
from tests.cast import Cast, classroom


def thirty_classes(cast: Cast) -> list[Student]:
    """Add them to sakura, and return the children."""
    crowd = []
    for grade in range(1, 7):
        for name in "56789":
            room = classroom(cast.sakura, cast.year, f"P{grade}", name)
            people = []
            for number in range(40):
                child = Student(school=cast.sakura, name=f"子 {number}", kana="コ")
                child.set_code(f"L{grade}{name}{number}")
                people.append(child)
            Student.objects.bulk_create(people)
            seats = [
                Enrolment(student=one, classroom=room, year_id=cast.year, number=number)
                for number, one in enumerate(people, start=1)
            ]
            Enrolment.objects.bulk_create(seats)
            crowd += people
    return crowd
