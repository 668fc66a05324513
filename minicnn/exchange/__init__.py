"""To other frameworks and back; docs/exchange.md shows it.

    mc.safetensors.save(model, path)      the weights, as minicnn and Keras name them and lay them out
    mc.safetensors.load(model, path)
    mc.torch.save(model, path)            the same in PyTorch's names and layouts
    mc.torch.load(model, path)
    mc.onnx.export(model, path)           the whole network, to run without minicnn

Keras needs nothing of this: its ``get_weights`` and ``set_weights`` exchange lists with ours. The packages
that do the work are imported when a function is called, not before.
"""
