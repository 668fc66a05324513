"""How a model learns: one step, many steps, and looking at the result."""

import numpy as np

from minicnn import batches, losses, optimizers, progress
from minicnn import metrics as metrics_module
from minicnn.activations import softmax
from minicnn.archive import add_prefix, take_prefix
from minicnn.callbacks import CallbackList, History
from minicnn.checks import whole_number
from minicnn.kernels import ahead, buffers, threads
from minicnn.lookup import serialize
from minicnn.position import Position, Totals, of_samples


class Training:
    """compile, fit, evaluate, predict: what a Sequential can do once it has layers."""

    def __init__(self):
        self.optimizer = self.loss = self.history = self._compile_config = None
        self.metrics = []
        self.step = 0  # batches trained on in this model's life
        self.stop_training = False
        self.position = Position()
        self._last_batch = None

    def compile(self, optimizer="rmsprop", loss=None, metrics=None):
        """How to learn: an optimizer, a loss, metrics, by name or as objects; ValueError for unknown ones."""
        if loss is None:
            raise ValueError("compile needs a loss, e.g. loss='sparse_categorical_crossentropy'")
        if isinstance(metrics, str):
            raise ValueError(f"metrics expects a list, got the text {metrics!r}: write metrics=[{metrics!r}]")
        optimizer, loss, wanted = optimizers.get(optimizer), losses.get(loss), list(metrics or ())
        chosen = metrics_module.get_all(wanted)
        config = {
            "optimizer": serialize(optimizer),
            "loss": serialize(loss),
            "metrics": [each if isinstance(each, str) else serialize(m) for each, m in zip(wanted, chosen)],
        }
        self.optimizer, self.loss, self.metrics, self._compile_config = optimizer, loss, chosen, config

    def get_compile_config(self):
        """Optimizer, loss and metrics as compile was given them, in terms JSON knows; None before compile.

        Callbacks may have changed the learning rate since: that is in ``optimizer.state()``.
        """
        return self._compile_config

    # ------------------------------------------------------------ one step

    def train_on_batch(self, x, y, return_dict=False):
        """One step of learning. Returns the loss (and metrics) of this batch, before the step."""
        totals = Totals()
        totals.add(self._train_step(*self._checked_batch(x, y)))
        return self._answer(totals.means(), return_dict)

    def test_on_batch(self, x, y, return_dict=False):
        """The loss (and metrics) of one batch; nothing is learned."""
        totals = Totals()
        totals.add(self._test_step(*self._checked_batch(x, y)))
        return self._answer(totals.means(), return_dict)

    def _answer(self, means, return_dict):
        if return_dict:
            return means
        return list(means.values()) if len(means) > 1 else means["loss"]

    @threads.team()
    def _train_step(self, x, y):
        if self.step == 0:
            self._compile_ahead(x, y)
        self._last_batch, before = x, self._layer_state()
        values, gradient = self._loss_and_gradient(y, self.forward(x, training=True))
        self.step += 1
        if not np.isfinite(values["loss"]).all():  # a step along a NaN would ruin what is still good
            self._put_back(before)
            return values
        self.backward(gradient, from_logits=self._fused)
        self.optimizer.update(self.parameters(), self.gradients())
        for layer in self.layers:
            for name, constraint in layer.constraints.items():
                constraint.apply(layer.params[name])
        return values

    def _compile_ahead(self, x, y):
        """Where no kernel is compiled yet, two processes make those of the first step. Nothing is learned."""
        if not self._all_ours() or not ahead.is_worth_it():  # what others do should not be done twice
            return
        before = self._layer_state()
        try:
            ahead.compile_elsewhere(ahead.rehearse(self._forward_and_backward, x, y))
        finally:
            self._put_back(before)
            self._forget()
            for layer in self.layers:
                layer.grads = {}

    def _forward_and_backward(self, x, y):
        self.backward(self._loss_and_gradient(y, self.forward(x, training=True))[1], self._fused)

    @threads.team()
    def _test_step(self, x, y):
        values, _ = self._loss_and_gradient(y, self.forward(x))
        self._forget()
        return values

    @threads.team()
    def _predict_step(self, x):
        self._build_for(x)
        predictions = self.forward(x).copy()
        self._forget()
        return predictions

    def _loss_and_gradient(self, y, predictions):
        """The loss and metrics of every sample, and the gradient to send back."""
        if self._fused:
            each, gradient = self.loss.value_and_gradient(y, self.layers[-1].logits, from_logits=True)
        else:
            each, gradient = self.loss.value_and_gradient(y, predictions)
        values = {"loss": each}
        for metric in self.metrics:
            values[metric.name] = metric.values(y, predictions)
        return of_samples(values, len(predictions)), gradient

    @property
    def _fused(self):
        """Whether loss and final softmax are one formula, exact where each alone would overflow."""
        last = self.layers[-1]
        return self.loss.uses_logits and hasattr(last, "backward_logits") and last.activation is softmax

    def _forget(self):
        for layer in self.layers:
            layer.forget()

    # ------------------------------------------------------------ many steps

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose=1, callbacks=None, validation_split=0.0,
            validation_data=None, shuffle=True, initial_epoch=0):
        """Train for ``epochs`` passes over the data; returns the History.

        x, y: arrays, or an iterable of batches (x, y) in place of both. batch_size: 32 unless given.
        The last batch may be smaller, down to a single picture.
        validation_data: (x, y) or an iterable; validation_split: the last fraction of x, y instead.
        verbose: 0 silent, 1 a live line, 2 a line an epoch. Shuffles before every epoch unless told not to.

        Raises ValueError for data that do not fit the model or the loss, and for none at all, before anything
        has changed; an iterable's batches are looked at one by one, as they come.
        """
        self._require_compiled("fit")
        epochs = whole_number(epochs, "epochs", least=0)
        initial_epoch = whole_number(initial_epoch, "initial_epoch", least=0)
        if validation_split and validation_data is None:
            (x, y), validation_data = batches.split(x, y, validation_split)
        train, validation = self._checked_data(x, y, batch_size), None
        if validation_data is not None:
            validation = self._validation_batches(validation_data, batch_size)
        history = History()
        line = progress.watch(verbose, epochs, train, history)
        history.params = {
            "epochs": epochs, "verbose": verbose, "shuffle": bool(shuffle), **train.describe(),
            "validation": validation and validation.describe(),
        }
        run = CallbackList(callbacks, self, history.params, history)
        self.history, self.stop_training, self.position = history, False, Position(epoch=initial_epoch)
        try:
            run.on_train_begin()
            while self.position.epoch < epochs and not self.stop_training:
                self._fit_epoch(train, validation, shuffle, run, line)
        finally:
            line.close()
            run.release()
            self._last_batch = None
            self._forget()
            buffers.release()
        run.on_train_end()
        return self.history

    def _fit_epoch(self, train, validation, shuffle, run, line):
        at = self.position
        if at.batch == 0:
            at.first_step, at.totals = self.step, Totals()
            run.on_epoch_begin(at.epoch)
        line.begin(at)
        key = (self.seed, "shuffle", at.first_step) if shuffle else None
        for x, y in train.stream(at.batch, key):
            run.on_train_batch_begin(at.batch)
            if isinstance(train, batches.IterableBatches):
                x, y = self._checked_batch(x, y)
            at.totals.add(self._train_step(x, y))
            at.batch += 1
            line.update(len(x), at.totals)
            run.on_train_batch_end(at.batch - 1, at.totals.means())
            if self.stop_training:
                break
        logs = at.totals.means()
        if validation is not None:  # a network that is no longer finite has no scores, rather than none given
            with batches.named("validation_data"):
                finite = np.isfinite(logs["loss"])
                scores = self._evaluate(validation) if finite else dict.fromkeys(logs, np.nan)
            logs |= {f"val_{name}": value for name, value in scores.items()}
        line.end(at, logs)
        epoch, at.epoch, at.batch = at.epoch, at.epoch + 1, 0
        run.on_epoch_end(epoch, logs)

    def evaluate(self, x=None, y=None, batch_size=None, verbose=1, return_dict=False):
        """``[loss, *metrics]``, means over all pictures of arrays or batches; without metrics, the loss.

        Raises as ``fit`` does, RuntimeError before ``compile``.
        """
        self._require_compiled("evaluate")
        means = self._evaluate(self._checked_data(x, y, batch_size))
        if verbose:
            print(" - ".join(f"{name}: {value:.4f}" for name, value in means.items()))
        return self._answer(means, return_dict)

    def _evaluate(self, data):
        totals = Totals()
        for x, y in data.stream():
            if isinstance(data, batches.IterableBatches):
                x, y = self._checked_batch(x, y)
            totals.add(self._test_step(x, y))
        buffers.release()
        return totals.means()

    def predict(self, x, batch_size=32, verbose=0):
        """Predictions (N, *output) for the rows of x, or for an iterable's batches (targets are not used)."""
        batch_size = whole_number(batch_size, "batch_size")
        if batches.are_batches(x):
            parts = (batch[0] if isinstance(batch, (tuple, list)) else batch for batch in batches.in_order(x))
        else:
            x = batches.checked_images(x)
            parts = (x[k : k + batch_size] for k in range(0, len(x), batch_size))
        outputs = [self._predict_step(batches.plain(part, "x")) for part in parts]
        buffers.release(but_recent=True)  # the next prediction needs the same
        if not outputs:
            raise ValueError("predict was given no batches")
        return np.concatenate(outputs)

    # ------------------------------------------------------------ checks, all before anything changes

    def _require_compiled(self, what):
        if self.loss is None:
            raise RuntimeError(f"call compile(optimizer, loss, metrics) before {what}")

    def _build_for(self, x):
        if not self.built:
            self.build((None, *np.shape(x)[1:]))

    def _checked_data(self, x, y, batch_size):
        data = batches.make(x, y, batch_size)
        if isinstance(data, batches.ArrayBatches):
            data.x, data.y = self._checked_batch(data.x, data.y)
        return data

    def _checked_batch(self, x, y):
        self._require_compiled("training or evaluating")
        x, shape = batches.checked_images(x), self.input_shape
        fresh = [layer for layer in self.layers if not layer.built]
        try:
            self._build_for(x)
            self.layers[0].check_shape(x.shape)
            y = self.loss.check_targets(batches.plain(y, "y"), self.output_shape)
            if len(x) != len(y):
                raise ValueError(f"x has {len(x)} rows, y has {len(y)}: every picture needs its target")
        except ValueError:  # data that are refused must not decide what the model is for
            self.input_shape = shape
            for layer in fresh:
                layer.unbuild()
            raise
        return x, y

    def _validation_batches(self, data, batch_size):
        with batches.named("validation_data"):
            if not isinstance(data, (tuple, list)) or batches.are_batches(data) or batches.are_pairs(data):
                return self._checked_data(data, None, None)
            if len(data) != 2:
                raise ValueError(f"expects (x, y) or an iterable of batches, got {len(data)} things")
            return self._checked_data(*data, batch_size)

    # ------------------------------------------------------------ the whole state, for a backup

    def training_state(self):
        """Everything a resumed ``fit`` needs, as (a document JSON knows, arrays by name)."""
        document, slots = self.optimizer.state(self.parameters())
        weights = {str(k): array for k, array in enumerate(self.get_weights())}
        return {
            "seed": self.seed, "step": self.step, "stop_training": self.stop_training, "optimizer": document,
            "position": self.position.document(), "history": self.history.state()[0],
        }, add_prefix("weights", weights) | add_prefix("optimizer", slots)

    def load_training_state(self, document, arrays):
        """Become what ``training_state`` described; called within ``fit``."""
        weights = take_prefix("weights", arrays)
        self.optimizer.load_state(document["optimizer"], take_prefix("optimizer", arrays))
        self.set_weights([weights[str(k)] for k in range(len(weights))])
        self.seed = whole_number(document["seed"], "seed", least=0, most=np.inf)
        self.step = whole_number(document["step"], "step", least=0)
        self.stop_training = bool(document["stop_training"])
        self.history.load_state(document["history"], {})
        self.position = Position.from_document(document["position"])
