"""Several plans of one problem to choose from: alternatives that differ, and a front of trade-offs."""
