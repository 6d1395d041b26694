"""The two months of the figures: the one that machines are billed for, and the one that rates are counted over."""

HOURS_PER_MONTH = 730.0
"""Hours that something rented by the hour runs in a month: a twelfth of a year, as clouds' own calculators have it."""
DAY_S = 86_400
MONTH_S = 30 * DAY_S
"""Seconds over which a rate becomes requests, tokens or gigabytes a month: 30 days."""
