"""Run every measurement: ``python -m benchmarks``."""

from benchmarks.mapping import measure_mapping

if __name__ == "__main__":
    measure_mapping()
