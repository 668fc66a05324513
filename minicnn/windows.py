"""The part of a picture that is kept where its shape has to become another."""


def middle(H, W, OH, OW):
    """The largest window of an H x W picture shaped like OH x OW: top, left, height, width."""
    height, width = max(1, min(H, W * OH // OW)), max(1, min(W, H * OW // OH))
    return (H - height) // 2, (W - width) // 2, height, width
