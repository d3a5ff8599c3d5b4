"""Simulated officers and incidents, so that a board moves before anybody carries a phone.

They go through the same services as everybody else; whatever they do is flagged as simulated.
"""
