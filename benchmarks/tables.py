"""Results as tables: for every measure a title, what its numbers are, a head and rows of words."""

from statistics import geometric_mean, median
from typing import NamedTuple

from benchmarks.contest import MINICNN
from benchmarks.measures import COPIES, DEFAULT, LIMIT, THREADS, medians, on_threads, quickenings, ratios
from benchmarks.networks import TITLES

NAMES = {"minicnn": "minicnn", "torch": "PyTorch", "keras": "Keras"}
NONE = "-"
OFTEN = 100  # times a second that a core is taken away; a quiet machine hardly ever does it 50 times
MEANINGS = {
    "train": (
        "Forward, loss, backward, optimizer: the median over all rounds, and the quickest step of "
        "all."
    ),
    "inference": "Probabilities for a batch.",
    "memory": (
        "MiB that a process has at the peak of a training step (VmHWM) beyond what it had after "
        "importing its framework: weights, gradients, the optimizer's memory, activations, the batch, "
        "and what compiling left."
    ),
    "first_step": (
        "Seconds from the start of a process to the end of its first training step; minicnn cold: "
        "with an empty cache of compiled kernels."
    ),
    "scaling": (
        "A training step as one thing grows: the batch of E, predictions; channels or pixels of two 3x3 "
        "convolutions; threads. The rows were measured one after the other: compare within a row. What "
        "threads bring stands in the next table."
    ),
    "threads": (
        "minicnn's training step on one thread and on more, on as many cores, taking turns; then how "
        "many times as quick as on one thread it is."
    ),
    COPIES: (
        " Two copies: how many times as many steps two processes do at the same time, on one thread each, "
        "that share nothing but the machine."
    ),
    "ladder": (
        "A convolution alone, forward and backward, the gradient of the pictures included. Its limit: "
        "the multiplications and additions of its definition at the pace of one large product of "
        "matrices, by NumPy's BLAS on as many threads, measured in the same rounds. Less arithmetic "
        "can pass it. One matrix product: NumPy's (-: its windows would fill the memory); im2col and "
        "winograd: compiled; default: the one of these two that a layer takes, so their difference is "
        "noise. For three channels that is im2col (for AlexNet's, with strides of 4, winograd): in a network "
        "such a layer needs no gradient of the pictures, which is measured here. The last column: minicnn's "
        "default / the faster peer."
    ),
}


class Table(NamedTuple):
    """A measure, ready to be read."""

    title: str
    meaning: str
    head: list
    rows: list


def title_of(name):
    """What a reader knows it by; the name itself of what is no documented network."""
    return TITLES.get(name, name)


def milliseconds(seconds):
    """Three digits: 3.21 ms."""
    return f"{_three(1000 * seconds)} ms"


def _three(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def spread(values, digits=2):
    """The median of all rounds, and between which values they lay, if there was more than one."""
    if not values:
        return NONE
    if len(values) == 1:
        return f"{values[0]:.{digits}f}"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def time_of(record, label):
    """Median of all rounds, and the quickest single step of all."""
    if not medians(record, label):
        return NONE
    quickest = min(times[label]["min"] for times in record["rounds"])
    return f"{milliseconds(median(medians(record, label)))} (min {_three(1000 * quickest)})"


def contests(title, meaning, records, frameworks):
    """The table of a measure whose records are contests between frameworks."""
    rows = []
    for name, record in records.items():
        times = (time_of(record, each) for each in frameworks)
        rows.append([title_of(name), str(record["batch"]), *times, spread(ratios(record))])
    head = ["network", "batch", *(NAMES[each] for each in frameworks), "minicnn / faster peer"]
    return Table(title, meaning, head, rows)


def with_mean(table, records):
    """The table, and below it the geometric mean of its ratios: one number for all networks."""
    known = [median(each) for each in map(ratios, records.values()) if each]
    if len(known) > 1:
        blank = [""] * (len(table.head) - 2)
        table.rows.append(["geometric mean", *blank, f"{geometric_mean(known):.2f}"])
    return table


def train(records, frameworks):
    """Training steps."""
    return with_mean(contests("A training step", MEANINGS["train"], records, frameworks), records)


def inference(records, frameworks):
    """Predictions."""
    return with_mean(contests("Inference", MEANINGS["inference"], records, frameworks), records)


def scaling(records, frameworks):
    """Training steps as one thing grows."""
    return contests("Scaling", MEANINGS["scaling"], records, frameworks)


def memory(records, frameworks):
    """Peaks of training steps."""
    rows = []
    for name, record in records.items():
        known = (record["bytes"].get(each) for each in frameworks)
        cells = (mebibytes(each) if each else NONE for each in known)
        rows.append([title_of(name), str(record["batch"]), *cells])
    head = ["network", "batch", *(NAMES[each] for each in frameworks)]
    return Table("Memory", MEANINGS["memory"], head, rows)


def mebibytes(known):
    """What a training step needs, beyond the framework itself."""
    return f"{(known['step'] - known['imported']) / 2**20:,.0f}"


def first_step(records, frameworks):
    """From nothing to the first step."""
    labels = [f"{MINICNN}, cold", *frameworks] if MINICNN in frameworks else list(frameworks)
    rows = [
        [title_of(name), *(spread(each["seconds"].get(who)) for who in labels)]
        for name, each in records.items()
    ]
    head = ["network", *(NAMES.get(who, who) for who in labels)]
    return Table("Time to the first step", MEANINGS["first_step"], head, rows)


def threads(records, frameworks):
    """minicnn on more than one thread."""
    everybody = {label for record in records.values() for label in record["ways"]}
    counts = [label for label in map(on_threads, THREADS) if label in everybody]
    copies = [COPIES] if COPIES in everybody else []
    rows = []
    for name, record in records.items():
        times = (time_of(record, label) for label in counts)
        gains = (spread(quickenings(record, label)) for label in counts[1:] + copies)
        rows.append([title_of(name), str(record["batch"]), *times, *gains])
    words = [label.partition(", ")[2] for label in counts + copies]
    gained = [f"1 thread / {each}" for each in words[1 : len(counts)]] + words[len(counts) :]
    head = ["network", "batch", *words[: len(counts)], *gained]
    meaning = MEANINGS["threads"] + (MEANINGS[COPIES] if copies else "")
    return Table("Threads", meaning, head, rows)


def ladder(records, frameworks):
    """Each convolution by every rung; the arithmetic limit beside it."""
    rungs = list(dict.fromkeys(label for record in records.values() for label in record["ways"]))
    rungs = [each for each in rungs if each != LIMIT]
    rows = []
    for name, record in records.items():
        cells = (milliseconds(median(times)) if (times := medians(record, each)) else NONE for each in rungs)
        ratio = ratios(record, ours=DEFAULT)
        limit = milliseconds(median(limits(record))) if limits(record) else NONE
        rows.append([name, str(record["batch"]), limit, *cells, spread(ratio)])
    head = ["convolution", "batch", "limit", *(NAMES.get(each, each) for each in rungs)]
    return Table("The ladder", MEANINGS["ladder"], [*head, "default / faster peer"], rows)


def limits(record):
    """Per round: the seconds that a convolution's arithmetic takes at the pace of the matrix product."""
    return [record["operations"] / record["product"] * each for each in medians(record, LIMIT)]


TABLES = {each.__name__: each for each in (train, inference, memory, first_step, scaling, threads, ladder)}


def all_tables(document):
    """Those of all measures in the results."""
    frameworks = [each for each in NAMES if each in known_frameworks(document)]
    return [make(document[name], frameworks) for name, make in TABLES.items() if document.get(name)]


def known_frameworks(document):
    """Everybody who took part in anything."""
    records = [record for name in TABLES for record in document.get(name, {}).values()]
    found = {label for record in records for label in record.get("ways", record.get("bytes", {}))}
    return {label.split(",")[0] for label in found} & NAMES.keys()


def circumstances(document):
    """Machine, versions, rounds, commit and day in a sentence."""
    machine, settings = document["machine"], document["settings"]
    versions = ", ".join(f"{name} {version}" for name, version in document["versions"].items())
    return (
        f"{machine['processor']} ({', '.join(machine['vectors']) or 'no known vector instructions'}), "
        f"{settings['threads']} of {machine['cores']} cores, {machine['memory_gib']} GiB, "
        f"{machine['system']}; {versions}; rounds: {settings['rounds']} of {settings['seconds']:g} s; "
        f"minicnn at commit {document['commit'] or 'unknown'}, {document['date']}; load when it began: "
        f"{machine['load'] if machine['load'] is not None else 'unknown'}."
    )


def notes(document):
    """Circumstances in words: machine, versions, ways, what went wrong."""
    yield circumstances(document)
    turns = [
        turn for name in TABLES for record in document.get(name, {}).values()
        for times in record.get("rounds", ()) for label, turn in times.items() if label != "keras"
    ]  # fmt: skip
    spoiled = sum(turn["preempted"] > OFTEN * turn["steps"] * turn["median"] for turn in turns)
    if spoiled:
        rest = " Keras's turns do not count: its threads take them from each other, and what others took "
        rest = rest + "cannot be told." if "keras" in known_frameworks(document) else ""
        yield (
            f"In {spoiled} of {len(turns)} turns other programs took the cores away more than {OFTEN} times "
            f"a second.{rest}"
        )
    for measure in TABLES:
        for name, record in document.get(measure, {}).items():
            for label, problem in record["errors"].items():
                yield f"{measure}, {name}, {label}: {problem}"


def line(measure, record):
    """A record in a line, for whoever waits."""
    if measure == "memory":
        known = {each: f"{mebibytes(bytes_)} MiB" for each, bytes_ in record["bytes"].items()}
    elif measure == "first_step":
        known = {each: f"{median(seconds):.1f} s" for each, seconds in record["seconds"].items()}
    else:
        known = {each: milliseconds(median(medians(record, each))) for each in record["ways"]}
        if ratio := ratios(record) or ratios(record, ours=DEFAULT):
            known["minicnn / faster peer"] = spread(ratio)
    words = [f"{each} {value}" for each, value in known.items()] + list(record["errors"].values())
    return "; ".join(words)
