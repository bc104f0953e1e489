"""Phrases that are known again without being kept."""

import hashlib
import hmac


def keyed(salt: bytes, phrase: str) -> bytes:
    """Return what is kept of a phrase: a hash of 32 bytes under a random salt; case and spaces do not count.

    People choose short phrases, so whoever sees this finds the phrase by trying: it is kept sealed only.
    """
    return hmac.digest(salt, " ".join(phrase.split()).casefold().encode(), hashlib.sha256)
