"""Plans of one connected part that are good but not proven: starts, annealing, centres, integer programmes."""
