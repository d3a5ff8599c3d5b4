"""Who goes: candidates with reasons, batches, policies, what they come to in a simulation, and what a plan can expect."""

from gridgeo.dispatch.answers import Asked, next_officer, timed_out
from gridgeo.dispatch.duty import Limits, Refusal, Standing, refusal, works_at
from gridgeo.dispatch.ground import PlanGround, ground_of
from gridgeo.dispatch.policies import POLICIES, policy_of
from gridgeo.dispatch.predicting import Predicted, compare_response, predict_response
from gridgeo.dispatch.sending import Choice, send
from gridgeo.dispatch.simulating import Work, simulate_response
from gridgeo.dispatch.tables import Response, Sent
from gridgeo.dispatch.words import not_offered, offered

__all__ = [
    "POLICIES",
    "Asked",
    "Choice",
    "Limits",
    "PlanGround",
    "Predicted",
    "Refusal",
    "Response",
    "Sent",
    "Standing",
    "Work",
    "compare_response",
    "ground_of",
    "next_officer",
    "not_offered",
    "offered",
    "policy_of",
    "predict_response",
    "refusal",
    "send",
    "simulate_response",
    "timed_out",
    "works_at",
]
