"""Write the graph of the sentence model: BERT in onnxruntime's own operators, the weights where the package has them.

Its products are of bytes: the weights as they are stored, and what they are multiplied with, rounded to 256 steps
between the smallest and the largest number of a text. In front of the feed-forward part's second product numbers of a
few tokens are far larger than all others', so that there each token has its own steps.

    python scripts/build_sentence_graph.py

Needs the package `onnx`, which nothing else here does. Every weight is an external tensor: a place in the installed
file, which `knowledge.sentence_model` opens by its SHA-256 alone, so that the places hold. Operators:
https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md; the model: Devlin et al. 2019,
doi 10.18653/v1/N19-1423.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from knowledge.manifest import packaged_root, write
from knowledge.sentence_model import GRAPH, SUM_OF_BYTES, checked_model

LAYERS, HEADS, DIMENSIONS = 6, 12, 384
OPSET, IR_VERSION = 17, 10
COUNTED = 64
EPSILON = 1e-12
"""Of the layer norms, as in the model's configuration."""
EMBEDDINGS = "inner.embeddings"


class Graph:
    """Nodes and tensors as they are added; `weights`: the package's file, `blob`: its bytes."""

    def __init__(self, weights: onnx.GraphProto, blob: bytes, file: str) -> None:
        self._weights = {item.name: item for item in weights.initializer}
        self._blob, self._file = blob, file
        self._nodes: list[onnx.NodeProto] = []
        self._tensors: dict[str, TensorProto] = {}

    def add(
        self, operator: str, inputs: Iterable[str], output: str, fused: bool = False, **given: object
    ) -> str:
        """A node; `fused`: of onnxruntime's own operators."""
        domain = "com.microsoft" if fused else ""
        self._nodes.append(helper.make_node(operator, list(inputs), [output], domain=domain, **given))
        return output

    def constant(self, name: str, value: int, kind: type[np.integer[Any]] = np.int64) -> str:
        self._tensors[name] = numpy_helper.from_array(np.array([value], kind), name)
        return name

    def weight(self, name: str, dims: Sequence[int] = ()) -> str:
        """A tensor of the package's file, by its place; `dims`: in place of its own."""
        known, tensor = self._weights[name], TensorProto()
        place = self._blob.find(known.raw_data)
        if self._blob.find(known.raw_data, place + 1) >= 0:
            raise SystemExit(f"{name} stands in the file more than once.")
        tensor.name, tensor.data_type, tensor.data_location = name, known.data_type, TensorProto.EXTERNAL
        tensor.dims.extend(dims or known.dims)
        placed = {"location": self._file, "offset": place, "length": len(known.raw_data)}
        for key, value in placed.items():
            tensor.external_data.add(key=key, value=str(value))
        self._tensors[name] = tensor
        return name

    def spread(self, name: str) -> str:
        """A weight kept as bytes, as numbers; onnxruntime does it once, when it loads the graph."""
        self.add("Cast", [self.weight(f"{name}_q")], f"{name}_f", to=TensorProto.FLOAT)
        return self.add("Mul", [f"{name}_f", self.weight(f"{name}_scale")], name)

    def product(self, numbers: str, name: str, output: str) -> str:
        """Of numbers and a weight that is kept as bytes, each rounded to bytes."""
        columns = self._weights[f"{name}_q"].dims[1]
        matrix, scale = self.weight(f"{name}_q"), self.weight(f"{name}_scale", [columns])
        nothing = self.constant(f"{name}_nothing", 0, np.int8)
        return self.add("DynamicQuantizeMatMul", [numbers, matrix, scale, nothing], output, fused=True)

    def product_by_token(self, numbers: str, name: str, output: str) -> str:
        """The same, each token's numbers divided by their greatest first and the result multiplied by it."""
        self.add("Abs", [numbers], f"{output}_sizes")
        self.add("ReduceMax", [f"{output}_sizes"], f"{output}_greatest", axes=[-1], keepdims=1)
        self.add("Div", [numbers, f"{output}_greatest"], f"{output}_shares")
        self.product(f"{output}_shares", name, f"{output}_of_shares")
        return self.add("Mul", [f"{output}_of_shares", f"{output}_greatest"], output)

    def model(self, output: str) -> bytes:
        """Of token ids and mask, texts x tokens, to `output`: a vector a token."""
        shape = ["texts", "tokens"]
        inputs = [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT32, shape),
        ]
        outputs = [helper.make_tensor_value_info(output, TensorProto.FLOAT, [*shape, DIMENSIONS])]
        return packed(helper.make_graph(self._nodes, "minilm", inputs, outputs, list(self._tensors.values())))


def packed(graph: onnx.GraphProto) -> bytes:
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    return bytes(model.SerializeToString(deterministic=True))


def sum_of_bytes() -> bytes:
    """A product with the largest bytes that adds up as many ones as it is given, where none of its sums overflows."""
    largest = np.iinfo(np.int8).max
    tensors = [
        numpy_helper.from_array(np.full((COUNTED, 1), largest, np.int8), "bytes"),
        numpy_helper.from_array(np.array([1 / largest], np.float32), "scale"),
    ]
    node = helper.make_node(
        "DynamicQuantizeMatMul", ["ones", "bytes", "scale"], ["sum"], domain="com.microsoft"
    )
    given = helper.make_tensor_value_info("ones", TensorProto.FLOAT, [1, COUNTED])
    told = helper.make_tensor_value_info("sum", TensorProto.FLOAT, [1, 1])
    return packed(helper.make_graph([node], "sum_of_bytes", [given], [told], tensors))


def embedded(graph: Graph) -> str:
    """Words, places and the first of the two kinds of text, added up and normalised; words are spread as they occur."""
    words = f"{EMBEDDINGS}.word_embeddings.weight"
    graph.add("Gather", [graph.weight(f"{words}_q"), "input_ids"], "words_q")
    graph.add("Cast", ["words_q"], "words_f", to=TensorProto.FLOAT)
    graph.add("Gather", [graph.weight(f"{words}_scale"), "input_ids"], "words_scale")
    graph.add("Mul", ["words_f", "words_scale"], "words")
    first, second = graph.constant("first", 0), graph.constant("second", 1)
    graph.add("Slice", [graph.weight(f"{EMBEDDINGS}.token_type_embeddings.weight"), first, second], "kind")
    graph.add("Add", [graph.spread(f"{EMBEDDINGS}.position_embeddings.weight"), "kind"], "all_places")
    graph.add("Shape", ["input_ids"], "length", start=1, end=2)
    graph.add("Slice", ["all_places", first, "length"], "places")
    graph.add("Add", ["words", "places"], "sum")
    norm = [graph.weight(f"{EMBEDDINGS}.LayerNorm.{part}") for part in ("weight", "bias")]
    return graph.add("LayerNormalization", ["sum", *norm], "hidden", epsilon=EPSILON)


def with_layer(graph: Graph, hidden: str, number: int, matrices: list[str]) -> str:
    """One layer; `matrices`: of query, key, value, attention's output, and both of the feed-forward part."""
    of = f"inner.encoder.layer.{number}"
    *inward, out, widened, narrowed = matrices
    parts = ("query", "key", "value")
    sides = [graph.product(hidden, name, f"{of}.{part}") for part, name in zip(parts, inward, strict=True)]
    biases = [graph.weight(f"{of}.attention.self.{part}.bias") for part in parts]
    bias = graph.add("Concat", biases, f"{of}.biases", axis=0)
    attended = [*sides, bias, "attention_mask"]
    graph.add("MultiHeadAttention", attended, f"{of}.attended", fused=True, num_heads=HEADS)
    graph.product(f"{of}.attended", out, f"{of}.mixed")
    seen = with_skip(graph, f"{of}.mixed", hidden, f"{of}.attention.output")
    graph.product(seen, widened, f"{of}.wide")
    inner_bias = graph.weight(f"{of}.intermediate.dense.bias")
    graph.add("BiasGelu", [f"{of}.wide", inner_bias], f"{of}.bent", fused=True)
    graph.product_by_token(f"{of}.bent", narrowed, f"{of}.narrow")
    return with_skip(graph, f"{of}.narrow", seen, f"{of}.output")


def with_skip(graph: Graph, changed: str, before: str, of: str) -> str:
    """Both and the bias, added up and normalised."""
    weights = [graph.weight(f"{of}.{part}") for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    inputs = [changed, before, *weights]
    return graph.add("SkipLayerNormalization", inputs, f"{of}.normalised", fused=True, epsilon=EPSILON)


def main() -> None:
    path = checked_model()
    blob = path.read_bytes()
    package = onnx.load_from_string(blob).graph
    names = [name for node in package.node for name in node.output if node.op_type == "Mul"]
    tensors = {item.name for item in package.initializer}
    matrices = [name for name in names if f"{name}_q" in tensors and not name.startswith(EMBEDDINGS)]
    graph = Graph(package, blob, path.name)
    hidden = embedded(graph)
    for number, start in enumerate(range(0, len(matrices), len(matrices) // LAYERS)):
        hidden = with_layer(graph, hidden, number, matrices[start : start + len(matrices) // LAYERS])
    contents = {GRAPH: graph.model(hidden), SUM_OF_BYTES: sum_of_bytes()}
    for name, content in contents.items():
        (packaged_root() / name).write_bytes(content)
    sizes = [f"{name} {len(content)} bytes" for name, content in contents.items()]
    print(f"{', '.join(sizes)}; {write(packaged_root())} files in the manifest")


if __name__ == "__main__":
    main()
