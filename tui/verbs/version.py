"""Version of the program and date of its knowledge."""

from argparse import Namespace
from importlib.metadata import version

from tui.settings import Settings


def run(arguments: Namespace, settings: Settings) -> int:
    knowledge = settings.open_knowledge()
    newest = max(fact.read_at for fact in knowledge.facts.values())
    layers = "".join(f", with {layer.name}" for layer in knowledge.layers if layer.digest)
    print(
        f"stackwright {version('stackwright')}, knowledge {knowledge.hash[:12]} of {newest.isoformat()}{layers}"
    )
    return 0
