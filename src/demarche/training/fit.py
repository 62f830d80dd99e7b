"""Trains the network: one pass for triggers and voice, a second one for gold, false and missed candidates."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from demarche.reading._decode import find_triggers, log_softmax
from demarche.reading._labels import ACTS, NONE
from demarche.reading._tokens import batch_tokens
from demarche.training.data import IGNORE, Example, MoveLabels
from demarche.training.network import Network, TriggerScores

__all__ = ["Settings", "fit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to train.

    Parameters
    ----------
    epochs, batch
        Passes over the sentences; sentences a step.
    encoder_rate, head_rate
        Peak learning rates; warmed up over the first tenth, then linear to 0.
    smoothing
        Label smoothing of acts, statuses and issues.
    average
        Decay of the moving average of the weights that is kept.
    candidates
        Probability from which a word that begins no gold trigger is learnt as a false candidate.
    seed
        Of order, dropout and new weights.
    """

    epochs: int = 12
    batch: int = 16
    encoder_rate: float = 1.5e-4
    head_rate: float = 1e-3
    smoothing: float = 0.05
    average: float = 0.999
    candidates: float = 0.1
    seed: int = 1


_FALSE = 3
"""False candidates a sentence at most: before it has learnt anything the first pass takes every word for a trigger."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    pieces: tuple[int, int]
    labels: MoveLabels | None


def fit(
    network: Network,
    make_epoch: Callable[[int], list[Example]],
    settings: Settings,
    report: Callable[[int, int, float], None] | None = None,
) -> Network:
    """Return the network with averaged weights after training.

    Parameters
    ----------
    make_epoch
        Called with the number of the epoch (from 0), returns its examples: a new augmentation each time.
    report
        Called with epoch, epochs and mean loss after every epoch; None for silence.
    """
    generator = random.Random(settings.seed)
    for parameter in network.embeddings.parameters():
        parameter.requires_grad = False
    first = make_epoch(0)
    steps = settings.epochs * (len(first) // settings.batch + 1)
    optimiser, schedule = _optimiser(network, settings, steps)
    averaged = torch.optim.swa_utils.AveragedModel(
        network, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(settings.average)
    )
    for epoch in range(settings.epochs):
        network.train()
        examples = first if epoch == 0 else make_epoch(epoch)
        losses = []
        for batch in _batches(examples, settings.batch, generator):
            loss = _loss(network, batch, settings)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            averaged.update_parameters(network)
            losses.append(loss.item())
        if report:
            report(epoch + 1, settings.epochs, float(np.mean(losses)))
    return averaged.module.eval()


def _optimiser(network: Network, settings: Settings, steps: int) -> tuple[Any, Any]:
    encoder = [*network.lower.parameters(), *network.upper.parameters(), *network.marked.parameters()]
    known = {id(parameter) for parameter in encoder}
    heads = [p for p in network.parameters() if id(p) not in known and p.requires_grad]
    groups = [{"params": encoder, "lr": settings.encoder_rate}, {"params": heads, "lr": settings.head_rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: step / warm if step < warm else max(0.0, (steps - step) / max(1, steps - warm))
    )
    return optimiser, schedule


def _batches(examples: list[Example], size: int, generator: random.Random) -> Iterator[list[Example]]:
    """Yield batches of sentences of similar length in random order."""
    order = sorted(examples, key=lambda example: len(example.tokens.ids) + generator.uniform(-6, 6))
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    generator.shuffle(batches)
    yield from batches


def _loss(network: Network, batch: list[Example], settings: Settings) -> Tensor:
    ids, case, mask = (torch.from_numpy(array) for array in batch_tokens([example.tokens for example in batch]))
    with torch.autocast("cpu", torch.bfloat16):
        middle, last, triggers, voice = network.read(ids, case, mask)
        hints = network.hint_acts(last)
    triggers, voice = triggers.float(), voice.float()
    gold = torch.from_numpy(_pad([example.triggers for example in batch], ids.shape[1]))
    voices = torch.tensor([example.voice for example in batch])
    loss = functional.cross_entropy(triggers.flatten(0, 1), gold.flatten(), ignore_index=IGNORE) * 8.0
    loss = loss + 0.5 * functional.cross_entropy(voice, voices)
    acts = torch.from_numpy(_pad([example.acts for example in batch], ids.shape[1]))
    loss = loss + 4.0 * functional.cross_entropy(hints.float().flatten(0, 1), acts.flatten(), ignore_index=IGNORE)
    found = _candidates(batch, triggers.detach().numpy(), settings.candidates)
    if not found:
        return loss
    rows = torch.tensor([candidate.row for candidate in found])
    spans = torch.zeros((len(found), ids.shape[1]))
    for number, candidate in enumerate(found):
        spans[number, slice(*candidate.pieces)] = 1.0
    with torch.autocast("cpu", torch.bfloat16):
        scores = network.read_triggers(middle[rows], last[rows], mask[rows], spans)
    return loss + _candidate_loss(scores, found, ids.shape[1], settings)


def _pad(labels: list[np.ndarray], width: int) -> np.ndarray:
    padded = np.full((len(labels), width), IGNORE, dtype=np.int64)
    for row, values in enumerate(labels):
        padded[row, : len(values)] = values
    return padded


def _candidates(batch: list[Example], triggers: np.ndarray, threshold: float) -> list[_Candidate]:
    """Return the gold moves of the batch, and what the first pass takes for triggers where there is none."""
    found = []
    for row, example in enumerate(batch):
        tokens = example.tokens
        found += [_Candidate(row, tokens.pieces(move.first, move.end), move) for move in example.moves]
        scores = log_softmax(triggers[row, tokens.first])
        false = [
            (chance, first, end)
            for first, end, chance in find_triggers(scores, threshold)
            if not any(first < move.end and move.first < end for move in example.moves)
        ]
        for _, first, end in sorted(false, reverse=True)[:_FALSE]:
            found.append(_Candidate(row, tokens.pieces(first, end), None))
    return found


def _candidate_loss(scores: TriggerScores, found: list[_Candidate], width: int, settings: Settings) -> Tensor:
    none = ACTS.index(NONE)
    acts = torch.tensor([item.labels.act if item.labels else none for item in found])
    loss = functional.cross_entropy(scores.act.float(), acts, label_smoothing=settings.smoothing)
    true = [number for number, item in enumerate(found) if item.labels]
    if not true:
        return loss
    labels = [found[number].labels for number in true]
    for values, head in ((scores.status, "status"), (scores.issue, "issue")):
        target = torch.tensor([getattr(move, head) for move in labels])
        loss = loss + functional.cross_entropy(values[true].float(), target, label_smoothing=settings.smoothing)
    for values, head, weight in ((scores.roles, "roles", 4.0), (scores.recipients, "recipients", 4.0)):
        target = torch.from_numpy(_pad([getattr(move, head) for move in labels], width))
        flat = values[true].float().flatten(0, 1)
        loss = loss + weight * functional.cross_entropy(flat, target.flatten(), ignore_index=IGNORE)
    return loss
