"""Several objectives at once: ranked or weighed goals, worst values held as rules, and what a plan is worth."""
