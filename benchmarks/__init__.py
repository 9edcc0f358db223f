"""Side-by-side measurements: ratios against a plain way of doing the same, in one run."""
