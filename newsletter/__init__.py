"""The route of an issue, from what was published to what every confirmed subscriber received.

    publications -> issues -> rendering -> preflight -> approval -> delivery -> feedback
                                    subscribers: who may be mailed, and the proof

Each stage is a package and imports only stages before it, and the foundation (settings, database, clock, errors,
resources, staff, media). `pipeline.py` is the spine, `bootstrap.py` the one place where things are put together;
`cli/`, `mailbox/` and `sample/` are edges. Read `pipeline.py` first, then the stages in the order above.
"""

__version__ = "0.1.0"
