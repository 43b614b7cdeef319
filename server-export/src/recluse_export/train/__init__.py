"""From a log to a pack: windows, losses, loops, checkpoints."""
