"""A worker reduced to what happens between claim and push: takes armed sets of all devices, and sends.

Run as a process of its own: `python -m tests.delivery.push_claimer send|die`. On standard input it gets
endpoint ids, a line each, then "begin"; says "ready", and waits for one more line, so that several begin at
once. Before the first push it says "taken <number>"; told to die, it waits there to be killed.
"""

import asyncio
import sys
import time
from uuid import UUID

import django


def main() -> None:
    django.setup()
    from otayori.core.connections import let_go
    from otayori.delivery import arming
    from otayori.delivery.channels import registry
    from otayori.delivery.models import Endpoint
    from otayori.delivery.parcel import Parcel, outcomes
    from tests.delivery.push_notices import notice

    ids = [UUID(line.strip()) for line in iter(sys.stdin.readline, "begin\n")]
    endpoints = list(Endpoint.objects.filter(id__in=ids))
    content = notice()
    addresses = {endpoint.id: endpoint.address for endpoint in endpoints}
    say("ready")
    sys.stdin.readline()
    taken: dict[UUID, bytes] = {}
    for endpoint_id in ids:
        taken |= arming.take([endpoint_id])
    say(f"taken {len(taken)}")
    while sys.argv[1] == "die":
        time.sleep(1)
    let_go()
    parcels = [
        Parcel(number, endpoint_id, addresses[endpoint_id], content, taken.get(endpoint_id, b""))
        for number, endpoint_id in enumerate(ids)
    ]
    asyncio.run(outcomes(registry.webpush(), parcels))


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
