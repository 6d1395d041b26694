"""What the components of a knowledge base are called: their names, what is left out of those, and aliases."""

from ..library import Knowledge
from .names import Names, Omissions
from .vocabulary import WordLists


def component_names(knowledge: Knowledge, lists: WordLists) -> Names:
    """The spoken forms of every component; `lists`: what people leave out of names, and aliases."""
    named = ((item.id, item.name) for item in knowledge.components.values())
    omissions = Omissions(lists.vendor_words, lists.trailing_words, lists.generic_words)
    return Names.build(named, lists.component_of(), omissions, lists.ordinary_words)
