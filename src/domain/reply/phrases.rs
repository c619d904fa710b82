//! What people write, folded and without apostrophes, parted by bars, in English, German, French, Spanish, Italian, Dutch.

/// A wish never to be mailed again.
pub const OPT_OUT: &str = "\
    unsubscribe me|please unsubscribe|unsubscribe from|want to unsubscribe|like to unsubscribe|but unsubscribe|\
    opt me out|opt out of|want to opt out|please opt out|remove me|remove us|remove my email|remove my address|\
    remove my name|remove my details|take me off|take us off|delete my data|delete my email|delete my details|\
    delete my information|erase my data|stop emailing|stop mailing|stop contacting|stop sending|stop writing|\
    stop messaging|stop spamming|do not contact me|dont contact me|do not contact us|dont contact us|\
    do not email me|dont email me|do not email us|dont email us|do not mail me|do not write to me|\
    dont write to me|never contact me|never email me|no more emails|no more mails|no further emails|\
    no further contact|no further correspondence|leave me alone|cease and desist|cease all contact|\
    i did not consent|do not send me|dont send me|not to be contacted|object to the processing|right to erasure|\
    bitte abmelden|abmelden bitte|melden sie mich ab|mich abmelden|newsletter abmelden|austragen|\
    keine weiteren mails|keine weiteren e mails|keine weiteren emails|keine mails mehr|keine e mails mehr|\
    keine werbung|keine werbemails|nicht mehr kontaktieren|nicht mehr anschreiben|nicht mehr schreiben|\
    kontaktieren sie mich nicht|schreiben sie mir nicht|aus dem verteiler|aus ihrem verteiler|\
    aus eurem verteiler|aus ihrer liste|loschen sie meine|meine daten loschen|von weiteren mails abzusehen|\
    ich widerspreche|widerspreche der|unterlassen sie|me desinscrire|desinscrivez moi|desinscription|\
    desabonnez moi|me desabonner|ne plus me contacter|ne me contactez plus|ne plus recevoir|\
    ne plus etre contacte|ne plus etre contactee|retirez moi|me retirer de|supprimez mes donnees|\
    supprimer mes donnees|supprimez mon adresse|arretez de menvoyer|arretez de m envoyer|cessez de|\
    darme de baja|denme de baja|dame de baja|deme de baja|dar de baja|dadme de baja|solicito la baja|\
    no me contacte|no me contacten|no me escriban|no me escriba|no me envien|no me envie|dejen de enviar|\
    deje de enviar|dejen de escribir|eliminen mis datos|borren mis datos|no deseo recibir|no quiero recibir|\
    eliminarme de|cancellatemi|cancellami|mi cancelli|cancellarmi|disiscrivermi|disiscrivetemi|disiscrizione|\
    non contattatemi|non contattarmi|non mi contatti|non scrivetemi|non desidero ricevere|non voglio ricevere|\
    non voglio piu ricevere|smettete di|rimuovetemi|rimuovermi|toglietemi|cancellate i miei dati|\
    eliminate i miei dati|schrijf me uit|schrijf mij uit|uitschrijven|afmelden|meld me af|meld mij af|\
    geen mails meer|geen e mails meer|geen emails meer|geen mail meer|niet meer mailen|niet meer benaderen|\
    niet meer contacteren|verwijder me|verwijder mij|verwijder mijn|van de lijst halen|stop met mailen";

/// Said in so many words, even inside an automatic answer.
pub const OPT_OUT_FIRM: &str = "\
    unsubscribe me|remove me|remove us|take me off|stop emailing|do not contact me|dont contact me|\
    nicht mehr kontaktieren|ne plus me contacter|no me contacten";

/// One word that is enough when it is nearly all there is.
pub const OPT_OUT_BARE: &str = "\
    unsubscribe|stop|remove|opt out|optout|abmelden|abbestellen|desinscrire|desabonner|baja|cancella|cancellare|\
    disiscrivi|uitschrijven|afmelden|austragen|fuck off|spam";

/// Looks like a wish and is the opposite.
pub const NO_OPT_OUT: &str = "\
    dont unsubscribe me|do not unsubscribe me|dont remove me|do not remove me|dont take me off|\
    do not take me off";

pub const AUTO_SUBJECT: &str = "\
    out of office|automatic reply|auto reply|autoreply|abwesenheit|abwesenheitsnotiz|automatische antwort|\
    absence du bureau|reponse automatique|respuesta automatica|fuera de la oficina|risposta automatica|\
    fuori sede|automatisch antwoord|afwezig|on vacation|on leave";

pub const AUTO: &str = "\
    out of office|out of the office|on annual leave|on parental leave|on maternity leave|on paternity leave|\
    on sick leave|on vacation until|on holiday until|currently on vacation|currently on holiday|\
    currently on leave|currently away|i am away until|im away until|limited access to email|\
    limited access to my email|no access to email|automatic reply|this is an automated|\
    no longer with the company|no longer works|no longer work here|has left the company|nicht im buro|\
    nicht im haus|abwesend|im urlaub|in elternzeit|automatische antwort|absent du bureau|absente du bureau|\
    absent jusquau|absente jusquau|en conge|en conges|actuellement absent|actuellement absente|\
    reponse automatique|fuera de la oficina|estoy de vacaciones|respuesta automatica|fuori ufficio|\
    sono in ferie|risposta automatica|afwezig tot|niet op kantoor|met vakantie|op vakantie|automatisch antwoord";

pub const BOUNCE: &str = "\
    delivery status notification|undelivered mail returned to sender|mail delivery failed|\
    delivery has failed to these recipients|message could not be delivered|could not be delivered to|\
    address not found|user unknown|recipient address rejected|mailbox unavailable|no such user|unzustellbar|\
    permanent fatal errors";

pub const NO_INTEREST: &str = "\
    not interested|no interest|no thanks|no thank you|well pass|we will pass|ill pass|i will pass|not a fit|\
    not a good fit|kein interesse|nicht interessiert|kein bedarf|nein danke|pas interesse|pas interessee|\
    pas interesses|non merci|no me interesa|no nos interesa|no estamos interesados|no estoy interesado|\
    no estoy interesada|no gracias|non sono interessato|non sono interessata|non siamo interessati|\
    non interessa|no grazie|geen interesse|niet geinteresseerd|nee bedankt|nee dank";

pub const NOT_NOW: &str = "\
    not now|not right now|not at this time|not at the moment|bad timing|wrong time|next quarter|next year|\
    later this year|circle back|check back|reach out again|reach back out|get back to me in|follow up in|\
    ping me in|try me again|try again in|contact me again in|come back to me in|too busy right now|\
    swamped right now|after the summer|revisit this|derzeit nicht|momentan nicht|zurzeit nicht|nachstes quartal|\
    nachstes jahr|im nachsten jahr|spater noch einmal|melden sie sich im|pas maintenant|pas pour le moment|\
    pas en ce moment|lannee prochaine|plus tard|recontactez moi|ahora no|en este momento no|por el momento no|\
    el proximo ano|mas adelante|non ora|non adesso|al momento no|lanno prossimo|piu avanti|nu niet|\
    op dit moment niet|volgend jaar|volgend kwartaal";

pub const REFERRAL: &str = "\
    wrong person|not the right person|not the right contact|the right person|best person to speak|\
    best person to talk|best person for this|better person|please contact my colleague|talk to my colleague|\
    speak to my colleague|reach out to my colleague|forwarded your|forwarding this to|forwarded this to|cc ing|\
    ccing|ive copied|i have copied|looping in|adding my colleague|handles this|is responsible for this|\
    in charge of this|falsche person|falscher ansprechpartner|nicht der richtige ansprechpartner|\
    nicht die richtige ansprechpartnerin|zustandig ist|wenden sie sich an|mein kollege|meine kollegin|\
    pas la bonne personne|mon collegue|ma collegue|adressez vous a|no soy la persona|mi companero|mi companera|\
    la persona adecuada|non sono la persona|il mio collega|la mia collega|niet de juiste persoon|mijn collega";

pub const HAS_SOLUTION: &str = "\
    already use|already using|already have a|already work with|we use|happy with our|happy with what|\
    under contract|just signed|built our own|built it in house|build this in house|in house solution|\
    haben bereits|nutzen bereits|nous avons deja|nous utilisons deja|ya tenemos|ya usamos|abbiamo gia|\
    usiamo gia|hebben al|gebruiken al";

pub const PRICE: &str = "\
    too expensive|no budget|dont have budget|dont have the budget|not in the budget|budget is frozen|\
    budget freeze|cant afford|cannot afford|out of our price|zu teuer|kein budget|trop cher|pas de budget|\
    pas le budget|demasiado caro|no tenemos presupuesto|sin presupuesto|troppo caro|nessun budget|te duur|\
    geen budget";

pub const NOT_RELEVANT: &str = "\
    not relevant|doesnt apply to us|does not apply to us|dont need this|do not need this|not something we need|\
    no need for|not a priority|nicht relevant|brauchen wir nicht|pas pertinent|pas besoin|no es relevante|\
    no lo necesitamos|non e rilevante|non ne abbiamo bisogno|niet relevant|niet nodig";

pub const POSITIVE: &str = "\
    sounds good|sounds great|sounds interesting|im interested|i am interested|we are interested|were interested|\
    would be interested|id be interested|interested in learning|interested in hearing|happy to chat|\
    happy to talk|happy to connect|happy to meet|happy to hop|lets talk|lets chat|lets connect|lets set up|\
    lets schedule|lets do|lets meet|set up a call|schedule a call|book a call|book a time|send me an invite|\
    send an invite|send over an invite|send a calendar|send me a calendar|love to learn more|like to learn more|\
    love to hear more|like to hear more|tell me more|wants a call|want a call|works for me|that works|im free|\
    i am free|free on|available on|call me|give me a call|yes please|yes lets|please send more|send me more|\
    klingt gut|klingt interessant|gerne telefonieren|gerne ein gesprach|sehr gerne|habe interesse|\
    haben interesse|rufen sie mich an|ca minteresse|cela minteresse|je suis interesse|je suis interessee|\
    avec plaisir|volontiers|me interesa|nos interesa|estoy interesado|estoy interesada|hablemos|suena bien|\
    mi interessa|sono interessato|sono interessata|volentieri|sentiamoci|klinkt goed|klinkt interessant|\
    ik ben geinteresseerd|graag een gesprek|bel me";

/// Takes the certainty out of a positive phrase.
pub const DOUBT: &str = "\
    not sure|not convinced|would not|wouldnt|if only|id rather not|sarcasm|yeah right|unless|cant|cannot|\
    nicht sicher|pas sur|no estoy seguro|non sono sicuro|niet zeker";
