"""Recluse's trainer: from an event log and a catalogue to a pack of static files."""

__version__ = "0.1.0"
