"""Taking out of a text what leads to somebody: phones, @names, e-mail, links, long numbers.

Names of people cannot be told from other words, so whoever asks for a text must ask for none of those.
"""

import re
import unicodedata

CUT = "✂"
"""What stands where something was taken out."""

_DROPPED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn"})
"""Kinds of characters that are not seen, or only together with another: they could stand between digits."""

_APART = rf"(?:[^\w{CUT}]|_){{0,3}}"
_FOUND = re.compile(
    "|".join(
        (
            # Numbers first: one with a dot and a stroke in it looks like a link, which ends at a space.
            r"(?=[^\W_]*[^\W\d_])[^\W\d_]*(?:\d[^\W\d_]*){4,}",  # a car's plate, a passport with its letters
            rf"\+?\d(?:{_APART}\d){{5,}}",
            r"\S*@\s*\S*",  # an e-mail address, a name in Telegram
            r"\S*://\S*",
            r"\S*\.[^\s/]+/\S*",  # t.me/somebody
            r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\S*|\S*[^\s.]\.рф\b\S*",
        )
    ),
    re.IGNORECASE,
)
_SEVERAL = re.compile(rf"{CUT}(?:\s*{CUT})+")


def without_contacts(text: str, longest: int) -> str:
    """Return a text in one line of at most so many characters, without what leads to somebody."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(
        " " if letter.isspace() else letter
        for letter in plain
        if letter.isspace() or unicodedata.category(letter) not in _DROPPED
    )
    line = " ".join(_SEVERAL.sub(CUT, _FOUND.sub(f" {CUT} ", plain)).split())
    if len(line) <= longest:
        return line
    cut = line[: longest + 1]
    return (cut.rpartition(" ")[0] or cut[:longest]).rstrip()
