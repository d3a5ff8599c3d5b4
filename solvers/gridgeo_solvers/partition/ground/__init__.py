"""What every room stands on: a problem cut into parts, ways, values, answers, and solvers of 0/1 programmes."""
