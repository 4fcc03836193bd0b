"""Whose an e-mail address is."""

import pytest

from otayori.delivery import endpoints
from otayori.delivery.models import Endpoint
from otayori.roster.models import Guardian
from tests.cast import Cast, guardian

pytestmark = pytest.mark.django_db


def addresses(person: Guardian) -> set[str]:
    return {endpoint.address for endpoint in endpoints.endpoints_of(person)}


def test_an_address_given_as_a_second_one_is_its_owners_once_he_joins(cast: Cast) -> None:
    endpoints.add_email(cast.yamada, "papa@mail.example")
    father = guardian("山田 太郎", "father@mail.example", cast.aoi)
    with pytest.raises(endpoints.AddressTaken):
        endpoints.add_email(father, "papa@mail.example")  # not what he signs in with
    father.user.set_email("papa@mail.example")
    father.user.save()
    endpoints.add_email(father, "papa@mail.example")
    assert addresses(cast.yamada) == {"yamada@mail.example"}
    assert "papa@mail.example" in addresses(father)


def test_nobody_takes_the_address_another_signs_in_with(cast: Cast) -> None:
    with pytest.raises(endpoints.AddressTaken):
        endpoints.add_email(cast.kim, "yamada@mail.example")
    assert addresses(cast.yamada) == {"yamada@mail.example"}
    assert Endpoint.objects.filter(guardian=cast.kim).count() == 1
