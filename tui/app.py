"""The terminal UI. Shows its first frame before knowledge, graph and index are loaded."""

from collections.abc import Iterable

from textual.app import App, SystemCommand
from textual.screen import Screen

from .desk import Desk
from .keymap import ACTIONS, PALETTE_ONLY
from .screens.consultation import ConsultationScreen
from .settings import Settings

BUILT_IN = "offline, built-in advisor"


class StackwrightApp(App[None]):
    """One window, one consultation at a time."""

    TITLE = "stackwright"
    CSS_PATH = "styles/app.tcss"

    def __init__(self, settings: Settings, resume: str | None = None, desk: Desk | None = None) -> None:
        super().__init__()
        self.settings = settings
        self._desk = desk or Desk(settings)
        self._resume = resume

    def on_mount(self) -> None:
        if self.settings.theme in self.available_themes:
            self.theme = self.settings.theme
        badge = self.settings.model or BUILT_IN
        self.push_screen(ConsultationScreen(self._desk, badge, self._resume))
        if self.settings.model:
            where = self.settings.base_url or "its provider"
            self.notify(
                f"Your messages and the recommendation's sentences go to {self.settings.model} at {where}.",
                timeout=15,
                markup=False,
            )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action by name, and Textual's own (themes, quit, …)."""
        yield from super().get_system_commands(screen)
        if isinstance(screen, ConsultationScreen):
            for item in (*ACTIONS, *PALETTE_ONLY):
                yield SystemCommand(
                    item.label, item.explanation, lambda name=item.name: self._act(screen, name)
                )

    def _act(self, screen: ConsultationScreen, name: str) -> None:
        self.run_worker(screen.run_action(name))
