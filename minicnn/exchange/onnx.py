"""ONNX: the network as one file that runs without minicnn: in onnxruntime, in browsers, on phones.

    mc.onnx.export(model, "m3.onnx")

    import onnxruntime
    session = onnxruntime.InferenceSession("m3.onnx")
    (y,) = session.run(None, {"input": x.astype("float32")})       # as model.predict(x)

Pictures go in as they do here, (N, H, W, C), any number of them. The file does what the model does at
inference: dropout and augmentation are gone, batch normalisations use their moving statistics. It computes in
float32, whatever the model's float type. What becomes of each layer stands in graph.py.

Source: the definitions of the operators at https://onnx.ai/onnx/operators, and of the file in
https://github.com/onnx/onnx/blob/main/docs/IR.md.
"""

from minicnn.checks import is_whole
from minicnn.exchange.graph import Graph
from minicnn.exchange.tensors import require_built
from minicnn.replacing import replacing

OLDEST = 13  # opset; since then softmax is taken along one axis, as ours
INPUT, OUTPUT = "input", "output"


def export(model, path, opset=18):
    """Write ``model`` to the file ``path``: whole and checked, or not at all.

    opset: the version of ONNX's operators. 18 is what programs of 2023 and later read; 13 is the oldest.

    Raises ValueError for a model without weights and, naming it, for a layer or an activation of your own;
    OSError where the file cannot be written. A file that was there before then still is.
    """
    onnx = _onnx()
    newest = onnx.defs.onnx_opset_version()
    if not is_whole(opset, OLDEST) or opset > newest:
        raise ValueError(
            f"opset expects a whole number from {OLDEST} to {newest}, the newest of onnx {onnx.__version__}, "
            f"got {opset!r}"
        )
    require_built(model, "mc.onnx.export")
    graph = Graph(model, INPUT, OUTPUT)
    content = _document(onnx, model, graph, int(opset)).SerializeToString()
    onnx.checker.check_model(content, full_check=True)  # works out all shapes and compares the last
    with replacing(path) as file:
        file.write(content)


def _document(onnx, model, graph, opset):
    helper = onnx.helper
    nodes = [
        helper.make_node(op, inputs, [output], name=output, **attributes)
        for op, inputs, output, attributes in graph.nodes
    ]
    ends = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, _axes(shape))
        for name, shape in ((INPUT, model.input_shape), (OUTPUT, model.output_shape))
    ]
    weights = [onnx.numpy_helper.from_array(array, name) for name, array in graph.weights.items()]
    graph = helper.make_graph(nodes, model.name, ends[:1], ends[1:], weights)
    versions = [helper.make_opsetid("", opset)]
    # The oldest file format that holds these operators: by default it is onnx's newest, and a program that
    # has all the operators refuses the file for its format.
    oldest = helper.find_min_ir_version_for(versions)
    return helper.make_model(graph, opset_imports=versions, ir_version=oldest, producer_name="minicnn")


def _axes(shape):
    """None in a shape as a name, which says what may differ from run to run."""
    return ["N", *(f"axis_{k}" if size is None else size for k, size in enumerate(shape[1:], 1))]


def _onnx():
    try:
        import onnx.checker
        import onnx.helper
        import onnx.numpy_helper
    except ImportError as error:
        raise ImportError("mc.onnx needs the package onnx: python -m pip install onnx") from error
    return onnx
