"""Many partition problems at once: jobs seeded by their own names, on lanes of processes or any executor."""

from gridgeo_solvers.partition.many.jobs import QUICK, Fate, Job, Outcome, outcomes, seed_of, solve_many

__all__ = ["QUICK", "Fate", "Job", "Outcome", "outcomes", "seed_of", "solve_many"]
