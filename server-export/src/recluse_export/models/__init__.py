"""One file a model, all with the same ``fit`` and ``scores``."""
