"""The samples of tests/delivery/bounces, addressed to the signed return address of a delivery."""

from pathlib import Path
from uuid import UUID

from django.utils import timezone

from otayori.delivery.bounces.verp import Verp
from otayori.delivery.parcel import Content, Parcel, Urgency

SAMPLES = Path(__file__).parent / "bounces"


def return_path(delivery_id: int, verp: Verp) -> str:
    """The envelope sender that the mail of this delivery left with."""
    content = Content(
        batch_id=UUID(int=1), language="ja", urgency=Urgency.NORMAL, sender="桜小学校", title="遠足", text="",
        mail_title="遠足", mail_text="", url="http://x/m/1", settings_url="http://x/settings",
        sent_at=timezone.now(),
    )  # fmt: skip
    return verp.return_path(Parcel(delivery_id, UUID(int=2), "x@mail.example", content)).decode("ascii")


def came_back(sample: str, delivery_id: int, verp: Verp) -> bytes:
    """What comes back for this delivery."""
    path = return_path(delivery_id, verp)
    sent = (SAMPLES / f"{sample}.eml").read_bytes()
    return sent.replace(b"bounce+TOKEN@otayori.city.example", path.encode("ascii"))
