"""Where files are read and written, and nowhere else."""
