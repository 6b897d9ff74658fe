"""What titles say of a kind beside its name: "Celebrating ... legacy", "Key takeaways", "Apply now"."""

# As in `phrases.Phrasebook`: ^ start, $ end, * any ending, … up to four words.
TITLES: dict[str, dict[float, str]] = {
    "readout": {
        6: "^readout of | ^our visit to | ^on mission | mission to | delegation visit* | team visit* | ^visit to |"
        " ^visit of | ^visita a | ^visita al | ^visita de | ^visite a | ^visite de | ^visite du | ^mission a |"
        " ^compte rendu de la visite | ^reunion con | ^encuentro con | meeting with … mayor | meets with | met"
        " with | ^meeting with | welcomes delegation | study visit* | courtesy visit | ^besuch in | ^besuch bei |"
        " ^zu besuch | ^زيارة | زيارة وفد | يلتقي | تلتقي | اجتماع مع | لقاء مع | ^visita | se reune con | se"
        " reunio con | rencontre avec | recoit une delegation | recibe a la delegacion | recibe a una delegacion |"
        " incontro con | ^besuch der | trifft | reuniao com | empfangt",
        4: "meets | visits | ^meeting … minister | visite | visita | travels to | hosts delegation | receives"
        " delegation",
    },
    "press_release": {
        4: "appoint* | appointed | elected | elects | inaugurates | inaugurated | announces | announced | unveils |"
        " adopts | approves | approved | breaks ground | wins | win | awarded | selected | named | receives |"
        " joins | join the network | new members | new member | commits | pledges | pledge | launches | launch |"
        " opens | opened | hands over | donates | to host | takes office | kicks off | celebrates | marks | hosts"
        " | welcomes new | call on | calls on | urge | urges | step up | steps up | demand | demands | secures |"
        " signs | completes | expands | rolls out | publishes | releases | elige | elegido | elegida | inaugura |"
        " aprueba | lanza | anuncia | presenta | abre | amplia | nombra | firma | recibe | entrega | celebra |"
        " renueva | ouvre | inaugure | lance | annonce | elu | elue | nomme | nommee | nouvelle directrice |"
        " nouveau directeur | adopte | remporte | accueille | presente | تفتتح | يفتتح | افتتاح | تطلق | يطلق |"
        " إطلاق | تعلن | يعلن | انتخاب | تعيين | تستضيف | تنظم | eroffnet | beschliesst | startet | wahlt | erhalt"
        " | gewinnt | stellt vor | verabschiedet | lanca | nomeia | lancia | annuncia | approva | apre | begin |"
        " begins | starts | reveals | warns | warn | says | shows | finds | invests | raises | reaches | ratifies"
        " | endorses | introduces | becomes | presents | grants | reelected | re elected | takes over | hands |"
        " delivers | achieves | starten | unterzeichnet | unite | unites | met in | meet in | drive | drives |"
        " strengthen | strengthens | celebrated | adopted | join | forge | acts to | act to | oppose | opposes |"
        " support | supports | boost | boosts | backs | back | gather | sign | signed | launched | launching |"
        " unlock | unlocks | welcome | welcomes | host | hosted | highlights the | highlight the | improves |"
        " extends | extend | increases | cuts | builds | build | creates | create | plans | plan to | agrees |"
        " agree | confirms | rejects | offers | provides | establishes | reopens | closes | earns | recognized |"
        " recognised | honored | honoured | ranks | ranked | granted | mark | commemorates | declares | proposes |"
        " seeks | asks | requests | responds | continues | leads | takes part | participates | participated |"
        " attends | presented | unveiled | prepares | receive | destaca | pide | reclama | exige | reivindica |"
        " impulsa | refuerza | participa | participan | apoya | aprueban | acogen | acoge | crea | crean | inicia"
        " | inician | logra | suscribe | demande | demandent | appellent | appelle | participe | participent |"
        " soutient | obtient | signe | signent | rejoint | rejoignent | organise | recompense | reunion du |"
        " fordert | fordern | verleiht | plant | begrusst | tritt | unterstutzt | تشارك | يشارك | تدعو | يدعو |"
        " توقع | تنضم | يستقبل | تستقبل | تدشن | يدشن | تكرم | تبحث | يبحث | تؤكد | يؤكد | participa de | assina |"
        " recebe | promove | realiza | partecipa | ospita | launch of | lancement de | lancement du | lanzamiento"
        " de | lanzamiento del | worries | fears | orders | objects | wants to | aims to | names | face | faces |"
        " flee | just launched | lead the | warned | formed",
        3: "call for | calls for | call to",
    },
    "statement": {
        7: "statement on | statement by | statement from | statement regarding | joint statement | ^our response to"
        " | ^response to | response to the | ^remarks by | ^remarks at | ^remarks of | opening remarks | closing"
        " remarks | keynote address | ^speech by | ^speech at | ^address by | ^address to | ^address at | we"
        " condemn | condemns | condemn | ^message from | ^message by | ^message for | message on the occasion |"
        " open letter | stand with | stands with | stand in solidarity | solidarity with | deeply concerned |"
        " expresses concern | ^we call | ^a call to action | ^declaracion | declaracion conjunta | ^palabras de |"
        " condena | condenamos | ^mensaje de | ^mensaje del | ^mensaje por | solidaridad con | se solidariza |"
        " llamamiento | manifiesto | ^declaration | condamne | condamnons | ^message de | solidarite avec |"
        " ^discours de | ^discours du | ^allocution | ^appel des maires | ^بيان | ^بيان بشأن | ^بيان حول | تدين |"
        " ندين | إعلان | ^كلمة | ^رسالة من | تضامن | ^stellungnahme | ^erklarung | verurteilt | solidaritat mit |"
        " ^grusswort | ^declaracao | ^dichiarazione | solidarieta | reaction to | ^reaction | ^reacts to | ^zum"
        " tod von | ^mensagem de | ^messaggio | reacts to | welcomes the adoption | ^we welcome | regrets | stand*"
        " in solidarity | in solidarity with | in solidarity during | communique on | joint declaration | se"
        " solidarizan | ^joint call | standing united | stand united | stands united | standing with | ^standing"
        " in solidarity",
        4: "declaration | pledge of | commitment* of | declaracion | llamamos a | nous appelons | نطالب | ندعو",
    },
    "tribute": {
        8: "^celebrating … legacy | celebrating the legacy | legacy of … mayor | ^in memoriam | in memory of |"
        " ^remembering | ^in remembrance | ^farewell to | ^farewell | ^tribute to | tribute | pays tribute |"
        " ^thank you | ^honoring | ^honouring | ^mourning | mourns | passing of | ^obituary | ^en memoria |"
        " ^homenaje a | ^homenaje | despedimos | ^adios a | ^gracias | ^hommage a | ^hommage | ^disparition de |"
        " ^disparition | ^adieu | ^merci a | ^deces de | ^نعي | ^رثاء | ^في ذكرى | ^تكريم | ^وداعا | ننعى | تنعى |"
        " ^nachruf | ^abschied von | ^wir trauern | ^danke | trauert | ^in gedenken | ^homenagem | ^adeus |"
        " ^omaggio a | ^addio a | ^in ricordo | ^grazie | bids farewell | says goodbye | fallece | fallecimiento |"
        " ^wir nehmen abschied | celebrating the life | pays homage | homage to | pay tribute | condolences |"
        " mourn | passing away | rinde homenaje | rend hommage",
        4: "^celebrating | legado de | lifetime achievement | ^goodbye",
    },
    "partnership": {
        7: "new partnership | partnership with | partnership between | announce* … partnership | sign* … partnership"
        " | launch* … partnership | strategic partnership | partners with | partner with | ^partnering with | to"
        " partner | partner to | join forces | joins forces | joining forces | joined forces | team up | teams up"
        " | teaming up | sign … memorandum | signs … memorandum | signs mou | sign mou | mou with | signs"
        " agreement | sign … agreement | signs … agreement | signing of … agreement | cooperation agreement |"
        " collaboration agreement | new collaboration | collaboration with | collaboration between | cooperation"
        " with | cooperation between | ^alianza entre | ^alianza con | nueva alianza | alianza con | firma* …"
        " convenio | firma* … acuerdo | suscribe* … convenio | convenio con | convenio de | acuerdo con | nouveau"
        " partenariat | partenariat avec | partenariat entre | convention de partenariat | signe* … convention |"
        " signe* … accord | signature … accord | accord de | s associe* | s allient | unissent leurs forces | unen"
        " fuerzas | se unen | une fuerzas | شراكة مع | شراكة بين | شراكة جديدة | مذكرة تفاهم | اتفاقية تعاون |"
        " اتفاقية شراكة | اتفاقية مع | توقع اتفاقية | neue partnerschaft | partnerschaft mit | partnerschaft"
        " zwischen | kooperation mit | kooperationsvereinbarung | zusammenarbeit mit | unterzeichn* … vereinbarung"
        " | nova parceria | parceria com | parceria entre | assina* … acordo | nuova partnership | partnership con"
        " | partenariato con | firma* … accordo | accordo con | protocollo d intesa | twinning agreement | sister"
        " city agreement",
    },
    "city_story": {
        5: "^how … turned | ^how … became | ^how … made | ^how … built | ^how … changed | ^how … is turning | ^how …"
        " transformed | ^how … won | ^how … found | ^how … brought | ^how … is | ^how … are | ^how … uses | ^how …"
        " used | ^how … created | ^meet … who | ^meet | ^turning | ^lessons from | city of the month | member of"
        " the month | in focus | ^como … convirtio | ^como … logro | ^como … transformo | ^como … cambio |"
        " ^comment … a | ^comment … ont | ^portrait de | ^portrait | ^wie … wurde | ^كيف حولت | ^كيف نجحت | ^كيف"
        " أصبحت | ^كيف | ^conoce a | ^conozca | ^rencontrez | ^de … a la | ^from … to | ^inside the | ^inside | ^a"
        " day in the life | first year in | finds a home | new home | new life | ^da … a | ^do … ao | ^vom … zum |"
        " ^von der … zur | one year on | where neighbours | ^building a | ^bringing | transforms | transforming |"
        " leads the way | paves the way | shows the way | a story of | stories from | the story of | success story",
        3: "^how | ^wie | ^come | ^faces of | ^voices of | changed | empowers | empowering | lessons from",
        1.5: "helps | help",
    },
    "report": {
        6: "report$ | annual report | impact report | progress report | ^state of the | ^the state of | ^state of |"
        " global report | world report | first report | report on | report of | ^atlas | world atlas | atlas of |"
        " atlas de | year in review | ^our year in | annual review | barometer | ^the future of | outlook |"
        " yearbook | informe sobre | informe mundial | informe global | ^informe | informe$ | estado de las"
        " ciudades | memoria anual | ^memoria | anuario | balance de | ^rapport | rapport sur | rapport mondial |"
        " rapport annuel | etat des lieux | bilan … annee | bilan 20* | annuaire | ^تقرير | تقرير حالة | تقرير"
        " سنوي | حالة المدن | ^jahresbericht | bericht uber | bericht zur | ^bericht | jahresruckblick |"
        " ^relatorio | relatorio$ | relatorio anual | ^rapporto | rapporto annuale | ^bilancio | mid term"
        " evaluation | final evaluation | evaluation of | findings and recommendations | monitor 20* | index 20* |"
        " ranking 20* | review 20* | report 20* | report 19* | new publication | publication out",
        4: "index | monitor | evaluation | evaluacion | scorecard | white paper | indice | indicators | rapid"
        " assessment | review$",
    },
    "brief": {
        7: "^brief | policy brief | issue brief | position paper | factsheet | fact sheet | ^at a glance | key facts"
        " | ^frequently asked | in numbers | in figures | en cifras | en chiffres | in zahlen | بالأرقام",
        5: "what … can do | what … should know | what … need to know | state of play | recommendations for | policy"
        " options | policy recommendations | ^recommendations | ^recomendaciones para | ^recommandations pour |"
        " ^توصيات",
    },
    "research": {
        6: "evidence from | a study of | study on | study of | new study | study shows | study finds | survey of |"
        " survey shows | survey finds | new research | research shows | working paper | case for evidence |"
        " systematic review | literature review | comparative study | an empirical | empirical | a comparative |"
        " econometric | estudio sobre | estudio de | nuevo estudio | ^estudio | evidencia de | ^etude | etude sur"
        " | nouvelle etude | enquete sur | ^enquete | دراسة | دراسة حول | بحث حول | studie zu | studie zur | neue"
        " studie | ^studie | estudo sobre | ^estudo | studio su | ^ricerca | the effect of | effects of | the"
        " impact of … on | determinants of | counting the cost | analysis of | an analysis | analisis de | analyse"
        " de | drivers of",
        4: "^understanding | ^mapping | ^measuring | ^exploring | ^assessing | ^examining | findings | baseline | in"
        " nine cities | data on | trends in | ^who pays | ^investigating | ^estimating | ^tracking",
    },
    "event_report": {
        7: "^event report | summary report | ^recap | recap$ | recap | ^highlights from | ^highlights of |"
        " highlights$ | ^key takeaways | takeaways from | takeaways | ^outcomes of | ^outcomes from | outcome of"
        " the | outcomes of the | ^conclusions of | conclusions from | ^what happened at | ^looking back |"
        " ^reflecting on the … conference | ^reflections from the | ^notes from | what we heard at | what we"
        " learned at | wrap up | wraps up | wrapped up | concludes | concluded | ^report from | ^summary of |"
        " proceedings of | ^conclusiones del | ^conclusiones de | ^asi fue | ^balance del | resumen del | ^resumen"
        " de | ^relatoria | memorias del | concluye | culmina | ^retour sur | retour sur | ^synthese du |"
        " ^synthese de | ^bilan du | ^bilan de la | ^ce qu il faut retenir | temps forts | actes du | s est tenu |"
        " s est tenue | s acheve | اختتام | تختتم | يختتم | اختتمت | ^أبرز | ^خلاصات | ^حصيلة | نتائج المؤتمر |"
        " توصيات المؤتمر | ^ruckblick | ruckblick auf | ^nachlese | ^bericht vom | ^bericht von der | so war |"
        " ^das war | ^balanco do | ^resumo do | ^assim foi | encerra | ^com e andata | ^si e concluso | si"
        " conclude | brought together | gathered in | gather in | convene in | convened in | convened | meet in …"
        " to",
    },
    "knowledge_product": {
        6: "guide to | guide for | a guide | manual for | how to guide | ^how to | step by step | steps to | e"
        " learning | online course | training module* | guia para | guia de | ^guia | manual de | manual para |"
        " caja de herramientas | ^como elaborar | ^como hacer | guide pratique | guide pour | guide du | guide de"
        " | ^guide | boite a outils | manuel de | ^comment faire | دليل | ^دليل | leitfaden | handbuch |"
        " arbeitshilfe | guia pratico | guia | guida | linee guida | manuale | curso en linea | formation en ligne"
        " | toolkit$ | handbook$ | playbook$ | guidelines$ | ^toolkit | ^handbook | ^guidelines | compendium$ |"
        " checklist$ | guidebook$ | guide$",
        4: "action agenda | action plan | framework for | framework | roadmap | template | principles for | charter"
        " | strategy 20* | plan de accion | hoja de ruta | plan d action | feuille de route | خطة عمل | خارطة طريق"
        " | aktionsplan | plano de acao | piano d azione | guidance | tool for | platform for | training package |"
        " library of | toolkit | handbook | playbook | guidelines | compendium | checklist | guidebook",
    },
    "commentary": {
        6: "^opinion | ^op ed | ^insights from | ^insights on | insights | ^reflections on | ^reflection |"
        " ^reflecting on | ^why | ^the case for | ^the case against | ^it s time | it s time to | ^time to |"
        " things we learned | things to know | lessons we learned | what we learned | ^interview with | interview"
        " with | ^q a with | in conversation with | ^conversation with | ^a conversation | ^perspective | ^por que"
        " | ^es hora de | ^entrevista a | ^entrevista con | entrevista | ^pourquoi | ^tribune | ^entretien avec |"
        " interview de | ^il est temps | لماذا | ^رأي | ^مقال | ^مقابلة مع | ^حوار مع | ^warum | ^kommentar |"
        " interview mit | ^im gesprach | ^im interview | ^entrevista com | ^perche | ^intervista a | ^intervista |"
        " ^beyond | ^rethinking | ^reimagining | must not | must | should | is key to | are key to | matter$ |"
        " ^toward* | ^let s | ^don t | ^no more | reasons | ^what if | ^five | ^three ways | ways to | ways cities"
        " | ^the myth | the problem with | ^how i | ^what does | ^what is | ^what the | ^what … means | means for"
        " | ^are we | ^is | ^does | ^do we | ^can",
        5: "matters | must be | ^making sense | at stake",
        4: "deserve | the power of | we need | ^a new | not just | more than | deben | debe | necesitan | il faut |"
        " doivent | يجب | mussen | braucht | devem | devono | looking ahead | between … and | ^unpacking | a love"
        " letter | the politics of | cities need to | we need to | governments need to | needs more",
        2: "the role of | the importance of | the end of | the case of | ^towards | ^toward | ^hacia | ^vers | is"
        " not | are not | lessons | lecciones | lecons | challenges | reflections | perspective | perspectives",
    },
    "media_feature": {
        7: "in the news | featured in | featured on | featured by | quoted in | interviewed by | in the media |"
        " media coverage | press coverage | speaks to the | ^watch | ^listen | en los medios | en la prensa | dans"
        " la presse | dans les medias | في الإعلام | في الصحافة | in den medien | na imprensa | na midia |"
        " rassegna stampa | revue de presse",
    },
    "opportunity": {
        8: "^call for | call for applications | call for proposals | call for papers | call for expressions | call"
        " for nominations | call for submissions | open call | ^apply | apply now | apply to | apply by |"
        " applications open | applications are open | now accepting | accepting applications | nominations open |"
        " nominations are open | ^nominate | we re hiring | we are hiring | ^hiring | is hiring | join our team |"
        " ^vacancy | job opening | job opportunity | ^wanted | ^seeking | request for proposals | request for"
        " quotations | rfp | invitation to tender | invitation to bid | tender for | expression of interest |"
        " expressions of interest | terms of reference | fellowship for | fellowships | fellowship | scholarship*"
        " | internship* | small grants for | grants for | grants available | funding available | funding"
        " opportunit* | ^submit | entries open | open for applications | deadline extended | last chance | closes"
        " on | ^participate in the | ^volunteer | ^convocatoria | convocatoria abierta | ^abierta la | ^abierto el"
        " | inscripciones abiertas | postula | ^postulate | ^buscamos | se busca | ^vacante | ^beca | becas para |"
        " becas | subvenciones para | ^concurso | ultimos dias | ^appel a | ^appels a | appel a candidature* |"
        " appel a projet* | candidatez | ^postulez | ^nous recrutons | recrute | recherche un | recherche une |"
        " ^offre d emploi | bourses | inscriptions ouvertes | ^دعوة | دعوة لتقديم | دعوة للتقديم | دعوة لتقديم"
        " الطلبات | باب التقديم | فتح باب | فرصة | وظيفة | وظيفة شاغرة | مطلوب | قدم الآن | منح دراسية |"
        " ^ausschreibung | jetzt bewerben | ^wir suchen | bewerbungen | bewerben | bewerbungsfrist |"
        " ^stellenausschreibung | stipendien | forderaufruf | ^edital | edital aberto | inscricoes abertas |"
        " inscreva se | ^vaga | ^chamada | ^bando | bando per | candidati | cerca* … collaboratore | avviso"
        " pubblico | concurso publico | request for | launch* … call | opens … call | new call for | calls for"
        " proposals | calls for applications | needed$ | wanted$ | looking for a | looking for an | we re looking"
        " for | lanza … convocatoria | abre … convocatoria | lance … appel a | tender notice | procurement notice"
        " | evaluator | award nominations | accepting nominations",
        3: "vacancy | consultant | consultancy | award 20* | prize 20* | nominations | applications | candidatures |"
        " candidaturas | premio | concours | officer | internship | grants",
    },
    "event": {
        7: "^save the date | save the date | register now | ^register | registration is open | registration open |"
        " join us | ^join | ^upcoming | ^webinar | webinar on | online forum | side event | ^workshop | ^training"
        " | info session | open day | ^conference on | ^event | ^invitation to | you re invited | ^invitation |"
        " reserva la fecha | ^seminario | ^taller | ^jornada | ^evento | acompananos | unete a | ^webinaire |"
        " ^atelier | ^colloque | ^conference | ^rencontre | rejoignez nous | inscrivez vous | a vos agendas |"
        " ^ندوة | ^ورشة | ^مؤتمر | ^منتدى | ^ملتقى | انضموا | سجلوا | احفظوا التاريخ | ^veranstaltung | ^einladung"
        " | ^tagung | ^seminar | jetzt anmelden | ^convegno | ^oficina | ^encontro | will be held | to be held |"
        " takes place",
        6: "^forum … 20* | ^conference … 20* | ^jornadas … 20* | ^journees … 20* | ^semaine … 20* | ^semana … 20* |"
        " sign up | sign up before | signs up",
        5: "summit … 20* | forum … 20* | conference … 20* | congress … 20* | foro … 20* | cumbre … 20* | sommet …"
        " 20* | congreso … 20* | forum 20* | summit 20* | conference 20* | congress 20*",
        3: "week 20* | festival 20* | assembly 20* | day 20* | annual meeting",
    },
    "newsletter": {
        9: "newsletter$ | ^newsletter | newsletter | news digest | weekly digest | monthly digest | digest$ | digest"
        " | e bulletin | monthly update | monthly roundup | news roundup | ^boletin | boletin$ | ^lettre d"
        " information | ^lettre d info | infolettre | ^bulletin | نشرة | نشرة إخبارية | ^rundbrief | ^infobrief |"
        " ^boletim | nieuwsbrief | ^bollettino",
        5: "monthly update | weekly update | quarterly update | news update | community update | month in review |"
        " newsletter | in brief 20*",
    },
}  # fmt: skip

# Names of kinds that in the middle of a title are mostly something else.
NOT_IN_TITLES = frozenset(
    {
        "agenda", "alianza", "analisis", "atelier", "best practice", "brief", "bulletin", "calendar",
        "call to action", "career", "checklist", "collaboration", "colloque", "compendium", "conference",
        "congreso", "congress", "coverage", "declaration", "discorso", "discours", "empleo", "emploi", "evenement",
        "event", "evento", "expo", "fiche", "foro", "forschung", "good practice", "guide", "guidebook", "guideline",
        "guides", "handbook", "investigacion", "job", "jobs", "jornada", "local action", "manual", "memoria",
        "motion", "opinion", "oportunidad", "opportunit", "partenariat", "partnership", "people", "pesquisa",
        "playbook", "portrait", "primer", "procurement", "rapport", "recherche", "rencontre", "report", "research",
        "resolution", "ricerca", "roadmap", "seminar", "speech", "spotlight", "statement", "stories of change",
        "studi", "studie", "survey", "taller", "template", "tender", "toolkit", "training", "workshop", "بيان",
        "حوار", "فرص", "كلمة", "مقال",
    }
)  # fmt: skip
