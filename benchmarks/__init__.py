"""How fast minicnn is, beside PyTorch and Keras: ``python -m benchmarks``, read benchmarks/README.md."""
