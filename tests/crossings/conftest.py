"""How the rules of this room are tried out."""

from hypothesis import settings

# A busy machine must not fail a rule: what takes too long runs into the time limit of the test.
settings.register_profile("crossings", deadline=None)
settings.load_profile("crossings")
