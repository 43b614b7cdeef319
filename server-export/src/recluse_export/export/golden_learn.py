"""Golden vectors of what the device learns by itself: the posterior of the head, and off-policy estimates.

``python -m recluse_export.export.golden_learn --out test/golden/learn.json`` writes the posterior's. The
estimates in ``test/golden/off-policy.json`` come from the Open Bandit Pipeline itself: with ``--off-policy``
and in an environment of its own where ``obp`` is installed (0.5.7; it asks for ``pandas<2`` and ``numpy<2``,
and on Python 3.11 for ``pip install --ignore-requires-python``).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

Double = NDArray[np.float64]


def posterior(
    features: Double, weights: Double, outcomes: Double, kept: float, ridge: float, noise: float
) -> tuple[Double, Double]:
    """Mean ``[size]`` and covariance ``[size, size]`` of the weights of a linear regression whose older
    observations count less: solved at once, not observation by observation.

    Parameters
    ----------
    features, weights, outcomes
        ``[count, size]``, ``[count]``, ``[count]``, the oldest first.
    kept
        What an observation counts after each later one, 0 to 1.
    ridge, noise
        Precision of every weight beforehand, in observations; standard deviation of an outcome.
    """
    ages = np.arange(len(outcomes))[::-1]
    strength = weights * kept**ages
    precision = ridge * np.eye(features.shape[1]) + features.T @ (strength[:, None] * features)
    mean = np.linalg.solve(precision, features.T @ (strength * outcomes))
    return mean, noise**2 * np.linalg.inv(precision)


def posterior_cases() -> list[dict[str, Any]]:
    """Observations and what is known after them."""
    random = np.random.default_rng(6)
    cases = []
    for size, count, kept in [(1, 1, 1.0), (3, 40, 1.0), (32, 60, 1.0), (32, 60, 0.99), (8, 0, 0.5)]:
        features = random.normal(size=(count, size)).round(3)
        weights = random.uniform(0, 1, count).round(3)
        outcomes = random.uniform(-1, 1, count).round(3)
        probe = random.normal(size=size).round(3)
        mean, covariance = posterior(features, weights, outcomes, kept, ridge=2.0, noise=0.3)
        cases.append(
            {
                "size": size,
                "kept": kept,
                "ridge": 2.0,
                "noise": 0.3,
                "features": features.tolist(),
                "weights": weights.tolist(),
                "outcomes": outcomes.tolist(),
                "mean": mean.tolist(),
                "probe": probe.tolist(),
                "uncertainty": float(np.sqrt(probe @ covariance @ probe)),
            }
        )
    return cases


def estimates(feedback: dict[str, Any], action_dist: Double, predicted: Double) -> dict[str, float]:
    """What the Open Bandit Pipeline makes of a log."""
    from obp.ope import (  # type: ignore[import-not-found]
        DoublyRobust,
        InverseProbabilityWeighting,
        SelfNormalizedInverseProbabilityWeighting,
    )

    shared = {
        "reward": feedback["reward"].astype(float),
        "action": feedback["action"],
        "pscore": feedback["pscore"],
        "action_dist": action_dist,
        "position": feedback["position"],
    }
    return {
        "ips": float(InverseProbabilityWeighting().estimate_policy_value(**shared)),
        "snips": float(SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**shared)),
        "doublyRobust": float(
            DoublyRobust().estimate_policy_value(**shared, estimated_rewards_by_reg_model=predicted)
        ),
    }


def log_of(feedback: dict[str, Any], action_dist: Double, predicted: Double) -> dict[str, list[float]]:
    """The log as the device keeps it: for each entry what the estimators need."""
    rounds = np.arange(len(feedback["action"]))
    position = feedback["position"] if feedback["position"] is not None else np.zeros_like(rounds)
    target = action_dist[rounds, :, position]
    expected = predicted[rounds, :, position]
    return {
        "reward": feedback["reward"].astype(float).tolist(),
        "propensity": feedback["pscore"].tolist(),
        "target": target[rounds, feedback["action"]].tolist(),
        "predicted": expected[rounds, feedback["action"]].tolist(),
        "predictedTarget": np.average(expected, weights=target, axis=1).tolist(),
    }


def synthetic_case(count: int, actions: int) -> dict[str, Any]:
    """A log of the pipeline's own generator, another policy, and predictions that are somewhat off."""
    from obp.dataset import (  # type: ignore[import-not-found]
        SyntheticBanditDataset,
        logistic_reward_function,
    )

    dataset = SyntheticBanditDataset(
        n_actions=actions, dim_context=4, reward_function=logistic_reward_function, random_state=7
    )
    feedback = dataset.obtain_batch_bandit_feedback(n_rounds=count)
    random = np.random.default_rng(8)
    action_dist = random.dirichlet(np.full(actions, 0.5), size=count)[:, :, None]
    predicted = np.clip(feedback["expected_reward"] + random.normal(0, 0.1, (count, actions)), 0, 1)
    predicted = predicted[:, :, None]
    return {"log": log_of(feedback, action_dist, predicted), **estimates(feedback, action_dist, predicted)}


def open_bandit_case(behaviour: str, campaign: str) -> dict[str, Any]:
    """The small Open Bandit data that the package carries (CC BY 4.0, not copied into this repository): a
    log of one policy, judged for a policy that prefers items by their number."""
    from obp.dataset import OpenBanditDataset  # type: ignore[import-not-found]

    data = OpenBanditDataset(behavior_policy=behaviour, campaign=campaign)
    feedback = data.obtain_batch_bandit_feedback()
    rounds, actions, places = feedback["n_rounds"], feedback["n_actions"], data.len_list
    preference = 1 / np.arange(1, actions + 1)
    action_dist = np.tile((preference / preference.sum())[None, :, None], (rounds, 1, places))
    clicked = np.bincount(feedback["action"], feedback["reward"], actions)
    shown = np.bincount(feedback["action"], minlength=actions)
    rate = (clicked + 1) / (shown + 200)
    predicted = np.tile(rate[None, :, None], (rounds, 1, places))
    return {"log": log_of(feedback, action_dist, predicted), **estimates(feedback, action_dist, predicted)}


def main(
    out: Annotated[Path, typer.Option(help="File to write.")],
    off_policy: Annotated[
        bool, typer.Option(help="Estimates of obp instead of the posterior; needs obp.")
    ] = False,
    open_bandit: Annotated[
        bool, typer.Option(help="With the small Open Bandit data besides; for a test, not to be committed.")
    ] = False,
) -> None:
    """Write golden vectors."""
    if off_policy:
        cases = [synthetic_case(60, 5), synthetic_case(200, 12)]
        if open_bandit:
            cases += [open_bandit_case("random", "all"), open_bandit_case("bts", "men")]
    else:
        cases = posterior_cases()
    out.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
