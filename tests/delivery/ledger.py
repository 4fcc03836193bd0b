"""A small ledger for tests: a batch with deliveries to endpoints at a test mail host."""

from django.db import connection
from django.utils import timezone

from otayori.accounts.models import User
from otayori.core import crypto
from otayori.core.ids import new_id
from otayori.delivery import release
from otayori.delivery.models import Batch, ChannelName, Endpoint
from otayori.delivery.parcel import Urgency
from otayori.roster.models import Guardian
from otayori.schools.models import School


def guardians(count: int, *, prefix: str = "g") -> list[Guardian]:
    """Register `count` guardians with one mail address each: g0@mail.example, g1@mail.example, ..."""
    users = [User(name=f"保護者 {n}", password="!") for n in range(count)]
    for n, user in enumerate(users):
        user.set_email(f"{prefix}{n}@mail.example")
    User.objects.bulk_create(users)
    made = Guardian.objects.bulk_create(
        Guardian(user=user, notice_version="1", notice_accepted_at=timezone.now()) for user in users
    )
    Endpoint.objects.bulk_create(
        Endpoint(
            guardian=guardian,
            channel=ChannelName.EMAIL,
            address=f"{prefix}{n}@mail.example",
            address_key=crypto.lookup_key("email address", f"{prefix}{n}@mail.example"),
            host="mail.example",
        )
        for n, guardian in enumerate(made)
    )
    return made


def device(person: Guardian) -> Endpoint:
    """A phone of the guardian's that push reaches, as far as the ledger knows."""
    number = Endpoint.objects.count()
    return Endpoint.objects.create(
        guardian=person,
        channel=ChannelName.WEBPUSH,
        address="{}",
        host="https://push.example",
        address_key=crypto.lookup_key("push address", f"device {number}"),
    )


def release_to(
    people: list[Guardian],
    *,
    urgency: Urgency = Urgency.NORMAL,
    school: School | None = None,
    **order: object,
) -> Batch:
    """Release a text to these guardians."""
    text = release.Text(
        language="ja",
        sender="桜小学校",
        title="明日の遠足",
        text="お弁当をお持ちください。",
        mail_title="明日の遠足",
        mail_text="お弁当をお持ちください。",
        url="http://localhost/m/1",
        settings_url="http://localhost/settings",
    )
    batch, _ = release.release(
        release.Order(
            subject_id=new_id(),
            school=school,
            urgency=urgency,
            texts=[text],
            released_at=timezone.now(),
            **order,  # type: ignore[arg-type]
        ),
        Guardian.objects.filter(id__in=[person.id for person in people]).values("id"),
    )
    return batch


def write_rows() -> None:
    """Give every delivery its row, as if each had been tried once and now waited for another try."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO delivery_delivery
                (id, batch_id, slice_id, endpoint_id, channel, status, attempt, due_at, code)
            SELECT x.id, s.batch_id, s.id, x.endpoint_id, s.channel, 'queued', 0, now(), ''
            FROM delivery_slice s
            CROSS JOIN LATERAL unnest(s.delivery_ids, s.endpoint_ids) AS x(id, endpoint_id)
            ON CONFLICT DO NOTHING
            """
        )
        cursor.execute("UPDATE delivery_slice SET done_at = now()")
