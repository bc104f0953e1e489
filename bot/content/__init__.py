"""Content files, whatever they hold: how they are read, validated, and what can be wrong with them."""
