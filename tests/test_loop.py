"""The loop: what it trains on, what it queries, and nothing that is not needed."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from alkit import loop, training
from alkit.config import Config
from alkit.determinism import generator
from alkit.loop import run, scores, simulated
from alkit.split import split


def test_each_round_trains_on_what_the_rounds_before_bought(digits, tiny):
    found = list(run(replace(tiny, acquisition="entropy"), digits))
    initial, valid, _ = split(tiny, digits)
    assert [r.num_labelled for r in found] == [20, 30, 40, 50]
    assert [len(r.query) for r in found] == [10, 10, 10, 0]
    bought = [i for r in found for i in r.query]
    assert len(set(bought)) == 30
    assert not set(bought) & set(torch.cat([initial, valid]).tolist())
    assert [r.test_accuracy is None for r in found] == [True, True, True, False]


def test_labels_come_from_the_oracle_alone(digits, tiny):
    """An oracle that swaps two classes, where the data set's own labels are hidden from all but the oracle."""
    config = replace(tiny, acquisition="entropy")
    initial, valid, pool = split(config, digits)
    asked_for = []

    def swapping(asked):
        asked_for.append(list(asked))
        return {image: {3: 8, 8: 3}.get(label, label) for image, label in simulated(digits)(asked).items()}

    seen = []
    plain_fit = training.fit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "fit", lambda config, data, *rest: seen.append(data.y_train) or plain_fit(config, data, *rest))
        found = list(run(config, digits, oracle=swapping))
    bought = [image for r in found for image in r.query]
    assert asked_for == [bought[: 10 * n] for n in range(4)]
    assert (seen[0][pool] == -1).all()
    assert torch.equal(seen[3][torch.cat([initial, valid])], digits.y_train[torch.cat([initial, valid])])
    own = digits.y_train[bought]
    assert torch.equal(seen[3][bought], torch.where(own == 3, 8, torch.where(own == 8, 3, own)))
    assert (seen[3] == -1).sum() == len(pool) - len(bought)


def test_the_simulated_oracle_is_what_a_run_has_if_it_names_none(digits, tiny):
    config = replace(tiny, acquisition="bald")
    assert [r.query for r in run(config, digits)] == [r.query for r in run(config, digits, oracle=simulated(digits))]


def test_a_skipped_image_is_neither_trained_on_nor_asked_for_again(digits, tiny):
    def skipping(asked):
        return {image: label for image, label in simulated(digits)(asked).items() if image % 2}

    found = list(run(replace(tiny, acquisition="entropy"), digits, oracle=skipping))
    bought = [image for r in found for image in r.query]
    assert len(set(bought)) == 30
    assert found[-1].num_labelled == 20 + sum(image % 2 for image in bought) < 50


def test_a_querys_scores_are_the_highest_of_the_pool_whose_quantiles_stand_beside_them(digits, tiny):
    config = replace(tiny, acquisition="entropy")
    first = next(run(config, digits))
    labelled, _, pool = split(config, digits)
    every = scores(config, digits, training.fit(config, digits, labelled, 0), pool, 0)
    assert first.scores == tuple(every.sort(descending=True).values[:10].tolist())
    assert first.pool_scores == pytest.approx(every.quantile(torch.tensor([0.05, 0.5, 0.95])).tolist(), rel=1e-5)
    assert next(run(tiny, digits)).scores == ()


def test_training_learns(digits):
    config = Config(dataset="digits", num_initial=300, num_rounds=0, epochs=30, learning_rate=0.1, batch_size=16, device="cpu")
    (found,) = run(config, digits)
    assert found.test_accuracy > 0.85
    assert found.valid_accuracy > 0.85


def test_one_seed_gives_every_acquisition_the_same_start_and_another_seed_another(digits, tiny):
    def first(**settings):
        found = next(run(replace(tiny, **settings), digits))
        return found.valid_accuracy, found.query

    random, entropy, other = first(), first(acquisition="entropy"), first(seed=1)
    assert random[0] == entropy[0]
    assert random[1] != entropy[1]
    assert random != other


def test_random_acquisition_never_looks_at_the_pool_and_unevaluated_rounds_train_nothing(digits, tiny, monkeypatch):
    trained = []
    fit = training.fit
    monkeypatch.setattr(loop, "fit", lambda *args: trained.append(args[3]) or fit(*args))
    monkeypatch.setattr(loop, "scores", None)
    found = list(run(replace(tiny, evaluate_every=2), digits))
    assert trained == [0, 2, 3]
    assert [r.valid_accuracy is None for r in found] == [False, True, False, False]


def test_how_often_is_evaluated_changes_no_other_number(digits, tiny):
    def queries(every):
        found = list(run(replace(tiny, acquisition="bald", evaluate_every=every), digits))
        return [r.query for r in found], found[-1].test_accuracy

    assert queries(1) == queries(3)


def test_entropy_queries_what_the_model_is_least_sure_of(digits, tiny):
    config = replace(tiny, acquisition="entropy")
    labelled, _, pool = split(config, digits)
    model = training.fit(config, digits, labelled, 0)
    probs = model(digits.standardised(digits.x_train[pool])).softmax(dim=-1).double()
    by_hand = -(probs * probs.log()).sum(dim=-1)
    query = next(run(config, digits)).query
    chosen = torch.isin(pool, torch.tensor(query))
    assert by_hand[chosen].min() >= by_hand[~chosen].max() - 1e-5


def test_bald_queries_what_samples_of_the_configured_dropout_disagree_on(digits, tiny):
    config = replace(tiny, acquisition="bald", dropout=0.3, num_samples=7, num_initial=100, epochs=100)
    labelled, _, pool = split(config, digits)
    model = training.fit(config, digits, labelled, 0)
    features = model.features(digits.standardised(digits.x_train[pool]))
    draw, linear = generator(config.seed, "samples", 0), [layer for layer in model.classifier if isinstance(layer, nn.Linear)]
    masks = [(torch.rand((7, 1, layer.in_features), generator=draw) >= 0.3) / 0.7 for layer in linear]
    samples = []
    for t in range(7):
        hidden = features
        for layer in model.classifier:
            hidden = layer(hidden * masks[linear.index(layer)][t] if layer in linear else hidden)
        samples.append(hidden.softmax(dim=-1).double())
    probs = torch.stack(samples)
    by_hand = (probs * (probs / probs.mean(dim=0)).log()).sum(dim=-1).mean(dim=0)  # divergence of each from the mean
    assert by_hand.max() > 0.05
    torch.testing.assert_close(scores(config, digits, model, pool, 0).double(), by_hand, atol=1e-5, rtol=0)
    chosen = torch.isin(pool, torch.tensor(next(run(config, digits)).query))
    assert by_hand[chosen].min() >= by_hand[~chosen].max() - 1e-5


def test_training_that_diverges_says_so(digits, tiny):
    with pytest.raises(FloatingPointError, match="learning_rate=1000000"):
        list(run(replace(tiny, learning_rate=1e6), digits))


@pytest.mark.parametrize("noise", ["none", "gaussian", "salt_and_pepper"])
@pytest.mark.parametrize("model", ["lenet", "resnet18"])
def test_training_and_scoring_mix_no_devices(digits, tiny, model, noise, monkeypatch):
    """On torch's meta device an operation between a tensor there and one on the CPU raises, as it would on a GPU."""
    monkeypatch.setattr(training, "check_finite", lambda *_: None)  # a meta tensor has no values to look at
    elsewhere = digits.to(torch.device("meta"))
    monkeypatch.setattr(torch.Tensor, "cpu", lambda tensor: tensor)  # it has none to bring to the CPU either
    config = replace(tiny, model=model, noise=noise, last_batch="merge", train_dropout=0.5, acquisition="bald")
    labelled, _, pool = split(config, digits)
    trained = training.fit(config, elsewhere, labelled, 0)
    assert next(trained.parameters()).device.type == "meta"
    found = scores(config, elsewhere, trained, pool, 0)
    assert found.shape == pool.shape
    assert found.device.type == "meta"


@pytest.mark.parametrize("acquisition", ["random", "entropy", "bald"])
def test_no_query_depends_on_the_validation_sets_labels(digits, tiny, acquisition):
    """Section 3.4 says that validation accuracy guides the selection; nothing in Equations 4 and 5 does."""
    config = replace(tiny, acquisition=acquisition, split_seed=0)
    _, valid, _ = split(config, digits)
    labels = digits.y_train.clone()
    labels[valid] = labels[valid].roll(1)
    parts = split(config, digits)
    with pytest.MonkeyPatch.context() as patch:
        found = list(run(config, digits))
        patch.setattr(loop, "split", lambda *arguments: parts)  # a stratified one would look at the labels
        other = list(run(config, replace(digits, y_train=labels)))
    assert [r.query for r in found] == [r.query for r in other]
    assert [r.test_accuracy for r in found] == [r.test_accuracy for r in other]
    assert [r.valid_accuracy for r in found] != [r.valid_accuracy for r in other]


@pytest.mark.parametrize("wrong", [lambda asked: {0: 0, 1: 0}, lambda asked: dict.fromkeys(asked, 10)])
def test_a_label_that_was_not_asked_for_or_is_no_class_is_refused(tiny, digits, wrong):
    with pytest.raises(ValueError, match="the oracle gave"):
        list(run(tiny, digits, oracle=wrong))


@pytest.mark.parametrize("acquisition", ["random", "entropy"])
def test_weights_too_large_to_compute_with_neither_query_nor_count_as_chance(digits, tiny, acquisition):
    config = replace(tiny, acquisition=acquisition, num_initial=20, learning_rate=1e4, epochs=2, batch_size=64)
    with pytest.raises(FloatingPointError, match="diverged .* lower learning_rate=10000"):
        list(run(config, digits))
