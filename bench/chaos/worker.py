"""Start a real worker with a shorter lease: `python -m bench.chaos.worker SECONDS`.

The lease is a constant of the product, not a setting: no ward has a reason to choose it. A fault run of
minutes does, since with 90 s it would see hardly one lease run out. Everything else is `otayori worker`.
"""

import sys
from datetime import timedelta

from otayori.delivery import status

if __name__ == "__main__":
    status.LEASE = timedelta(seconds=float(sys.argv[1]))  # before claim and lane take it over
    from otayori.ops.cli import main

    sys.exit(main(["worker"]))
