"""Run every measurement: ``python -m benchmarks``."""

from benchmarks.fetching import measure_fetching
from benchmarks.harvest import measure_harvest
from benchmarks.mapping import measure_mapping
from benchmarks.matching import measure_matching
from benchmarks.pages import measure_pages

if __name__ == "__main__":
    measure_mapping()
    measure_harvest()
    measure_matching()
    measure_pages()
    measure_fetching()
