"""The live stream: a snapshot, then what changes, to any number of viewers."""
