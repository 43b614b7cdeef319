"""From an event log and a catalogue to a pack that a browser can recommend from."""

__version__ = "0.1.0"
