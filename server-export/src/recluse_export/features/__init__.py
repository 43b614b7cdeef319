"""Numbers computed outside the graphs, by name; defined in ``docs/model.md``."""
