"""Planned patrols and visits."""
