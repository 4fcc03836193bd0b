"""The fault run: `make chaos`, or `make chaos ARGS="--seed 7 --minutes 1"`; see docs/operate/chaos.md."""

import sys

from bench.chaos.run import main

sys.exit(main())
