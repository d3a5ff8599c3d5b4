"""Plans of very many units, in memory that grows with the rows and borders alone."""
