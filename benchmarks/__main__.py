"""Run every measurement: ``python -m benchmarks``."""

from benchmarks.harvest import measure_harvest
from benchmarks.mapping import measure_mapping

if __name__ == "__main__":
    measure_mapping()
    measure_harvest()
