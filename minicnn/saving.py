"""One file for a whole model: architecture, weights, recipe and optimizer state."""


def save_model(model, path):
    raise NotImplementedError


def load_model(path):
    raise NotImplementedError
