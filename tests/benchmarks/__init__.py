"""Measurements of the running product; figures and ratios, no verdicts. Written down in docs/benchmarks.md."""
