"""What can watch and steer a training run: ``model.fit(..., callbacks=[...])``. Keras's names and rules."""

from minicnn.callbacks.backup import BackupAndRestore
from minicnn.callbacks.base import Callback, CallbackList, History, TerminateOnNaN
from minicnn.callbacks.csv_logger import CSVLogger
from minicnn.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from minicnn.callbacks.model_checkpoint import ModelCheckpoint
from minicnn.callbacks.monitor import EarlyStopping

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
