"""Drafts to render: a realistic issue in three languages, from titles that a network of mayors published."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from newsletter.issues.model import (
    Block,
    BlockKind,
    Draft,
    IssueKind,
    Item,
    Picture,
    Profile,
    Role,
    Section,
    Source,
    Wording,
)
from newsletter.publications.model import Layout
from newsletter.rendering.page import Frame

SITE = "https://www.mayorsmigrationcouncil.org/resources"
BASE = "https://news.example.org"

KINDS: dict[str, tuple[Layout, dict[str, str]]] = {
    "readout": (Layout.CARD, {"en": "Readout", "es": "Crónica", "ar": "محضر"}),
    "partnership": (Layout.CARD, {"en": "Partnership", "es": "Alianza", "ar": "شراكة"}),
    "tribute": (Layout.CARD, {"en": "Tribute", "es": "Homenaje", "ar": "تكريم"}),
    "statement": (Layout.SOBER, {"en": "Statement", "es": "Declaración", "ar": "بيان"}),
    "city_story": (Layout.CARD, {"en": "City story", "es": "Historia de una ciudad", "ar": "قصة مدينة"}),
    "report": (Layout.COVER, {"en": "Report", "es": "Informe", "ar": "تقرير"}),
    "commentary": (Layout.CARD, {"en": "Commentary", "es": "Comentario", "ar": "تعليق"}),
    "brief": (Layout.COVER, {"en": "Brief", "es": "Nota informativa", "ar": "موجز"}),
    "research": (Layout.COVER, {"en": "Research", "es": "Investigación", "ar": "بحث"}),
    "knowledge_product": (Layout.COVER, {"en": "Guide", "es": "Guía", "ar": "دليل"}),
    "media_feature": (Layout.LINE, {"en": "In the media", "es": "En los medios", "ar": "في الإعلام"}),
    "opportunity": (Layout.DATE, {"en": "Call", "es": "Convocatoria", "ar": "دعوة"}),
    "event": (Layout.DATE, {"en": "Event", "es": "Evento", "ar": "فعالية"}),
}


def picture(slug: str, alt: str, width: int = 1104, height: int = 620, credit: str = "") -> Picture:
    return Picture(hashlib.sha256(slug.encode()).hexdigest(), "png", width, height, alt, credit)


def source(number: int, kind: str, title: str, slug: str, on: date | None, **more: object) -> Source:
    layout, labels = KINDS[kind]
    facts = {"language": "en", "published_on": on, **more}
    return Source(number, kind, labels, layout, title, f"{SITE}/{slug}", **facts)  # type: ignore[arg-type]


def item(
    number: int,
    kind: str,
    slug: str,
    on: date | None,
    wordings: Mapping[str, tuple[str, str]],
    *,
    role: Role = Role.ITEM,
    image: Picture | None = None,
    **more: object,
) -> Item:
    said = {language: Wording(title, summary) for language, (title, summary) in wordings.items()}
    return Item(
        number,
        slug,
        role,
        source(number, kind, wordings["en"][0] if "en" in wordings else "", slug, on, **more),
        said,
        image,
    )


PROFILE = Profile(
    list_id=1,
    slug="quarterly",
    name="MMC Quarterly",
    description="What mayors did, what to read, what to apply for. Four times a year.",
    languages=("en", "es", "ar"),
    default_language="en",
    from_name="Mayors Migration Council",
    from_address="news@example.org",
    reply_to="team@example.org",
    return_path="transport",
    feedback_id="quarterly",
    postal_address="Mayors Migration Council\n100 Example Street, Suite 8\nNew York, NY 10001, USA",
    legal_name="The Mayors Migration Council, a sponsored project",
    cadence="quarterly",
    archive="public",
    template="issue",
    theme="default",
    imprint="With the support of its funders, who bear no responsibility for what is said here.",
    privacy_url="https://www.mayorsmigrationcouncil.org/privacy",
    website="https://www.mayorsmigrationcouncil.org",
)

NOTE = Block(
    1,
    BlockKind.DIRECTOR,
    {
        "en": {
            "text": "This spring I sat in eleven city halls. In each of them somebody had quietly solved a problem"
            " that a ministry was still describing: where a family registers on its first morning, who pays for the"
            " second month, how a teacher gets her diploma read.\n\nThank you to the mayors who opened their books"
            " for our [Impact Report](https://www.mayorsmigrationcouncil.org/resources/2023-impact-report), and to"
            " the teams who answered our questions in the evenings.\n\nOne request: if your city has a pilot that"
            " deserves a second year, send it to us before the end of August. We read every page.",
            "name": "A. Director",
            "role": "Executive Director",
        },
        "es": {
            "text": "Esta primavera visité once ayuntamientos. En cada uno, alguien había resuelto sin ruido un"
            " problema que un ministerio seguía describiendo.\n\nUna petición: si su ciudad tiene un proyecto piloto"
            " que merece un segundo año, envíenoslo antes de finales de agosto.",
            "name": "A. Director",
            "role": "Directora ejecutiva",
        },
        "ar": {
            "text": "زرت هذا الربيع أحد عشر مجلسًا بلديًا. وفي كل منها وجدت من حلّ بهدوء مشكلة ما زالت إحدى الوزارات"
            " تصفها.\n\nلي طلب واحد: إن كان لمدينتكم مشروع تجريبي يستحق سنة ثانية، فأرسلوه إلينا قبل نهاية أغسطس.",
            "name": "أ. المديرة",
            "role": "المديرة التنفيذية",
        },
    },
    picture("director", "Portrait of the director", 128, 128),
)

QUOTE = Block(
    2,
    BlockKind.QUOTE,
    {
        "en": {
            "text": "People do not arrive in a country. They arrive in a street, and somebody has to know its name.",
            "name": "A mayor",
            "role": "at the summit in San Antonio",
        }
    },
)

NUMBERS = Block(
    3,
    BlockKind.NUMBERS,
    {
        "en": {
            "figures": "250+ | cities in the network, on every continent | 2023 Impact Report\n"
            "nearly 100 | of them took part through their mayors in 2023 | 2023 Impact Report\n"
            "70 | local actions that can be copied | First Report on Local Action, 2022"
        }
    },
)

AT_WORK = (
    item(
        1,
        "readout",
        "san-antonio-leadership-on-migration",
        date(2024, 5, 31),
        {
            "en": (
                "San Antonio shows what a welcoming city hall can carry",
                (
                    "Our team joined Mayor Ron Nirenberg at the All Americas Summit of Sister Cities International,"
                    " where city leaders compared how they receive newcomers with the staff and the money they have."
                    " Guests from many countries put one question to each other that every interior ministry shares:"
                    " who pays for the first week?"
                ),
            ),
            "es": (
                "San Antonio muestra lo que puede sostener un ayuntamiento acogedor",
                (
                    "Nuestro equipo acompañó al alcalde Ron Nirenberg en la cumbre de Sister Cities International,"
                    " donde responsables municipales de las Américas compararon cómo reciben a quienes llegan con el"
                    " personal y el dinero que tienen. La pregunta común: ¿quién paga la primera semana?"
                ),
            ),
            "ar": (
                "سان أنطونيو تُظهر ما تستطيع بلدية مضيافة أن تحمله",
                (
                    "انضم فريقنا إلى العمدة رون نيرنبرغ في قمة المدن الشقيقة، حيث قارن قادة مدن الأمريكتين كيف يستقبلون"
                    " الوافدين الجدد بما لديهم من موظفين وأموال. والسؤال المشترك بينهم: من يدفع كلفة الأسبوع الأول؟"
                ),
            ),
        },
        role=Role.LEAD,
        image=picture(
            "san-antonio-leadership-on-migration",
            "Mayor Nirenberg’s city: a tower and a bridge over the river in San Antonio",
            credit="Illustration",
        ),
    ),
    item(
        2,
        "partnership",
        "devex-roots-of-change",
        date(2024, 4, 4),
        {
            "en": (
                "With Devex, “Roots of Change” tells where solutions start",
                (
                    "A newsroom on global development and the council follow answers that began in a town hall. The"
                    " first piece looks at climate and movement into cities."
                ),
            ),
            "es": (
                "Con Devex, «Roots of Change» cuenta dónde nacen las soluciones",
                (
                    "Una redacción especializada en desarrollo y el consejo siguen respuestas que empezaron en un"
                    " ayuntamiento. La primera entrega trata del clima y la llegada a las ciudades."
                ),
            ),
        },
        image=picture("devex-roots-of-change", "A tree of houses with its roots below the ground"),
    ),
    item(
        3,
        "tribute",
        "marvin-rees-legacy",
        date(2024, 5, 3),
        {
            "en": (
                "Thank you, Marvin Rees: six years on the board",
                (
                    "The Mayor of Bristol leaves office after helping to found this council in 2018. What he began, a"
                    " mayor’s seat in United Nations talks on migration, stays."
                ),
            ),
            "ar": (
                "شكرًا مارفن ريس: ست سنوات في مجلس القيادة",
                (
                    "يغادر عمدة بريستول منصبه بعد أن شارك في تأسيس هذا المجلس عام 2018. وما بدأه باقٍ: مقعد للعُمَد في"
                    " محادثات الأمم المتحدة بشأن الهجرة."
                ),
            ),
        },
        image=picture("marvin-rees-legacy", "The bridge over the gorge in Bristol, with balloons"),
    ),
    item(
        4,
        "statement",
        "statement-world-refugee-day-2024",
        date(2024, 6, 20),
        {
            "en": (
                "On World Refugee Day, city halls renew three commitments",
                (
                    "Registration without fear, a school place within a month, and a voice in what is decided."
                    " Signed by the members of the Leadership Board."
                ),
            )
        },
    ),
)

TO_READ = (
    item(
        5,
        "report",
        "2023-impact-report",
        date(2024, 4, 18),
        {
            "en": (
                "2023 Impact Report: 250 cities, and what they moved",
                (
                    "Mayors from close to one hundred cities took part. Ministries and donors can see which"
                    " arrangements let money reach town halls directly."
                ),
            ),
            "es": (
                "Informe de impacto 2023: 250 ciudades y lo que lograron",
                (
                    "Participaron alcaldes de casi cien ciudades. El informe muestra qué mecanismos hacen llegar el"
                    " dinero directamente a los ayuntamientos."
                ),
            ),
        },
        image=picture("2023-impact-report", "Cover of the 2023 Impact Report", 600, 800),
    ),
    item(
        6,
        "commentary",
        "world-migration-report-2024-insights",
        date(2024, 5, 9),
        {
            "en": (
                "World Migration Report 2024: what it says about cities",
                (
                    "We read the United Nations’ figures with a city hall’s eyes: where they point to urban"
                    " arrivals, and where local data are still missing."
                ),
            ),
            "ar": (
                "تقرير الهجرة في العالم 2024: ماذا يقول عن المدن",
                (
                    "قرأنا أرقام الأمم المتحدة بعين البلديات: أين تشير إلى الوصول إلى المدن، وأين لا تزال البيانات"
                    " المحلية ناقصة."
                ),
            ),
        },
        image=picture("world-migration-report-2024-insights", "A globe with arcs between its cities"),
    ),
    item(
        7,
        "brief",
        "inclusive-urban-solutions",
        date(2024, 4, 24),
        {
            "en": (
                "Inclusive urban solutions: city actors and displaced people",
                "Most displaced people live in cities, yet evidence of how city actors work with them is thin.",
            )
        },
        original_source="IIED",
    ),
    item(
        8,
        "knowledge_product",
        "guia-para-ciudades",
        date(2024, 6, 18),
        {
            "en": (
                "Guía para ciudades: welcoming with what there is",
                (
                    "Twelve things a small municipality can do this year without a new budget line, each from a city"
                    " that has done it."
                ),
            ),
            "es": (
                "Guía para ciudades: acoger con los recursos que hay",
                (
                    "Doce medidas que un municipio pequeño puede tomar este año sin una partida nueva, cada una de una"
                    " ciudad que ya lo hizo."
                ),
            ),
        },
        language="es",
    ),
)

IN_THE_NEWS = (
    item(
        9,
        "media_feature",
        "latin-america-urban-innovation",
        date(2024, 4, 30),
        {
            "en": ("Latin American ideas that US cities borrow", ""),
            "es": ("Ideas latinoamericanas que toman prestadas las ciudades de EE. UU.", ""),
            "ar": ("أفكار من أمريكا اللاتينية تستعيرها مدن أمريكية", ""),
        },
        outlet="Bloomberg",
    ),
    item(
        10,
        "media_feature",
        "kansas-city-welcomes-newcomers",
        date(2024, 4, 16),
        {"en": ("Kansas City invites newcomers to fill its jobs", "")},
        outlet="Devex",
    ),
    item(
        11,
        "media_feature",
        "ciudades-que-aprenden-a-recibir",
        date(2024, 5, 28),
        {"en": ("Cities that learn to receive", ""), "es": ("Ciudades que aprenden a recibir", "")},
        outlet="Radio Ejemplo",
        language="es",
    ),
)

OPEN_NOW = (
    item(
        14,
        "event",
        "forum-of-mayors-2024",
        None,
        {"en": ("Forum of mayors", ""), "es": ("Foro de alcaldías", ""), "ar": ("منتدى العُمَد", "")},
        starts_on=date(2024, 10, 3),
        place="Geneva",
        who_for="by invitation",
    ),
    item(
        12,
        "opportunity",
        "call-for-city-pilots",
        None,
        {
            "en": ("Call for city pilots", ""),
            "es": ("Convocatoria de proyectos piloto", ""),
            "ar": ("دعوة لمشاريع المدن التجريبية", ""),
        },
        deadline_on=date(2024, 8, 30),
        who_for="for cities under one million people",
    ),
    item(
        13,
        "event",
        "workshop-first-week-after-arrival",
        None,
        {"en": ("Workshop: the first week after arrival", ""), "es": ("Taller: la primera semana tras la llegada", "")},
        starts_on=date(2024, 9, 24),
        ends_on=date(2024, 9, 25),
        place="Nairobi",
        who_for="for teams of two from one city",
    ),
    item(
        15,
        "opportunity",
        "fellowship-municipal-finance",
        None,
        {"en": ("Fellowship for municipal finance officers", "")},
        deadline_on=date(2024, 9, 20),
        place="Online, then a host city",
        who_for="for finance officers of cities",
    ),
)

MORE = (
    item(16, "report", "2023-year-in-review", date(2023, 12, 20), {"en": ("2023 Year in Review", "")}, role=Role.MORE),
    item(
        17,
        "city_story",
        "ferry-hall-welcome-desk",
        date(2024, 5, 22),
        {"en": ("How a port city turned its ferry hall into a welcome desk", "")},
        role=Role.MORE,
    ),
    item(
        18,
        "research",
        "counting-the-cost-of-arrival",
        date(2024, 6, 11),
        {"en": ("Counting the cost of arrival: local budgets in nine cities", "")},
        role=Role.MORE,
    ),
)

ISSUE = Draft(
    issue_id=8,
    slug="summer-2024",
    name="Summer 2024",
    ordinal=8,
    kind=IssueKind.REGULAR,
    period="2024-Q2",
    profile=PROFILE,
    subjects={
        "en": "San Antonio’s lead, our Impact Report, 2 calls open now",
        "es": "El ejemplo de San Antonio, nuestro informe y 2 convocatorias",
        "ar": "ريادة سان أنطونيو، وتقرير الأثر، ودعوتان مفتوحتان الآن",
    },
    preheaders={
        "en": "Issue 8, Summer 2024. A 2-minute read: what mayors did, what to read, what to apply for.",
        "es": "Número 8. Dos minutos: qué hicieron las alcaldías, qué leer, a qué presentarse.",
        "ar": "العدد 8. قراءة في دقيقتين: ماذا فعل العُمَد، وماذا نقرأ، وإلى ماذا نتقدم.",
    },
    opening=(NOTE,),
    sections=(
        Section(
            "mayors-at-work",
            {"en": "Mayors at work", "es": "Alcaldías en acción", "ar": "العُمَد في العمل"},
            items=AT_WORK,
        ),
        Section(
            "new-to-read",
            {"en": "New to read", "es": "Nuevas lecturas", "ar": "قراءات جديدة"},
            layout=Layout.COVER,
            items=TO_READ + MORE,
            blocks=(NUMBERS,),
        ),
        Section(
            "in-the-news",
            {"en": "In the news", "es": "En las noticias", "ar": "في الأخبار"},
            layout=Layout.LINE,
            items=IN_THE_NEWS,
        ),
        Section(
            "open-now",
            {"en": "Open now", "es": "Abierto ahora", "ar": "مفتوح الآن"},
            layout=Layout.DATE,
            items=OPEN_NOW,
        ),
        Section("a-voice", {"en": "A voice", "es": "Una voz", "ar": "صوت"}, blocks=(QUOTE,)),
    ),
)


def frame(language: str = "en", **more: object) -> Frame:
    others = tuple(one for one in PROFILE.languages if one != language)
    return Frame(BASE, language, others, replies_to="Ana", next_on=date(2024, 10, 8), **more)  # type: ignore[arg-type]


def only(*items: Item, **changes: object) -> Draft:
    """The issue with nothing but these items, in one section."""
    section = Section("all", {"en": "Mayors at work"}, items=items)
    return replace(ISSUE, sections=(section,), opening=(), **changes)  # type: ignore[arg-type]


def worded(title: str, summary: str = "Words.", **more: object) -> Item:
    """One item with that title."""
    return item(99, "readout", "worded", date(2024, 5, 1), {"en": (title, summary)}, **more)  # type: ignore[arg-type]


def twelve() -> Draft:
    """An issue of twelve full items, each with picture and text: the most that a mail should carry."""
    cards = tuple(
        replace(
            AT_WORK[1 + number % 2],
            id=number,
            anchor=f"card-{number}",
            role=Role.LEAD if number == 0 else Role.ITEM,
            picture=picture(f"{number}", "A tree of houses with its roots below the ground", credit="Illustration"),
        )
        for number in range(12)
    )
    first, second, *rest = ISSUE.sections
    sections = (replace(first, items=cards[:6]), replace(second, items=cards[6:] + MORE), *rest)
    return replace(ISSUE, sections=sections)
