"""The network: one encoder, read once for triggers and voice and once more, from its middle, for every trigger."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from demarche.reading._labels import ACTS, ISSUES, RECIPIENT_TAGS, ROLE_TAGS, STATUSES, TRIGGER_TAGS, VOICES
from demarche.reading._tokens import CASES

__all__ = ["Network", "TriggerScores", "blend", "load_network", "shorten"]


@dataclass(frozen=True, slots=True)
class TriggerScores:
    """Scores for C candidate triggers in sentences of P pieces.

    Parameters
    ----------
    act, status, issue
        [C, classes].
    roles, recipients
        [C, P, tags].
    """

    act: Tensor
    status: Tensor
    issue: Tensor
    roles: Tensor
    recipients: Tensor


class SharedDropout(nn.Module):
    """Dropout with one mask for all words of a sentence (Gal and Ghahramani 2016).

    It regularises as well as a mask of its own for every word, and drawing that many random numbers would cost more
    than the layers themselves on a CPU.
    """

    def __init__(self, chance: float) -> None:
        super().__init__()
        self.chance = chance

    def forward(self, states: Tensor) -> Tensor:
        """Return the states with dropped units; unchanged outside training."""
        if not self.training or self.chance == 0.0:
            return states
        shape = (states.shape[0], *[1] * (states.dim() - 2), states.shape[-1])
        return states * functional.dropout(torch.ones(shape, dtype=states.dtype), self.chance)


def _share_dropout(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout) and child.p:
            setattr(module, name, SharedDropout(child.p))
        else:
            _share_dropout(child)


def _perceptron(inputs: int, hidden: int, classes: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(hidden, classes))


class Network(nn.Module):
    """Encoder with heads.

    Parameters
    ----------
    encoder
        A transformers encoder of the BERT family: it has ``embeddings`` and ``encoder.layer``.
    reread
        How many of its last layers a trigger is read through again; they are copied, so that both passes can specialise.
    dropout
        Dropout before the heads, 0 to 1.
    """

    def __init__(self, encoder: nn.Module, *, reread: int = 2, dropout: float = 0.1) -> None:
        super().__init__()
        size = encoder.config.hidden_size
        _share_dropout(encoder.encoder)
        layers = encoder.encoder.layer
        self.embeddings = encoder.embeddings
        self.lower = nn.ModuleList(layers[: len(layers) - reread])
        self.upper = nn.ModuleList(layers[len(layers) - reread :])
        self.marked = copy.deepcopy(self.upper)
        self.case = nn.Embedding(CASES, size)
        self.mark = nn.Parameter(torch.empty(size).normal_(std=0.5))
        self.dropout = SharedDropout(dropout)
        self.trigger = nn.Linear(size, len(TRIGGER_TAGS))
        self.hint = nn.Linear(size, len(ACTS))
        self.voice = nn.Linear(size, len(VOICES))
        self.act = _perceptron(2 * size, size, len(ACTS), dropout)
        self.status = _perceptron(2 * size, size, len(STATUSES), dropout)
        self.issue = _perceptron(3 * size, size, len(ISSUES), dropout)
        self.roles = nn.Linear(size, len(ROLE_TAGS))
        self.recipients = nn.Linear(size, len(RECIPIENT_TAGS))
        nn.init.normal_(self.case.weight, std=0.02)

    def hint_acts(self, last: Tensor) -> Tensor:
        """Return scores [B, P, acts] of the act that each word evokes: only to teach the first pass what triggers are."""
        return self.hint(self.dropout(last))

    def read(self, ids: Tensor, case: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return middle states and last states [B, P, H], trigger scores [B, P, 3] and voice scores [B, 2]."""
        hidden = self.embeddings(input_ids=ids) + self.case(case)
        attention = _attention(mask)
        for layer in self.lower:
            hidden = _apply(layer, hidden, attention)
        middle = hidden
        for layer in self.upper:
            hidden = _apply(layer, hidden, attention)
        voice = self.voice(self.dropout(_mean(hidden, mask.to(hidden.dtype))))
        return middle, hidden, self.trigger(self.dropout(hidden)), voice

    def read_triggers(self, middle: Tensor, last: Tensor, mask: Tensor, spans: Tensor) -> TriggerScores:
        """Return the scores of C candidates.

        Parameters
        ----------
        middle, last
            [C, P, H]: states of each candidate's sentence.
        mask
            [C, P]: 1 for pieces, 0 for padding.
        spans
            [C, P]: 1 for the pieces of the trigger, else 0.
        """
        trigger = spans.to(middle.dtype)
        hidden = middle + trigger.unsqueeze(-1) * self.mark
        attention = _attention(mask)
        for layer in self.marked:
            hidden = _apply(layer, hidden, attention)
        pooled = _mean(hidden, trigger)
        marked = self.dropout(torch.cat([pooled, hidden[:, 0]], dim=-1))
        topic = torch.cat([_mean(last, trigger), _mean(last, mask.to(last.dtype)), pooled], dim=-1)
        states = self.dropout(hidden)
        return TriggerScores(
            act=self.act(marked),
            status=self.status(marked),
            issue=self.issue(self.dropout(topic)),
            roles=self.roles(states),
            recipients=self.recipients(states),
        )


def shorten(network: Network, kept: Sequence[int], *, reread: int = 1) -> Network:
    """Return the network with some of its layers only: a student that begins with what its teacher has learnt.

    Parameters
    ----------
    kept
        Which layers of the first pass stay, counted from 0, in order.
    reread
        How many of the last of them a trigger is read through again: the last ones of the second pass stay.

    Raises
    ------
    ValueError
        If a layer is not there, or there are not more layers than are read again.
    """
    layers = [*network.lower, *network.upper]
    if not reread < len(kept) <= len(layers) or not 0 < reread <= len(network.marked) or max(kept) >= len(layers):
        raise ValueError(f"layers {list(kept)}, {reread} of them read again: the network has {len(layers)}")
    stay = [layers[number] for number in kept]
    network.lower, network.upper = nn.ModuleList(stay[:-reread]), nn.ModuleList(stay[-reread:])
    network.marked = nn.ModuleList(list(network.marked)[-reread:])
    return network


def blend(network: Network, before: Mapping[str, Tensor], *, share: float) -> Network:
    """Return the network with each weight drawn back to what it was before: what is learnt stays, and less is forgotten.

    Wortsman et al., "Robust fine-tuning of zero-shot models" (2022).

    Parameters
    ----------
    before
        State of a network of the same form, such as the one that training went on from.
    share
        How much of that, 0 to 1, is in the result.
    """
    state = network.state_dict()
    for name, value in before.items():
        if value.is_floating_point():
            state[name] = (1 - share) * state[name] + share * value
    network.load_state_dict(state)
    return network


_HIDDEN = -1e4


def _apply(layer: nn.Module, hidden: Tensor, attention: Tensor) -> Tensor:
    result = layer(hidden, attention)
    return result[0] if isinstance(result, tuple) else result


def _attention(mask: Tensor) -> Tensor:
    return (1.0 - mask[:, None, None, :].to(torch.float32)) * _HIDDEN


def _mean(states: Tensor, weights: Tensor) -> Tensor:
    total = (states * weights.unsqueeze(-1)).sum(dim=1)
    return total / weights.sum(dim=1, keepdim=True).clamp(min=1.0)


def load_network(base: str, *, reread: int = 2, dropout: float = 0.1) -> Network:
    """Return a network on the encoder `base`: a folder with weights, or a name that transformers can load."""
    from transformers import AutoModel
    from transformers.utils import logging

    logging.disable_progress_bar()
    encoder = AutoModel.from_pretrained(base, attn_implementation="eager", attention_probs_dropout_prob=0.0)
    return Network(encoder, reread=reread, dropout=dropout)
