"""Plans in and out of the formats of others, with a report before anything is made of what came in."""

from gridgeo.plans.exchange.exporting import export_plan
from gridgeo.plans.exchange.importing import Imported, import_plan
from gridgeo.plans.exchange.report import FINDINGS, ImportReport

__all__ = ["FINDINGS", "ImportReport", "Imported", "export_plan", "import_plan"]
