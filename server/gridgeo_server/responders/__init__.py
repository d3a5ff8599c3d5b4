"""Officers: who is on duty, where, and with what on their hands."""
