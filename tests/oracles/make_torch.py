"""The recipe of torch_<network>.safetensors and torch.npz: the networks of torch_networks.py in PyTorch.

    pip install torch safetensors
    cd tests; python -m oracles.make_torch        # seconds; overwrites the files

Nothing here imports minicnn. Each network is trained a little, so that its moving statistics have moved. The
safetensors files are what PyTorch's users write: ``safetensors.torch.save_file(net.state_dict(), path)``.
torch.npz holds "<network>": what it then answers; torch_versions.json, what all this was made with.
"""

import json
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from oracles import cases, in_torch, torch_networks
from torch.nn import functional

HERE = Path(__file__).parent


def train(name):
    """The network after ten steps."""
    torch.manual_seed(0)
    net = in_torch.build(*torch_networks.NETWORKS[name]).train()
    x = in_torch.pictures(torch_networks.pictures(name))
    labels = torch.from_numpy(cases.labels(f"torch labels {name}", len(x), 3))
    optimizer = torch.optim.Adam(net.parameters(), 0.01)
    for _ in range(10):
        optimizer.zero_grad()
        functional.cross_entropy(net(x), labels).backward()
        optimizer.step()
    return net


def main():
    torch.set_num_threads(1)
    answers = {}
    for name in torch_networks.NETWORKS:
        net = train(name)
        safetensors.torch.save_file(net.state_dict(), HERE / f"torch_{name}.safetensors")
        answers[name] = in_torch.answers(net, torch_networks.pictures(name))
    np.savez_compressed(HERE / "torch.npz", **answers)
    versions = {module.__name__: module.__version__ for module in (torch, safetensors, np)}
    (HERE / "torch_versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()
