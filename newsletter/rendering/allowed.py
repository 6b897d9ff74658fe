"""What a template may use: components with their parents and attributes, and the HTML inside them.

It is the renderer's own list, less what it drops without a word (the gap of mj-wrapper, the role of mj-table).
"""

_PADDINGS = "padding padding-top padding-right padding-bottom padding-left"
_BORDERS = "border border-top border-right border-bottom border-left border-radius"
_FONT = "color font-family font-size font-style font-weight letter-spacing line-height text-transform text-decoration"
_CLASSES = "css-class mj-class"
_CONTENT = f"{_PADDINGS} {_CLASSES} container-background-color align"
_SECTION = f"{_PADDINGS} {_BORDERS} {_CLASSES} background-color direction text-align full-width"
_COLUMN = f"{_PADDINGS} {_BORDERS} {_CLASSES} background-color direction width vertical-align"
_LINK = "href name rel target"

_COMPONENTS = {  # component: (its parents, its attributes)
    "mjml": ("", "lang dir owa"),
    "mj-head": ("mjml", ""),
    "mj-body": ("mjml", "width background-color css-class"),
    "mj-title": ("mj-head", ""),
    "mj-preview": ("mj-head", ""),
    "mj-breakpoint": ("mj-head", "width"),
    "mj-style": ("mj-head", ""),
    "mj-attributes": ("mj-head", ""),
    "mj-all": ("mj-attributes", f"{_CONTENT} {_FONT} direction"),
    "mj-class": ("mj-attributes", f"{_SECTION} {_COLUMN} {_CONTENT} {_FONT} name height inner-padding"),
    "mj-raw": ("mj-head mj-body mj-wrapper mj-section mj-column", ""),
    "mj-wrapper": ("mj-body", _SECTION),
    "mj-section": ("mj-body mj-wrapper", _SECTION),
    "mj-group": ("mj-section", f"{_CLASSES} background-color direction width vertical-align"),
    "mj-column": ("mj-section mj-group", _COLUMN),
    "mj-text": ("mj-column", f"{_CONTENT} {_FONT} height"),
    "mj-button": (
        "mj-column",
        f"{_CONTENT} {_FONT} {_BORDERS} {_LINK} background-color height inner-padding text-align vertical-align width",
    ),
    "mj-image": (
        "mj-column",
        f"{_CONTENT} {_LINK} alt border border-radius title src srcset width height max-height fluid-on-mobile",
    ),
    "mj-divider": ("mj-column", f"{_CONTENT} border-color border-style border-width width"),
    "mj-spacer": ("mj-column", f"{_CONTENT} height"),
    "mj-table": ("mj-column", f"{_CONTENT} {_FONT} border cellpadding cellspacing table-layout width"),
}
PARENTS = {name: frozenset(parents.split()) for name, (parents, _) in _COMPONENTS.items()}
ATTRIBUTES = {name: frozenset(attributes.split()) for name, (_, attributes) in _COMPONENTS.items()}

# Of these, mj-attributes may set the defaults.
LAID_OUT = frozenset(name for name, parents in PARENTS.items() if parents & {"mj-body", "mj-section", "mj-column"})

REQUIRED = {
    "mj-image": ("alt", "src", "width"),
    "img": ("alt", "src", "width"),
    "mj-button": ("href",),
    "mj-class": ("name",),
}

HOLDS_HTML = frozenset({"mj-text", "mj-button", "mj-table", "mj-raw"})
HOLDS_TEXT = HOLDS_HTML | {"mj-title", "mj-preview", "mj-style"}

_TAGS = """a abbr b bdi bdo blockquote br caption cite code dd div dl dt em h1 h2 h3 h4 hr i img li link meta ol p q s
small span strong sub sup table tbody td tfoot th thead tr u ul"""
HTML = frozenset(_TAGS.split())

_HTML_ATTRIBUTES = """align alt aria-hidden aria-label bgcolor border cellpadding cellspacing class colspan content dir
height href hreflang id lang name property rel role rowspan scope src style target title valign width"""
HTML_ATTRIBUTES = frozenset(_HTML_ATTRIBUTES.split())

LINKS = frozenset({"href", "src", "srcset"})
# Written into HTML attributes, not into generated styles.
FREE = LINKS | {"alt", "title", "lang"}
