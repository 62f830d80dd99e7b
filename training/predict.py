"""Codes sentences with a network in training, through the decoder that the product uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from demarche.model import ReadSentence
from demarche.reading._assemble import CandidateScores, assemble_move, choose_act
from demarche.reading._decode import find_triggers, log_softmax
from demarche.reading._labels import VOICES
from demarche.reading._tokens import batch_tokens
from training.data import Example
from training.network import Network

__all__ = ["predict"]


@torch.no_grad()
def predict(
    network: Network, examples: Sequence[Example], *, candidates: float = 0.1, keep: float = 0.5, size: int = 64
) -> list[ReadSentence]:
    """Return what the network reads in each example's sentence, in the same order."""
    order = sorted(range(len(examples)), key=lambda number: len(examples[number].tokens.ids))
    result: dict[int, ReadSentence] = {}
    for start in range(0, len(order), size):
        numbers = order[start : start + size]
        read = _predict_batch(network, [examples[number] for number in numbers], candidates, keep)
        result |= dict(zip(numbers, read, strict=True))
    return [result[number] for number in range(len(examples))]


def _predict_batch(network: Network, batch: list[Example], candidates: float, keep: float) -> list[ReadSentence]:
    ids, case, mask = (torch.from_numpy(array) for array in batch_tokens([example.tokens for example in batch]))
    middle, last, triggers, voice = network.read(ids, case, mask)
    voices = np.exp(log_softmax(voice.numpy()))
    sentences = []
    for row, example in enumerate(batch):
        tokens = example.tokens
        found = find_triggers(log_softmax(triggers[row].numpy()[tokens.first]), candidates)
        moves = []
        if found:
            spans = torch.zeros((len(found), ids.shape[1]))
            for number, candidate in enumerate(found):
                spans[number, slice(*tokens.pieces(candidate[0], candidate[1]))] = 1.0
            rows = torch.full((len(found),), row)
            scores = network.read_triggers(middle[rows], last[rows], mask[rows], spans)
            for number, candidate in enumerate(found):
                own = CandidateScores(
                    act=scores.act[number].numpy(),
                    status=scores.status[number].numpy(),
                    issue=scores.issue[number].numpy(),
                    roles=scores.roles[number].numpy()[tokens.first],
                    recipients=scores.recipients[number].numpy()[tokens.first],
                )
                if choose_act(own.act)[1] >= keep:
                    moves.append(assemble_move(example.coded.sentence.span, tokens, candidate, own))
        best = int(voices[row].argmax())
        sentences.append(
            ReadSentence(
                span=example.coded.sentence.span,
                voice=VOICES[best],
                voice_confidence=float(voices[row, best]),
                moves=tuple(moves),
            )
        )
    return sentences
