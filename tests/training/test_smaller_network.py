"""A smaller network begins with layers of a larger one, and one that learnt more is drawn back to what it was."""

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from demarche.training.network import Network, blend, shorten  # noqa: E402


@pytest.fixture
def network():
    torch.manual_seed(1)
    shape = {"hidden_size": 8, "num_hidden_layers": 6, "num_attention_heads": 2, "intermediate_size": 16}
    return Network(transformers.BertModel(transformers.BertConfig(vocab_size=50, **shape)), reread=2)


def test_the_layers_that_stay_are_those_asked_for(network):
    first, last, marked = network.lower[0], network.upper[1], network.marked[1]
    small = shorten(network, [0, 2, 5])
    assert len(small.lower) == 2
    assert small.lower[0] is first
    assert list(small.upper) == [last]
    assert list(small.marked) == [marked]


def test_a_shortened_network_still_reads(network):
    ids = torch.ones((2, 7), dtype=torch.int64)
    middle, last, triggers, voice = shorten(network, [0, 5]).eval().read(ids, ids, ids)
    assert triggers.shape == (2, 7, 3)
    assert voice.shape == (2, 2)
    assert network.read_triggers(middle, last, ids, torch.ones((2, 7))).act.shape[0] == 2


@pytest.mark.parametrize(("kept", "reread"), [([0, 6], 1), ([5], 1), ([0, 1, 2], 3), ([0, 1], 0)])
def test_layers_that_are_not_there_are_refused(network, kept, reread):
    with pytest.raises(ValueError, match="the network has 6"):
        shorten(network, kept, reread=reread)


def test_a_blend_lies_between_what_was_and_what_was_learnt(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    blended = blend(network, before, share=0.25).state_dict()
    assert torch.allclose(blended["mark"], before["mark"] + 0.75)
