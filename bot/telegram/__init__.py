"""How we talk: intake of updates, transport, limits, buttons, screens and handlers."""
