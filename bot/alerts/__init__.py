"""Who wants to know what of a crossing, and when it is to be told."""
