"""Everything that people do to an issue: one short transaction each, compared with what others did since, and logged.

`base` is the revision that a page was made from: where somebody has changed the same place since, Conflict says who,
and nothing is changed. None: whoever comes last wins. `key`: the issue's slug or id; `publication`: the number of what
an item shows; `block`: the number of a block.
"""

from newsletter.issues.editor.acting import Edited
from newsletter.issues.editor.blocks import Blocks
from newsletter.issues.editor.choices import Choices
from newsletter.issues.editor.past import Past
from newsletter.issues.editor.pictures import Pictures
from newsletter.issues.editor.words import Words

__all__ = ["Edited", "Editor"]


class Editor(Words, Choices, Pictures, Blocks, Past):
    """The verbs that edit an issue."""
