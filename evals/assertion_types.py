"""The types of assertions of an adversarial script, and what each must say to assert anything.

An assertion that lacks it would hold whatever the advisor does, and so count as a pass.
"""

ASSERTION_TYPES = (
    "no_exception", "max_turns", "must_flag_conflict", "final_profile", "profile_slot_not_equal",
    "must_not_recommend", "must_recommend_one_of", "must_not_recommend_text", "text_matches",
    "text_not_matches", "must_not_reask", "min_alternatives", "min_assumptions", "numeric",
    "numeric_finite", "values_rejected", "no_invented_facts", "unknown_component_rejected",
    "reply_language_any",
)  # fmt: skip
NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "max_turns": (("value",),),
    "final_profile": (("slot",), ("any_of", "numeric", "numeric_any", "max_rps")),
    "profile_slot_not_equal": (("slot",), ("value", "values", "numeric", "numeric_any", "any_of")),
    "must_not_recommend": (("any_of",),),
    "must_recommend_one_of": (("any_of",),),
    "must_not_recommend_text": (("any_of",),),
    "text_matches": (("any_of",),),
    "text_not_matches": (("any_of",),),
    "must_not_reask": (("slot", "slots"),),
    "min_alternatives": (("slot",),),
    "numeric": (("quantity",),),
    "unknown_component_rejected": (("name", "names"),),
    "reply_language_any": (("any_of", "values", "value"),),
}
"""Type -> groups of keys, one of each group to be given. The others hold something against the trace as they are."""
COUNTS = ("max_turns", "min_alternatives", "min_assumptions")
"""Types whose `value` is a number of things."""
WORKLOAD_SLOT_TYPES = (
    "must_flag_conflict", "final_profile", "profile_slot_not_equal", "must_not_reask", "values_rejected",
    "no_invented_facts",
)  # fmt: skip
STACK_SLOT_TYPES = ("must_not_recommend", "must_recommend_one_of", "min_alternatives")
COMPONENT_TYPES = ("must_not_recommend", "must_recommend_one_of")
"""Types whose `any_of` lists component ids and classes, not patterns."""
