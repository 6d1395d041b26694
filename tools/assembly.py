"""Assembly: from the decisions to complete stacks, all needed slots at once.

For every suitable model strategy and its best places to run, the needed slots follow; each takes its
best candidate, components that the picks require are drawn in, and a component that fills several
slots is preferred where it costs little (one product less to run). docs/formulas/ranking.md.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from knowledge import Knowledge
from knowledge.hardware import accelerators

from .compute import Compute
from .compute.ability import encoder_task, generates_text, labels_text
from .compute.api import choose_api
from .compute.hosted import MEDIA_TASKS, choose_hosted_media
from .compute.media import choose_media
from .compute.models import servable, tuned_quality
from .compute.other import (
    CPU_MODES,
    choose_classical,
    choose_encoder,
    custom_network,
    on_device,
    scoring_network,
)
from .compute.serving import Serving, choose_serving, nodes_of, serving_points, wants_processors
from .compute.training import plan_training, training_only
from .decisions import ScoredOption, score_options, suitable
from .draft import Draft
from .limits import excess
from .rule_index import RuleIndex, rule_index
from .scoring import FIT, Scored, Setting, score_slot
from .sizing.encoders import CPU
from .stack_value import stack_categories
from .values import with_names

PLACES_PER_STRATEGY = 2
KEPT_SCORES = 20_000
DEVICE_PLACES = ("edge-device", "fpga-board", "laptop")
PLACE, API, ACCELERATOR = "cmp.deployment_mode", "cmp.model_api", "cmp.accelerator"
NO_SIZES = {"gpu_count": 0, "gpu_nodes": 0, "train_gpus": 0}


class Workbench(NamedTuple):
    """What the drafts of one workload share."""

    knowledge: Knowledge
    rules: RuleIndex
    base: Setting
    serving: dict[tuple[str, ...], Serving]


def drafts(base: Setting) -> list[Draft]:
    """All candidate stacks for the values of `base`, best first; empty when no strategy is possible."""
    knowledge = base.knowledge
    bench = Workbench(knowledge, rule_index(knowledge), base, {})
    floor = knowledge.anchors["fit_floor"]
    options = score_options("model_strategy", bench.rules, base)
    fitting = suitable(options, floor)
    found = [draft for strategy in fitting for draft in _drafts_of(strategy, floor, bench)]
    if not found:
        # What suits best can't be run within the limits: the next best that can be is better than nothing.
        rest = (item for item in options if item.barrier is None and item not in fitting)
        found = next((made for item in rest if (made := _drafts_of(item, floor, bench))), [])
    return sorted(found, key=_order)


def _drafts_of(strategy: ScoredOption, floor: float, bench: Workbench) -> list[Draft]:
    """The stacks of one strategy, one for each place where it can run."""
    setting = _setting(bench.base, strategy.option.sets)
    patterns = suitable(score_options("retrieval_pattern", bench.rules, setting), floor)
    if not patterns:
        return []
    pattern = patterns[0]
    setting = _setting(bench.base, {**strategy.option.sets, **pattern.option.sets, **NO_SIZES})
    computes = _computes(strategy, setting, bench)
    return [_fill(strategy, pattern, compute, forced, setting, bench) for compute, forced in computes]


def _order(draft: Draft) -> tuple[Any, ...]:
    """What can serve the load first, within all limits by score; else the one nearest to them."""
    return (not draft.compute.feasible, round(excess(draft), 2), -round(draft.score, 9), draft.id)


def _setting(base: Setting, names: Mapping[str, Any]) -> Setting:
    values = with_names(base.truths.values, names, base.knowledge)
    return base._replace(truths=base.truths.under(values))


def _computes(
    strategy: ScoredOption, setting: Setting, bench: Workbench
) -> list[tuple[Compute, dict[str, Scored]]]:
    """Ways to run the strategy, each with the picks that it settles."""
    values = setting.truths.values
    if strategy.option.sets.get("no_model"):
        return [(Compute(kind="none", deployment="none"), {})]
    if strategy.option.sets.get("uses_llm_api"):
        providers = _scores(API, setting, bench)
        chosen = _hosted(values, providers, setting, bench)
        return [] if chosen is None else [(chosen[0], {API: chosen[1]})]
    places = [item for item in _scores(PLACE, setting, bench) if item.barrier is None]
    if strategy.option.sets.get("on_device"):
        places = [item for item in places if item.component.id in DEVICE_PLACES]
    floor = bench.knowledge.anchors["slot_fit_floor"]
    fitting = [item for item in places if item.categories[FIT] >= floor] or places[:1]
    found = []
    for place in fitting[: PLACES_PER_STRATEGY + 1]:
        compute = _compute(strategy, place.component.id, setting, bench)
        if compute is not None:
            found.append((compute, {PLACE: place}))
        if len(found) == PLACES_PER_STRATEGY:
            break
    return found


def _hosted(
    values: Mapping[str, Any], providers: list[Scored], setting: Setting, bench: Workbench
) -> tuple[Compute, Scored] | None:
    """A hosted model that can do the work, priced by what it is billed by; None where none can."""
    if values.get("model_task") in MEDIA_TASKS:
        return choose_hosted_media(bench.knowledge, values, providers, setting.weights, setting.as_of)
    if not generates_text(values) and values.get("model_task") != "see" and encoder_task(values) != "embed":
        return None
    return choose_api(bench.knowledge, values, providers, setting.weights)


def _compute(strategy: ScoredOption, place: str, setting: Setting, bench: Workbench) -> Compute | None:
    knowledge, values = bench.knowledge, setting.truths.values
    clouds = tuple(sorted(values.get("existing_cloud") or ()))
    sets, name = strategy.option.sets, strategy.option.id
    if place in DEVICE_PLACES:
        return on_device(place, values)
    if values.get("training_work") is True and sets.get("pretrains"):
        return None if place in CPU_MODES else training_only(knowledge, values, name, place, clouds)
    if sets.get("classical_model"):
        chosen = _trained_here(values, place, clouds, bench)
    else:
        chosen = _published(strategy, values, place, clouds, bench)
    if chosen is None:
        return None
    if sets.get("finetunes"):
        tuned = tuned_quality(knowledge, str(values.get("use_case")), chosen.quality)
        chosen = chosen._replace(quality=tuned)
    return chosen._replace(training=plan_training(knowledge, values, name, chosen.model, place, clouds))


def _trained_here(
    values: Mapping[str, Any], place: str, clouds: tuple[str, ...], bench: Workbench
) -> Compute | None:
    """A classical or own model: trees and small networks on processors, larger ones on accelerators."""
    small = any(values.get(name) is True for name in ("predictive_work", "decision_task", "labels_ready"))
    heavy = values.get("perception_work") is True or values.get("embedding_work") is True
    if place in CPU_MODES:
        return choose_classical(bench.knowledge, values, place, clouds) if small and not heavy else None
    if values.get("predictive_work") is True:
        return scoring_network(bench.knowledge, values, place)
    if values.get("model_task") in MEDIA_TASKS:
        return choose_media(bench.knowledge, values, place, clouds)
    task = encoder_task(values)
    if task is not None:
        return choose_encoder(bench.knowledge, values, place, clouds, task)
    return custom_network(place) if small or values.get("training_need") == "classical" else None


def _published(
    strategy: ScoredOption, values: Mapping[str, Any], place: str, clouds: tuple[str, ...], bench: Workbench
) -> Compute | None:
    """An open model that can do the work, as it is or tuned; None where none can."""
    knowledge, tuned = bench.knowledge, bool(strategy.option.sets.get("finetunes"))
    if values.get("model_task") in MEDIA_TASKS:
        return None if place in CPU_MODES else choose_media(knowledge, values, place, clouds)
    if tuned and values.get("encoder_tuned") is True and labels_text(knowledge, values):
        return choose_encoder(knowledge, values, place, clouds, "label")
    if not generates_text(values):
        task = encoder_task(values)
        return None if task is None else choose_encoder(knowledge, values, place, clouds, task)
    if place in CPU_MODES and not wants_processors(knowledge, values):
        return None
    limit = knowledge.anchors["fine_tune_max_params_b"] if tuned else None
    keys = tuple(servable(knowledge, values, limit))
    if keys not in bench.serving:
        bench.serving[keys] = serving_points(knowledge, values, keys)
    return choose_serving(knowledge, values, bench.serving[keys], place, clouds)


def _fill(
    strategy: ScoredOption,
    pattern: ScoredOption,
    compute: Compute,
    forced: dict[str, Scored],
    setting: Setting,
    bench: Workbench,
) -> Draft:
    """Fill every needed slot and value the whole."""
    sizes = _sizes(compute, bench.knowledge)
    setting = _setting(bench.base, {**strategy.option.sets, **pattern.option.sets, **sizes})
    ranked = {slot: _scores(slot, setting, bench) for slot in _needed(setting, bench.rules)}
    if ACCELERATOR in ranked and (compute.accelerator or compute.vcpus):
        machine = compute.accelerator or CPU
        ranked[ACCELERATOR] = _first(ranked[ACCELERATOR], accelerators(bench.knowledge)[machine].component)
    picks, bundled = _pick(ranked, forced, setting, bench, _room(setting.truths.values, compute))
    value = stack_categories(strategy, pattern, compute, picks, bundled, setting)
    return Draft(strategy, pattern, compute, dict(setting.truths.values), picks, ranked, bundled, *value)


def _needed(setting: Setting, index: RuleIndex) -> list[str]:
    return [slot for slot, need in index.needs.items() if setting.truths.holds(need)]


def _sizes(compute: Compute, knowledge: Knowledge) -> dict[str, int]:
    training = compute.training
    return {
        "gpu_count": compute.accelerators,
        "gpu_nodes": nodes_of(knowledge, compute.accelerator, compute.accelerators),
        "train_gpus": 0 if training is None else training.gpus,
    }


def _scores(slot: str, setting: Setting, bench: Workbench) -> list[Scored]:
    """Scores of a slot, shared by all settings that agree on what its scores depend on."""
    values = setting.truths.values
    key = (
        slot,
        tuple([values.get(name) for name in bench.rules.reads[slot]]),
        tuple(setting.weights.categories.values()),
        tuple(setting.weights.dimensions.values()),
        setting.profile.key,
        setting.as_of,
    )
    kept = bench.rules.scores
    if key not in kept:
        if len(kept) >= KEPT_SCORES:
            kept.clear()
        kept[key] = score_slot(slot, bench.rules, setting)
    found: list[Scored] = kept[key]
    return found


def _first(ranked: list[Scored], component: str) -> list[Scored]:
    """The same candidates with `component` in front, if it is possible."""
    front = [item for item in ranked if item.component.id == component and item.barrier is None]
    return [*front, *(item for item in ranked if item not in front)]


def _room(values: Mapping[str, Any], compute: Compute) -> float:
    """What the model leaves of the budget, a month."""
    budget = values.get("budget_usd_month")
    return float(budget) - (compute.usd_month or 0.0) if budget else math.inf


def _pick(
    ranked: dict[str, list[Scored]],
    forced: Mapping[str, Scored],
    setting: Setting,
    bench: Workbench,
    room: float,
) -> tuple[dict[str, Scored], dict[str, str]]:
    """The best candidate of each slot that what is left of the budget pays for, else the best of all.

    One that already runs for another slot wins near ties. A slot that a pick requires is filled as well: it
    joins `ranked`.
    """
    picks: dict[str, Scored] = {}
    bundled: dict[str, str] = {}
    slots = list(ranked)
    tolerance = bench.knowledge.anchors["bundle_tolerance"]
    for slot in slots:
        pick = forced.get(slot) or _best(ranked[slot], picks, room, tolerance)
        if pick is None:
            continue
        if slot not in forced:
            if any(pick.component.id == other.component.id for other in picks.values()):
                bundled[slot] = pick.component.id
            else:
                room -= pick.usd_month or 0.0
        picks[slot] = pick
        for wanted in _demanded(pick, bench.knowledge):
            if wanted in bench.knowledge.slots and wanted not in ranked:
                ranked[wanted] = _scores(wanted, setting, bench)
                slots.append(wanted)
    existing = frozenset(setting.truths.values.get("existing_components") or ())
    return _with_requirements(picks, ranked, existing, bench.knowledge), bundled


def _best(
    candidates: list[Scored], picks: Mapping[str, Scored], room: float, tolerance: float
) -> Scored | None:
    possible = [item for item in candidates if item.barrier is None]
    possible = [item for item in possible if (item.usd_month or 0.0) <= room] or possible
    if not possible:
        return None
    best = possible[0]
    running = {pick.component.id for pick in picks.values()}
    for item in possible[1:]:
        if best.score - item.score > tolerance or best.component.id in running:
            break
        if item.component.id in running and item.categories[FIT] >= best.categories[FIT] - 0.1:
            best = item
    return best


def _demanded(pick: Scored, knowledge: Knowledge) -> tuple[str, ...]:
    """Components (one of `a|b`) and slots that the pick needs beside it: always, or by a rule that holds here."""
    rules = (knowledge.rules[rule] for rule in pick.moved_by)
    return (
        *pick.component.requires,
        *(wanted for rule in rules if rule.effect == "require" for wanted in rule.requires),
    )


def _with_requirements(
    picks: dict[str, Scored],
    ranked: Mapping[str, list[Scored]],
    existing: frozenset[str],
    knowledge: Knowledge,
) -> dict[str, Scored]:
    """Picks whose required companions are in the stack or already run; else the next one that has them."""
    present = {pick.component.id for pick in picks.values()} | existing | picks.keys()
    settled = dict(picks)
    for slot, pick in picks.items():
        if _companions_present(pick, present, knowledge):
            continue
        settled[slot] = next(
            (
                item
                for item in ranked[slot]
                if item.barrier is None and _companions_present(item, present, knowledge)
            ),
            pick,
        )
    return settled


def _companions_present(pick: Scored, present: set[str], knowledge: Knowledge) -> bool:
    return all(set(wanted.split("|")) & present for wanted in _demanded(pick, knowledge))
