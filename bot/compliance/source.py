"""The rulebook's files and the learned layer that goes with them, made into a checker."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path

from bot.compliance import training
from bot.compliance.checks import Rules
from bot.compliance.model import Model
from bot.compliance.schema import Book, parse_book
from bot.compliance.verdict import Checker
from bot.datafile import DataModel, load, read_text

log = logging.getLogger(__name__)

RULES = "banned_phrases.yaml"
LEXICON = "lexicon.yaml"
NOTICES = "notices.yaml"
EXAMPLES = "examples"
MODEL = "compliance.model"
CALIBRATION = "calibration.yaml"
OFFICE_EXAMPLES = "office_examples.jsonl"


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a rulebook and of its lexicon; ``digest`` names the version."""

    rules: str
    lexicon: str

    @property
    def digest(self) -> str:
        joined = f"{self.rules}\0{self.lexicon}"
        return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def book(self, name: str = RULES) -> Book:
        """Validate; raises DataFileError with every fault."""
        return parse_book((name, self.rules), (LEXICON, self.lexicon))


def read_source(content: Path, rules: Path | None = None) -> Source:
    """The files as they are now."""
    return Source(read_text(rules or content / RULES), read_text(content / LEXICON))


def read_book(content: Path, rules: Path | None = None) -> Book:
    """Read and validate the files."""
    return read_source(content, rules).book(str(rules or content / RULES))


def example_files(content: Path, data_dir: Path) -> list[Path]:
    """What the learned layer is trained from: the product's examples and the officers' own."""
    files = training.example_files(content / EXAMPLES)
    own = data_dir / OFFICE_EXAMPLES
    return [*files, own] if own.is_file() else files


class Calibration(DataModel):
    """What cross-validation found: kept in the data, so that a first start need not repeat it."""

    threshold: float
    slope: float
    middle: float
    clear: float


def digest_for(content: Path, data_dir: Path) -> str:
    """The digest of a model of the examples, the lexicon and the calibration as they are now."""
    files = [*example_files(content, data_dir), content / CALIBRATION]
    return training.digest_of(files, read_text(content / LEXICON))


def calibrated(model: Model, content: Path, digest: str) -> Model:
    """``model`` with the numbers of the data file, named by ``digest``."""
    return replace(model, **load(content / CALIBRATION, Calibration).model_dump(), digest=digest)


def model_for(content: Path, data_dir: Path) -> Model:
    """The learned layer: kept from before while it fits the data, else trained now.

    Training takes seconds, because the calibration comes from the data file.
    """
    path = data_dir / MODEL
    # taken before training, so that what is changed meanwhile is learned at the next start
    digest = digest_for(content, data_dir)
    kept = Model.load(path)
    if kept is not None and kept.digest == digest:
        return kept
    log.warning("第一次使用，或例句有变：正在训练学习层，半分钟到一分钟，训练好的会留给下次用")
    rules = Rules(read_book(content))
    examples = training.read_examples(example_files(content, data_dir))
    fitted = training.fit(training.featured(examples, rules))
    model = calibrated(fitted, content, digest)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        model.save(path)
    except OSError as error:
        log.warning("训练好的学习层存不下来（%s），这次照样使用", error.strerror)
    return model


def load_checker(content: Path, data_dir: Path, rules: Path | None = None) -> Checker:
    """A checker of the files, with the learned layer."""
    source = read_source(content, rules)
    book = source.book(str(rules or content / RULES))
    return Checker(book, model_for(content, data_dir), source.digest)


def make_checker(source: Source, like: Checker) -> Checker:
    """A checker of ``source`` with the learned layer of another; takes about a second."""
    return Checker(source.book(), like.model, source.digest)
