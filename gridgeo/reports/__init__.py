"""Papers: a page for the screen, and the typeset report of a plan that people sign."""

from gridgeo.reports.approvals import Approval, Departure, read_approvals, read_departures
from gridgeo.reports.heading import Cards, Heading
from gridgeo.reports.page import LANGUAGES, render_report, write_report
from gridgeo.reports.paper import render_plan, report_plan
from gridgeo.reports.rounds import render_rounds, report_rounds

__all__ = [
    "LANGUAGES",
    "Approval",
    "Cards",
    "Departure",
    "Heading",
    "read_approvals",
    "read_departures",
    "render_plan",
    "render_report",
    "render_rounds",
    "report_plan",
    "report_rounds",
    "write_report",
]
