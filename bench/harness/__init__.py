"""What all benchmarks share: peers, runs, numbers, tables. docs/performance.md has the method."""
