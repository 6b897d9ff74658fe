"""What summaries say of a kind: "this report", "register here", "the undersigned", "applications close on"."""

SUMMARIES: dict[str, dict[float, str]] = {
    "readout": {
        3: "our team visited | team visited | we visited | visited … mayor | met with mayor | met with the mayor |"
        " during the visit | our delegation | while there | se reunio con | durante la visita | visito | lors de"
        " la visite | s est rendu* | a rencontre | خلال الزيارة | زار وفد | التقى",
    },
    "press_release": {
        3: "for immediate release | media contact | press contact | for more information contact | today announced |"
        " announced today | is proud to announce | is pleased to announce | are pleased to announce | contacto de"
        " prensa | contact presse | pressekontakt | anuncio hoy | a annonce | أعلن اليوم | أعلنت",
        1.5: "takes office | were chosen | was elected | was appointed | has been appointed | decision was taken |"
        " unanimously",
    },
    "statement": {
        4: "the undersigned | we the mayors | as delivered | we condemn | we are deeply | we stand with | we call on"
        " | we call upon | los abajo firmantes | nosotros los alcaldes | condenamos | les soussignes | nous maires"
        " | nous condamnons | نحن الموقعين | نحن رؤساء | ندين | die unterzeichnenden | check against delivery |"
        " following statement | stand in solidarity | joint statement | we mayors | we city leaders | we local"
        " leaders | in her opening remarks | in his opening remarks",
        2: "we urge | regrets that | hacemos un llamado | nous appelons | نناشد",
    },
    "tribute": {
        3: "passed away | condolences | final term as | concludes his | concludes her | we reflect on …"
        " contributions | will be missed | her life | his life | fallecio | recordamos | nous a quittes | est"
        " decede* | توفي | رحيل | ist verstorben | founding member of … board",
    },
    "partnership": {
        3: "memorandum of understanding | new partnership | in a new partnership | partnership called | have signed"
        " | joint programme | cooperation agreement | nueva alianza | convenio de | partenariat entre | شراكة"
        " جديدة | مذكرة تفاهم",
    },
    "city_story": {
        3: "we spoke with | spoke with",
        2: "case study | this story | in this story | residents | neighbours | neighbors | her family | his family |"
        " this good practice",
    },
    "report": {
        4: "this report | the report | this annual report | our annual report | impact report | este informe | el"
        " informe | ce rapport | le rapport | هذا التقرير | dieser bericht | este relatorio | questo rapporto |"
        " flagship publication | this publication | this edition",
        2: "presents key highlights | key highlights | year ahead | plans for the year",
    },
    "brief": {
        5: "this brief | this policy brief | this paper outlines | this factsheet | this fact sheet | this position"
        " paper | esta nota | cette note | هذا الموجز | this briefing | our position",
    },
    "research": {
        4: "this study | the study | this paper | the authors | this working paper | the research finds | this"
        " research | interviews with | household survey | this article examines | abstract | este estudio | cette"
        " etude | هذه الدراسة | diese studie | we find that | using data from | drawing on | questa ricerca",
    },
    "event_report": {
        3: "the event brought together | brought together | the webinar explored | the workshop gathered | speakers"
        " discussed | panelists | panellists | se celebro | tuvo lugar | reunio a | a reuni | s est tenu* | a eu"
        " lieu | انعقد | عقدت | fand statt | kamen zusammen | gathered in | event co hosted | organisait |"
        " organisaient | s est deroule* | has concluded | have participated | took part in | workshop concluded",
        2: "took place | was held | participants discussed | the conference concluded",
    },
    "knowledge_product": {
        4: "this toolkit | this guide | this handbook | this playbook | this manual | this course | these guidelines"
        " | step by step | esta guia | este manual | ce guide | cette boite a outils | هذا الدليل | dieser"
        " leitfaden | questa guida | this action agenda | this framework | this tool",
    },
    "commentary": {
        4: "in this op ed | in this blog | this blog | writes in | argues that | in this interview | this commentary"
        " | in this article i | this essay | en este articulo | dans cette tribune | في هذا المقال | in diesem"
        " beitrag",
        3: "in a recent interview | in an interview",
        2: "^by | ^por | ^par | which provides comprehensive data",
    },
    "media_feature": {
        5: "article explores | article follows | this … article | this article by | originally published in | read"
        " the full article | read the article | told the | told reporters | speaks to | spoke to the | quoted in |"
        " featured in | reports on | listen to the interview | en esta entrevista con | segun el diario | cet"
        " article de",
    },
    "opportunity": {
        4: "apply by | apply before | deadline | applications close | closing date | how to apply | apply now |"
        " apply here | eligible | submit your | send your cv | send your nomination | is seeking | is looking for"
        " a | is recruiting | fecha limite | hasta el | plazo de | pueden presentarse | postula | requisitos |"
        " date limite | candidature* | postuler | avant le | آخر موعد | الموعد النهائي | للتقديم | bewerbungsfrist"
        " | bewerbung* | bewerben sie sich | prazo | inscricoes ate | scadenza | entro il | we are looking for |"
        " looking for companies | deadline for submission | applications are invited | terms of reference | nous"
        " recherchons | buscamos",
    },
    "event": {
        4: "register | join us | registration | will take place | will be held | save your seat | rsvp | join the"
        " webinar | join the conversation | inscribete | registrate | se llevara a cabo | tendra lugar | inscrivez"
        " vous | aura lieu | se tiendra | سجل الآن | للتسجيل | ستعقد | سيعقد | anmeldung | findet … statt | melden"
        " sie sich an | inscreva se | si terra | iscriviti | meet our team at | auront lieu | se llevaran a cabo |"
        " join our | save the date | nous vous y attendons | nous vous attendons | will host | will be hosted",
    },
    "newsletter": {
        4: "our newsletter | in this issue | this month s newsletter | in this edition of our | nuestro boletin |"
        " notre lettre d information | في هذا العدد | in dieser ausgabe",
    },
}  # fmt: skip
