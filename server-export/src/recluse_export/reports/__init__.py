"""Private reports of many devices: read them, and estimate what they say together."""

from recluse_export.reports.estimate import Answer, Clicked, Estimate, estimates
from recluse_export.reports.read import Reading, Report, read_reports

__all__ = ["Answer", "Clicked", "Estimate", "Reading", "Report", "estimates", "read_reports"]
