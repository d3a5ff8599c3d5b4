"""Proofs that a plan is best, or that none exists: Hess's model, branching on edges, sets of centres."""
