"""Mail as a Python shop sends it, one way a process: `python -m bench.shop WAY`.

WAY is django-one (all over one connection), django-each (one connection a mail) or post-office (its queue in
PostgreSQL and its sender). Prints the seconds from the first line of it until the last mail was handed over.
Reads BENCH_SMTP_PORT, BENCH_DATABASE_URL, BENCH_MAIL_BYTES and BENCH_MAILS from the environment.
"""

import os
import sys
import time
from tempfile import TemporaryDirectory

import django
from django.conf import settings

from otayori.config.addresses import read_database

TITLE = "明日の引き渡し訓練について"
SENDER = "otayori@ward.example"


def set_up(*apps: str) -> None:
    """Django with nothing but its mail, and what the way needs."""
    url = os.environ.get("BENCH_DATABASE_URL")
    settings.configure(
        INSTALLED_APPS=list(apps),
        DATABASES={"default": read_database(url).as_django()} if url else {},
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=int(os.environ["BENCH_SMTP_PORT"]),
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="bench",
        USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],  # post_office renders
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        POST_OFFICE={"BATCH_SIZE": 1000, "LOG_LEVEL": 0, "THREADS_PER_PROCESS": 5},
    )
    django.setup()


def text() -> str:
    """As much text as makes a mail as large as ours."""
    sentence = "お子さまを校門までお迎えください。\n"
    return sentence * (int(os.environ["BENCH_MAIL_BYTES"]) // len(sentence.encode()))


def addresses() -> list[str]:
    return [f"guardian{number}@mail.example" for number in range(int(os.environ["BENCH_MAILS"]))]


def django_one() -> float:
    """`send_messages` with a list: what Django's documentation advises for many."""
    set_up()
    from django.core.mail import EmailMessage, get_connection

    begun = time.perf_counter()
    body = text()
    get_connection().send_messages([EmailMessage(TITLE, body, SENDER, [to]) for to in addresses()])
    return time.perf_counter() - begun


def django_each() -> float:
    """`send_mail` in a loop."""
    set_up()
    from django.core.mail import send_mail

    begun = time.perf_counter()
    body = text()
    for to in addresses():
        send_mail(TITLE, body, SENDER, [to])
    return time.perf_counter() - begun


def post_office() -> float:
    """django-post_office: queued in one go, sent by its command's function."""
    set_up("django.contrib.contenttypes", "post_office")
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from post_office import mail

    begun = time.perf_counter()
    body = text()
    mail.send_many(
        [{"recipients": [to], "sender": SENDER, "subject": TITLE, "message": body} for to in addresses()]
    )
    with TemporaryDirectory(prefix="otayori-post-office-") as folder:
        mail.send_queued_mail_until_done(lockfile=f"{folder}/lock")
    return time.perf_counter() - begun


WAYS = {"django-one": django_one, "django-each": django_each, "post-office": post_office}

if __name__ == "__main__":
    print(WAYS[sys.argv[1]]())
