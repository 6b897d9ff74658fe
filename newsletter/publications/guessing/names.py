"""What kinds are called on websites: as categories, in addresses, before a title's colon, in many languages."""

# By weight: how surely an entry under that name is of the kind, whatever else is said.
NAMES: dict[str, dict[float, str]] = {
    "readout": {
        6: "readout* | read out | trip report* | mission report* | visit report* | field visit* | field mission* |"
        " compte rendu de visite | compte rendu de mission | visite de terrain | informe de visita | informe de"
        " mision | visita de campo | reseña de visita | موجز لقاء | تقرير زيارة | زيارة ميدانية | besuchsbericht*"
        " | reisebericht* | relatorio de visita | visita tecnica | resoconto della visita",
        4: "reseña* | compte rendu | comptes rendus | زيارات",
    },
    "press_release": {
        6: "press release* | news release* | media release* | press note* | press communique* | for immediate"
        " release | media advisor* | comunicado* | comunicado* de prensa | nota* de prensa | notas informativas de"
        " prensa | communique* | communique* de presse | dossier* de presse | بيان صحفي | بيانات صحفية | بلاغ صحفي"
        " | بلاغ | خبر صحفي | pressemitteilung* | medienmitteilung* | presseinformation* | presseaussendung* |"
        " comunicat* stampa | nota* de imprensa | comunicado* de imprensa | nota* a imprensa | persbericht* |"
        " basin bulteni",
        3: "announcement* | anuncio* | annonce* | إعلانات | bekanntmachung* | press | prensa | presse | صحافة |"
        " press room | pressroom | sala de prensa | espace presse | salle de presse | presse und medien | sala"
        " stampa | sala de imprensa | imprensa | stampa | press center | press centre",
    },
    "statement": {
        6: "statement* | joint statement* | public statement* | press statement* | open letter* | joint letter* |"
        " declaration* | speech* | remarks | resolution* | call to action | declaracion* | discurso* | carta*"
        " abierta* | pronunciamiento* | manifiesto* | discours | lettre* ouverte* | prise* de parole | allocution*"
        " | manifeste* | motion* | بيان | بيانات | بيان مشترك | كلمة | كلمات | خطاب | خطابات | رسالة مفتوحة |"
        " إعلان مشترك | تصريح | تصريحات | stellungnahme* | erklarung* | offener brief | offene briefe | rede* und"
        " statements | grundsatzrede* | declaracao | declaracoes | carta aberta | dichiarazion* | lettera aperta |"
        " discorso | discorsi | verklaring* | speech and statement* | statement* and speech* | manifesto*",
        3: "message* | mensaje* | mensagem | mensagens | advocacy | plaidoyer* | appel a l action | letter*",
    },
    "tribute": {
        6: "tribute* | in memoriam | obituar* | in memory | homenaje* | en memoria | obituario* | hommage* |"
        " necrologie* | تكريم | تأبين | رثاء | نعي | في ذكرى | nachruf* | wir trauern | homenagem | homenagens |"
        " omaggio | in ricordo",
    },
    "partnership": {
        5: "partnership* | new partner* | strategic partnership* | partner announcement* | memorandum of"
        " understanding | mou* | memoranda of understanding | alianza* | alianza* estrategica* | convenio* |"
        " partenariat* | شراكة | شراكات | اتفاقية تعاون | مذكرة تفاهم | partnerschaft* | kooperation* | parceria*"
        " | partenariato | partenariati | accordo di collaborazione | collaboration*",
    },
    "city_story": {
        6: "case study | case studies | city story | stories | success story | field story | story from the field |"
        " stories from the field | stories of change | good practice* | best practice* | promising practice* |"
        " city spotlight* | member spotlight* | spotlight* | city profile* | city in focus | cities in action |"
        " city of the month | human interest | photo story | impact story | member stories | estudio* de caso* |"
        " casos de exito | caso de exito | buena* practica* | historia* de ciudad* | historia* de exito |"
        " historia* de vida | etude* de cas | bonne* pratique* | temoignage* | portrait* de ville* | portrait* |"
        " recit* de ville* | retour* d experience* | قصة نجاح | قصص نجاح | قصص | قصة مدينة | قصص المدن | قصص من"
        " الميدان | دراسة حالة | دراسات حالة | ممارسات جيدة | أفضل الممارسات | fallstudie* | fallbeispiel* |"
        " erfolgsgeschichte* | praxisbeispiel* | aus der praxis | estudo* de caso | boas praticas | historias de"
        " sucesso | caso di studio | casi di studio | buone pratiche | praktijkvoorbeeld*",
        4: "story | stories | feature story | people | historia* | recit* | reportage* | crónica* | قصة | حكايات |"
        " geschichte* | storie | voices from the field | projects in action",
    },
    "report": {
        6: "annual report* | impact report* | progress report* | activity report* | year in review | annual review*"
        " | flagship report* | financial report* | informe* anual* | memoria* anual* | memoria* de actividades |"
        " informe* de impacto | informe* de gestion | rapport* annuel* | rapport* d activite* | rapport* d impact"
        " | تقرير سنوي | تقارير سنوية | jahresbericht* | tatigkeitsbericht* | geschaftsbericht* | relatorio* anua*"
        " | relatorio* de atividades | rapporto annuale | relazione annuale | jaarverslag* | faaliyet raporu",
        4: "report | reports | informe* | rapport* | تقرير | تقارير | bericht* | relatorio* | rapporto | rapporti |"
        " relazione | evaluation report* | situation report* | flagship* | flagship publication*",
    },
    "brief": {
        6: "brief | briefs | policy brief* | issue brief* | policy paper* | position paper* | policy note* | policy"
        " position* | briefing* | briefing paper* | briefing note* | background paper* | background note* | info"
        " note* | fact sheet* | factsheet* | infosheet* | one pager* | key facts | infographic* | nota*"
        " informativa* | nota* de politica* | nota* conceptual* | nota* tecnica* | documento* de politica* |"
        " documento* de posicion | ficha* informativa* | ficha* tecnica* | resumen de politica* | informe* de"
        " politica* | note* de synthese | note* d orientation | note* de politique* | note* politique* | note* d"
        " information | note* de cadrage | document* de position | fiche* | fiche* d information | point* de"
        " situation | موجز | موجز سياسات | موجزات | ورقة سياسات | أوراق سياسات | ورقة موقف | صحيفة وقائع | ورقة"
        " معلومات | ملخص سياسات | positionspapier* | kurzdossier* | faktenblatt | hintergrundpapier* |"
        " themenpapier* | documento* de posicao | resumo* executivo* | sumario de politicas | nota informativa |"
        " scheda | schede | documento di sintesi | documento di posizione | position statement*",
    },
    "research": {
        6: "research | research paper* | research report* | working paper* | discussion paper* | research brief* |"
        " journal article* | academic article* | peer reviewed | scientific publication* | occasional paper* |"
        " survey* | dataset* | data set* | investigacion | investigaciones | documento* de trabajo | encuesta* |"
        " estudio* | recherche* | travaux de recherche | document* de travail | enquete* | etude* | أبحاث | بحث |"
        " بحوث | دراسة | دراسات | ورقة عمل | أوراق عمل | أوراق بحثية | ورقة بحثية | استطلاع | forschung* | studie"
        " | studien | arbeitspapier* | forschungsbericht* | umfrage* | diskussionspapier* | pesquisa* | estudo* |"
        " ricerca | ricerche | studi | onderzoek* | arastirma*",
        4: "study | studies | paper | papers | thesis | data and research | research and analysis | technical"
        " report* | assessment* | baseline",
    },
    "event_report": {
        7: "event report* | event recap* | event summar* | event highlights | summary report* | meeting report* |"
        " conference report* | workshop report* | webinar report* | meeting summar* | outcome document* | outcome"
        " report* | proceedings | webinar recap* | recap* | past event* | informe* de evento* | relatoria* |"
        " memoria* del evento | memoria* del encuentro | rapport* d evenement* | rapport* de conference | actes du"
        " | actes de la | synthese du | synthese de la | retour sur | compte rendu du colloque | compte rendu de l"
        " atelier | تقرير فعالية | تقرير الفعالية | تقرير المؤتمر | تقرير الورشة | veranstaltungsbericht* |"
        " tagungsbericht* | konferenzbericht* | nachbericht* | ruckblick* | veranstaltungsruckblick* | relatorio*"
        " do evento | resoconto | wrap up",
    },
    "knowledge_product": {
        6: "toolkit* | tool kit* | toolbox* | guide | guides | guideline* | guidebook* | guidance | guidance note* |"
        " handbook* | manual | manuals | playbook* | how to guide* | training material* | e learning | elearning |"
        " online course* | mooc* | checklist* | compendium | knowledge product* | technical guide* | primer |"
        " workbook* | template* | roadmap* | training module* | methodolog* | guia* | manual* | caja* de"
        " herramientas | cartilla* | curso* en linea | kit de herramientas | lineamientos | orientaciones | boite*"
        " a outils | manuel* | mode d emploi | guide* pratique* | guide* methodologique* | lignes directrices |"
        " دليل | أدلة | مجموعة أدوات | أدوات | دليل إرشادي | مبادئ توجيهية | leitfaden | handbuch | handbucher |"
        " werkzeugkasten | handreichung* | arbeitshilfe* | ratgeber* | kit de ferramentas | caixa de ferramentas |"
        " cartilha* | guia pratico | guida | linee guida | manuale | handleiding* | handreiking* | rehber*",
        3: "tool | tools | course* | herramienta* | outil* | framework* | action plan* | plan de accion | plan d"
        " action | curso* | خطة عمل | أداة | learning module* | knowledge resource* | ferramenta* | cadre d action"
        " | marco de accion",
    },
    "commentary": {
        6: "opinion* | op ed* | oped* | commentary | commentaries | viewpoint* | point* of view | editorial* |"
        " essay* | interview* | q a | guest post* | guest blog* | think piece* | expert comment* | expert view* |"
        " columna* | columna* de opinion | articulo* de opinion | entrevista* | tribuna* | tribune* | point* de"
        " vue | entretien* | edito* | billet* d humeur | carte blanche | رأي | آراء | مقال | مقال رأي | مقالات |"
        " مقابلة | مقابلات | حوار | تعليق | وجهة نظر | kommentar* | meinung* | standpunkt* | gastbeitrag* |"
        " gastkommentar* | leitartikel* | opiniao | opinioes | artigo de opiniao | opinione | opinioni |"
        " intervista | interviste | commento | opinie* | gorus*",
        4: "comment | perspective* | insight* | reflection* | reflexion* | reflexao | reflexoes | views | voices |"
        " column* | long read* | explainer* | analysis | analisis | analyse* | تحليل | تحليلات | análise* |"
        " decryptage* | podcast*",
    },
    "media_feature": {
        7: "in the media | in the news | in the press | media coverage | press coverage | news coverage | media"
        " mention* | press mention* | press clipping* | press clip* | press review | media feature* | media"
        " appearance* | as seen in | coverage | en los medios | en medios | en la prensa | aparicion* en medios |"
        " dans les medias | dans la presse | revue de presse | ils parlent de nous | on parle de nous | retombees"
        " presse | في الإعلام | في وسائل الإعلام | في الصحافة | قالوا عنا | in den medien | pressespiegel |"
        " medienecho | pressestimmen | medienberichte | presseschau | na midia | na imprensa | nos media |"
        " rassegna stampa | dicono di noi | parlano di noi | in de media | basinda biz | external article*",
    },
    "opportunity": {
        6: "opportunit* | funding opportunit* | open call* | call* for proposals | call* for applications | call*"
        " for papers | call* for tender* | call* for expression* of interest | vacanc* | job | jobs | job vacanc*"
        " | career* | tender* | procurement | fellowship* | scholarship* | internship* | request for proposals |"
        " rfp* | rfq | terms of reference | work with us | join our team | expression* of interest | consultanc* |"
        " convocatoria* | convocatoria* abierta* | empleo* | oferta* de empleo | oferta* laboral* | vacante* |"
        " licitacion* | beca* | trabaja con nosotros | oportunidad* | bolsa* de trabajo | terminos de referencia |"
        " appel* a candidature* | appel* a projet* | appel* a proposition* | appel* a manifestation* d interet |"
        " appel* a contribution* | appel* a participation | appel* d offre* | offre* d emploi | offre* de stage |"
        " emploi* | recrutement* | bourse* | marche* public* | opportunite* | termes de reference | avis de"
        " recrutement | فرص | فرصة | وظائف | وظيفة | وظائف شاغرة | مناقصة | مناقصات | منح دراسية | فرص عمل | فرص"
        " تمويل | عطاءات | عطاء | دعوة لتقديم | دعوة للتقديم | دعوة لتقديم الطلبات | دعوات التقديم | طلب عروض |"
        " ausschreibung* | stellenangebot* | stellenausschreibung* | offene stellen | karriere | forderaufruf* |"
        " stipendi* | praktikum | edital | editais | vaga | vagas | bolsa* de estudo | chamada* publica* |"
        " chamada* | oportunidade* | bando | bandi | lavora con noi | borsa di studio | borse di studio | concorso"
        " | concorsi | vacature* | ihale*",
        3: "call* | grant | grants | award* | prize* | funding | competition* | challenge | volunteer* | premio* |"
        " concurso* | subvencion* | voluntariado | appel* | concours | prix | subvention* | دعوة | دعوات | منح |"
        " منحة | جائزة | مسابقة | wettbewerb* | forderung* | preis | premios",
    },
    "event": {
        5: "event* | upcoming event* | webinar* | workshop* | conference* | training* | seminar* | symposium |"
        " symposia | save the date | calendar | agenda | roundtable* | round table* | masterclass* | master class*"
        " | hackathon* | side event* | congress | expo | networking event | info session* | information session* |"
        " evento* | proximos eventos | taller* | seminario* | jornada* | congreso* | conferencia* | webinario* |"
        " foro* | simposio* | conversatorio* | evenement* | webinaire* | atelier* | colloque* | seminaire* |"
        " rencontre* | assises | journee d etude | journee* d echange* | فعاليات | فعالية | ندوة | ندوات | ورشة |"
        " ورشة عمل | ورش عمل | مؤتمر | مؤتمرات | منتدى | ملتقى | دورة تدريبية | لقاءات | ندوة عبر الإنترنت |"
        " veranstaltung* | termin | termine | tagung* | kongress* | fachtag* | konferenz* | oficina* | seminarios"
        " | eventi | convegno | convegni | evenementen | etkinlik* | encontro*",
        3: "forum* | summit* | dialogue* | encuentro* | assembl* | festival* | meetup* | lecture* | exhibition* |"
        " cumbre* | sommet* | قمة | صالون",
    },
    "newsletter": {
        7: "newsletter* | e newsletter* | digest* | news digest* | e bulletin* | newsflash | e news | boletin |"
        " boletines | boletin informativo | boletin electronico | lettre* d information | lettre* d info |"
        " infolettre* | lettre mensuelle | نشرة | نشرات | نشرة إخبارية | نشرة شهرية | rundbrief* | infobrief* |"
        " boletim | boletins | informativo* | nieuwsbrief | nieuwsbrieven | bulten*",
        4: "bulletin* | roundup* | round up*",
    },
}  # fmt: skip

# Where a website keeps things of many kinds: what they are unless something says otherwise.
SECTIONS: dict[str, dict[float, str]] = {
    "press_release": {
        2: "news | latest news | news and updates | news and events | news and media | update* | newsroom | media"
        " centre | media center | media | in brief | what s new | headlines | city news | local news | noticia* |"
        " actualidad | novedad* | actualite* | actu | a la une | nouvelle* | أخبار | خبر | آخر الأخبار | مستجدات |"
        " إعلام | aktuelle* | neuigkeit* | nachricht* | meldung* | notizie | novita | nieuws | haber* | haberler |"
        " allgemein | sala de noticias",
    },
    "commentary": {
        3.5: "blog* | our blog | article* | articulo* | مدونة | المدونة | artigo* | articoli | articolo | beitrag |"
        " beitrage | thoughts | ideas | latest thinking | dossier* | blogue*",
    },
    "report": {
        2: "publication* | publicacion* | منشورات | إصدارات | publikation* | veroffentlichung* | publicacao |"
        " publicacoes | pubblicazion* | publicatie* | yayin*",
        1: "resource* | library | librar* | document* | download* | recurso* | ressource* | biblioteca |"
        " bibliotheque* | documentation | مكتبة | موارد | مصادر | وثائق | knowledge hub | knowledge centre |"
        " knowledge | mediathek | resource library | file* | documentos | risorse",
    },
    "city_story": {
        2: "in action | our work | project* | proyecto* | projet* | impact | cities | villes | ciudades | مشاريع",
    },
    "event": {
        2: "what s on | kalender | calendrier | calendario",
    },
}  # fmt: skip
