"""Lower bounds on the cost of one connected part: the Lagrangian of Hess's model, and what makes it fast."""
