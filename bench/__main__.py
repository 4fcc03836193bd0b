"""All measurements, one after the other: `make bench`, or `make bench ARGS="--guardians 2000"`."""

from bench.main_job import main

main()
