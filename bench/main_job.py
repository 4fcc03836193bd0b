"""One message to the whole ward: release, and mail handed over, beside Postfix's own smtp-source.

.venv/bin/python -m bench.main_job --guardians 20000 --runs 3
"""

import argparse
import statistics
import subprocess
import time

from bench.ground import cpu_seconds_of, installation, mail_sink, peak_memory_of, worker

SESSIONS = 10
MAIL_FROM = "otayori@ward.example"
TITLE = "明日の引き渡し訓練について"
TEXT = "お子さまを校門までお迎えください。" * 20


def smtp_source(port: int, count: int, size: int) -> float:
    """Seconds Postfix's smtp-source takes for as many messages of the same size."""
    begun = time.perf_counter()
    subprocess.run(
        [
            *("/usr/sbin/smtp-source", "-d", "-s", str(SESSIONS), "-m", str(count), "-l", str(size)),
            f"127.0.0.1:{port}",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - begun


def mail_size(title: str, text: str) -> int:
    """Bytes of the mail that this message becomes, so that smtp-source sends as many."""
    from datetime import UTC, datetime
    from uuid import UUID

    from otayori.delivery.channels.email.message import cut_stencil
    from otayori.delivery.parcel import Content, Urgency

    zero = UUID(int=0)
    content = Content(
        batch_id=zero,
        language="ja",
        urgency=Urgency.NORMAL,
        sender="みどり区教育委員会",
        title=title,
        text=text,
        mail_title=title,
        mail_text=text,
        url=f"http://127.0.0.1:8000/m/{zero}",
        settings_url="http://127.0.0.1:8000/settings",
        sent_at=datetime.now(UTC),
    )
    stencil = cut_stencil(content, mail_from=MAIL_FROM)
    return len(stencil.head(b"guardian10000@mail.example", zero)) + len(stencil.rest)


def run(officer: object, count: int) -> tuple[float, float]:
    """Release to everybody, wait until each delivery is settled; returns the seconds of the two."""
    from otayori.accounts.access import Access
    from otayori.delivery.models import Delivery, Slice
    from otayori.messaging import compose, send
    from otayori.messaging.audience import Audience, Target

    access = Access(officer, tuple(officer.memberships.all()))  # type: ignore[attr-defined, arg-type]
    words = compose.Words(title=TITLE, text=TEXT, audience=Audience(include=(Target(kind="ward"),)))
    message = compose.start_draft(access, None, words)
    begun = time.perf_counter()
    message = send.release(access, message.id)
    released = time.perf_counter()
    open_rows = Delivery.objects.filter(batch=message.batch, status__in=["queued", "sending"])
    while Slice.objects.filter(batch=message.batch, done_at=None).exists() or open_rows.exists():
        time.sleep(0.02)
    settled = time.perf_counter()
    sent = Delivery.objects.filter(batch=message.batch, status="sent").count()
    if sent != count:
        raise SystemExit(f"{sent} of {count} were sent")
    return released - begun, settled - released


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guardians", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    with mail_sink() as port, installation(port):
        from bench.ward import fill

        officer = fill(asked.guardians)
        releases, deliveries, ratios = [], [], []
        with worker() as process:
            time.sleep(2)
            for number in range(asked.runs):
                plain = smtp_source(port, asked.guardians, mail_size(TITLE, TEXT))
                cpu = cpu_seconds_of(process.pid)
                release, delivery = run(officer, asked.guardians)
                cpu = cpu_seconds_of(process.pid) - cpu
                releases.append(release)
                deliveries.append(delivery)
                ratios.append(delivery / plain)
                print(
                    f"run {number + 1}: release {release:.2f} s, delivery {delivery:.2f} s, "
                    f"smtp-source {plain:.2f} s, ratio {delivery / plain:.2f}, worker CPU {cpu:.2f} s"
                )
            print(
                f"median: release {statistics.median(releases):.2f} s, "
                f"delivery {statistics.median(deliveries):.2f} s, "
                f"ratio to smtp-source {statistics.median(ratios):.2f}, "
                f"worker peak memory {peak_memory_of(process.pid):.0f} MB"
            )


if __name__ == "__main__":
    main()
