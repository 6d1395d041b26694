"""No key of the screen is taken silently by a field that has the focus."""

from textual.binding import Binding
from textual.widgets import Input, OptionList, TextArea

from tui.keymap import ACTIONS, COMMANDS, bindings
from tui.screens.consultation import ConsultationScreen

MULTIPLEXER_KEYS = {"ctrl+b", "ctrl+g", "ctrl+o", "ctrl+t", "ctrl+n"}
SAME_AS_OTHER_KEYS = {"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+left_square_bracket"}


def keys(widget: type) -> set[str]:
    found: set[str] = set()
    for base in widget.__mro__:
        for binding in base.__dict__.get("BINDINGS", ()):
            text = binding.key if isinstance(binding, Binding) else binding[0]
            found |= {key.strip() for key in text.split(",")}
    return found


def test_no_key_is_shadowed_by_a_field() -> None:
    taken = keys(TextArea) | keys(Input) | keys(OptionList) | MULTIPLEXER_KEYS | SAME_AS_OTHER_KEYS
    assert {item.key for item in ACTIONS} & taken == set()


def test_keys_and_names_are_unique_and_have_actions() -> None:
    assert len({item.key for item in ACTIONS}) == len(ACTIONS)
    for item in ACTIONS:
        assert hasattr(ConsultationScreen, f"action_{item.name}")
    assert all(isinstance(item, Binding) and item.id for item in bindings())


def test_the_footer_stays_short() -> None:
    assert sum(item.in_footer for item in ACTIONS) <= 6


def test_commands_are_lower_case_words() -> None:
    assert all(command[1:].isalpha() and command.islower() for command in COMMANDS)
