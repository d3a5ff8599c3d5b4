"""Mathematics on arrays and graphs: partition, routing, assignment."""
