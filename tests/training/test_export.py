"""What is exported reads as the network that it was made of does."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from demarche.errors import ModelError  # noqa: E402
from demarche.reading import load_reader  # noqa: E402
from demarche.reading._tokens import batch_tokens, split_tokens  # noqa: E402
from demarche.reading._weights import load_weights  # noqa: E402
from demarche.training import export as export_module  # noqa: E402
from demarche.training.corpus import SHIPPED  # noqa: E402
from demarche.training.export import export  # noqa: E402
from demarche.training.network import Network  # noqa: E402
from demarche.training.start import start_from  # noqa: E402

# torch announces another exporter; that one names weights otherwise, by which training goes on from them.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:.*TracerWarning:UserWarning")

TEXTS = ["Kyiv rejected it.", "Moscow demanded that Kyiv withdraw its troops from Donetsk before any truce."]
SHAPE = {"hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 32}


def small(seed):
    torch.manual_seed(seed)
    config = transformers.BertConfig(vocab_size=30522, attn_implementation="eager", **SHAPE)
    network = Network(transformers.BertModel(config), reread=1).eval()
    with torch.no_grad():
        for parameter in network.parameters():  # what is learnt is no longer all zeros and ones
            parameter.add_(0.05 * torch.randn(parameter.shape))
    return network


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    card = {"name": "small", "version": "0.1", "language": "en", "candidates": 0.1, "keep": 0.5}
    network = small(1)
    export(network, folder, tokenizer=load_weights(SHIPPED).tokenizer, card=card)
    return network, folder


def test_the_exported_graph_scores_as_the_network_does(exported):
    network, folder = exported
    weights = load_weights(folder, threads=1)
    batch = split_tokens(weights.tokenizer, TEXTS)
    with torch.no_grad():
        _, last, triggers, _ = network.eval().read(*map(torch.from_numpy, batch_tokens(batch)))
    read = weights.read(batch)
    kept = read.mask.astype(bool)
    assert np.abs(read.last - last.numpy())[kept].mean() < 0.05
    assert np.corrcoef(read.triggers[kept].ravel(), triggers.numpy()[kept].ravel())[0, 1] > 0.98


def test_a_sentence_is_scored_the_same_beside_a_longer_one(exported):
    weights = load_weights(exported[1], threads=1)
    batch = split_tokens(weights.tokenizer, TEXTS)
    alone, beside = weights.read(batch[:1]), weights.read(batch)
    length = len(batch[0].ids)
    np.testing.assert_allclose(beside.triggers[0, :length], alone.triggers[0], atol=0.02)


def test_training_goes_on_from_what_was_exported(exported):
    network, folder = exported
    again = start_from(small(2), folder)
    for name, value in network.named_parameters():
        if not name.startswith(("embeddings.", "hint.")):
            assert (again.get_parameter(name) - value).abs().max() < 0.02, name


@pytest.mark.parametrize("after", [1.0, float("nan")], ids=["another", "none"])
def test_graphs_that_say_something_else_once_they_are_fused_are_refused(monkeypatch, after):
    said = iter([{"first": [{"voice": np.zeros(2)}]}, {"first": [{"voice": np.array([0.0, after])}]}])
    monkeypatch.setattr(export_module, "_outputs", lambda *_: next(said))
    monkeypatch.setattr(export_module, "fuse_graph", lambda model, heads: model)
    with pytest.raises(ModelError, match="first: .* cannot be fused"):
        export_module._fuse_checked({"first": None}, [], heads=2)


def test_an_encoder_of_other_operators_is_refused(monkeypatch):
    monkeypatch.setattr(export_module, "_outputs", lambda *_: {})
    monkeypatch.setattr(export_module, "fuse_graph", lambda model, heads: {}["Softmax"])
    with pytest.raises(ModelError, match="BERT family"):
        export_module._fuse_checked({"first": None}, [], heads=2)


def test_the_reader_loads_it(exported):
    assert load_reader(exported[1], threads=1).coder == "small/0.1"
