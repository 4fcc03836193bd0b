"""Mail as a Python shop sends it, by Celery with a task a mail: the application, and what fills its queue.

`celery -A bench.shop_celery worker` works, `python -m bench.shop_celery COUNT` queues COUNT mails and prints
when it began (CLOCK_MONOTONIC seconds).
"""

import os
import sys
import time

from celery import Celery

from bench import shop

shop.set_up()
_broker = os.environ["BENCH_BROKER"]  # redis://…, or a folder
app = Celery(broker="filesystem://" if _broker.startswith("/") else _broker)
app.conf.update(task_ignore_result=True, worker_hijack_root_logger=False)
if _broker.startswith("/"):
    app.conf.broker_transport_options = {
        "data_folder_in": _broker, "data_folder_out": _broker, "control_folder": f"{_broker}/control",
    }  # fmt: skip


@app.task
def send(to: str) -> None:
    """One mail, over a connection of its own."""
    from django.core.mail import send_mail

    send_mail(shop.TITLE, shop.text(), shop.SENDER, [to])


if __name__ == "__main__":
    print(time.monotonic())
    for number in range(int(sys.argv[1])):
        app.send_task("bench.shop_celery.send", [f"guardian{number}@mail.example"])
