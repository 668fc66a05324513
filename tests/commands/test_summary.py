"""``summary``: the model's own table, and what it does not say."""

import minicnn as mc


def test_the_table_and_the_rest(m1, typed, capsys):
    status, out, error = typed("summary", m1)
    assert (status, error) == (0, "")
    mc.load_model(m1 / "m1_shapes_80.mcnn").summary()
    table = capsys.readouterr().out
    assert out.startswith(table)
    assert out.removeprefix(table).splitlines() == [
        " Input: (None, 32, 32, 3); trained for 2 steps; seed 0",
        f" Classes: {', '.join(mc.datasets.shapes.CLASS_NAMES)}",
    ]


def test_a_model_by_itself(save, typed):
    _, path = save("rows.mcnn", mc.layers.Dense(2, input_shape=(3,)), compile=False)
    status, out, _ = typed("summary", path)
    assert status == 0 and " Total params: 8" in out and "Classes" not in out
    assert out.splitlines()[-1].startswith(" Input: (None, 3); trained for 0 steps; seed ")
