"""Officers' rosters: who holds which role in which grid from when to when, and which places stand empty."""
