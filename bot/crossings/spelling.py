"""Spellings of the same name: folding, transliteration, keyboard layouts, case endings.

Pure text work, with no knowledge of crossings. A *skeleton* is what is left of a word when it no longer
matters in which alphabet, by which transliteration and with which doubled letters it was written: `Верхний`,
`Verkhny`, `verhnij` and `verkhniy` are all `verhni`.
"""

import re
import unicodedata

_KAZAKH = str.maketrans("қғңөұүһәі", "кгноуухаи")
_DROPPED = str.maketrans("", "", "'’ʹʼ`ʻ")
_CYRILLIC = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфхыэ", "abvgdeziklmnoprstufhie", strict=True))
    | {"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "yu", "я": "ya", "ь": "", "ъ": ""}
)
_LATIN = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "ə": "a", "ı": "i", "đ": "d", "æ": "e"})

# One after the other; capitals are single sounds that two letters wrote.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tsch|tch|ch", "C"),
        ("shC|sC|sh", "S"),
        ("dzh|dj|zh", "J"),
        ("(?<![aeiouy])j", "J"),  # elsewhere it is й
        ("kh|x", "h"),
        ("ph", "f"),
        ("th", "t"),
        ("gh", "g"),
        ("ts|tz|c(?=[eiyk])", "Z"),
        ("c|q", "k"),
        ("w", "v"),
        ("[yji]?[yji]a", "ia"),
        ("[yji]?[yji]u", "iu"),
        ("[yj][eo]|ie|io", "e"),
        ("[yji]+", "i"),
        (r"(.)\1+", r"\1"),
    )
)

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_CYRILLIC_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SHIFTED_LATIN = '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_TO_CYRILLIC = str.maketrans(_LATIN_KEYS + _SHIFTED_LATIN, _CYRILLIC_KEYS + _CYRILLIC_KEYS.upper())
_TO_LATIN = str.maketrans(_CYRILLIC_KEYS + _CYRILLIC_KEYS.upper(), _LATIN_KEYS + _SHIFTED_LATIN)

# Letters that look the same: who types on a phone in two alphabets, or copies a text, mixes them unseen.
_LOOKS_LATIN, _LOOKS_CYRILLIC = "aceopxykABCEHKMOPTXY", "асеорхукАВСЕНКМОРТХУ"
_LIKE_CYRILLIC = str.maketrans(_LOOKS_LATIN, _LOOKS_CYRILLIC)
_LIKE_LATIN = str.maketrans(_LOOKS_CYRILLIC, _LOOKS_LATIN)
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[А-Яа-яЁё])\w+\b")

_PLAIN = str.maketrans("ёйыщэ", "еииш" + "е", "ьъ'’ʹʼ`ʻ\N{ZERO WIDTH SPACE}\N{VARIATION SELECTOR-16}")

_ENDINGS = re.compile(
    "(ыми|ими|ого|его|ому|ему|ами|ями|ым|им|ом|ем|ои|еи|ыи|ии|ах|ях|ам|ям|ов|ев|ою|ею|ую|юю|ая|яя|ое|ее|ые|ие"
    "|[аеиоуыюяь])$"
)
_SHORTEST_STEM = 4
_ABBREVIATION = re.compile(r"(?<!\w)([^\W\d])[/.]([^\W\d])(?!\w)")


def fold(text: str) -> str:
    """Lower the case and drop accents, ё, й's breve, Kazakh letters' tails and apostrophes."""
    apart = unicodedata.normalize("NFKD", text.translate(_DROPPED))
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()
    return unicodedata.normalize("NFC", plain).translate(_KAZAKH).translate(_LATIN)


def plain(text: str) -> str:
    """Lower the case and drop what people swap or leave out in Russian: ё, й, ы, щ, э, soft and hard signs.

    Punctuation stays, but for apostrophes, so that a regular expression can be written in the same spelling.
    """
    return unicodedata.normalize("NFC", text).casefold().translate(_PLAIN)


def words(text: str) -> list[str]:
    """Split folded text where it has no letters or digits, but leave `ж/д` one word."""
    whole = _ABBREVIATION.sub(r"\1\2", fold(text))
    return "".join(sign if sign.isalnum() else " " for sign in whole).split()


def skeleton(word: str) -> str:
    """Return what a folded word is in any spelling."""
    sound = word.translate(_CYRILLIC)
    for pattern, replacement in _SOUNDS:
        sound = pattern.sub(replacement, sound)
    return sound


def one_alphabet(text: str) -> str:
    """Return a text in which no word mixes Russian letters with Latin ones that look the same: `лapc`."""
    return _MIXED.sub(lambda found: _of_one_alphabet(found[0]), text)


def _of_one_alphabet(word: str) -> str:
    russian, latin = word.translate(_LIKE_CYRILLIC), word.translate(_LIKE_LATIN)
    if not _MIXED.fullmatch(russian):
        return russian
    # A slip of the finger, `каbрак`, does not make a Russian word a Latin one.
    mostly_latin = 2 * sum(sign.isascii() for sign in word) > len(word)
    return latin if mostly_latin and not _MIXED.fullmatch(latin) else word


def stem(word: str) -> str:
    """Take a Russian case ending off a folded word; what is left has four letters or nothing is taken."""
    ending = _ENDINGS.search(word)
    return word[: ending.start()] if ending and ending.start() >= _SHORTEST_STEM else word


def other_layouts(text: str) -> list[str]:
    """Return what the same keys write in the other keyboard layout, Russian or English."""
    readings = []
    if re.search("[A-Za-z]", text):
        readings.append(text.translate(_TO_CYRILLIC))
    if re.search("[А-Яа-яЁё]", text):
        readings.append(text.translate(_TO_LATIN))
    return readings
