"""Sample service terms in our own words, in English and Italian. Marked as samples: real ones replace them."""

from packages.domain.passages import Passage

ENGLISH = """\
SAMPLE – these terms show how the portal works and bind nobody.

1. What you bought
Your package names a number of consulting minutes, the time in which they can be used, and, where it has them, the \
number of project health checks.

2. Included minutes
Consulting sessions draw on the included minutes in the order in which they were delivered. The first software \
training of a contract draws on them; further ones, and supplementary training, do not.

3. Overage
Minutes that the package does not cover are billed by the hour at the rate in force on the day of the service, under \
the Oura for Business Products and Services Agreement (https://ouraring.com/business/terms-and-conditions). Before \
you book a session that costs money you see what it would cost and accept it.

4. Moving and cancelling
You may move or cancel a session until 24 hours before it starts. After that you may still cancel it; a late \
cancellation or a missed session may then be counted with at most the minutes that were booked.

5. People
You name a primary contact. We name a lead for you and the people who deliver your sessions. You see to it that the \
right people attend.

6. Unused minutes
Minutes that were not used in their time lapse. They do not move to a renewal.

7. Languages
The English version of these terms prevails, except where the applicable local law provides otherwise.
"""

ITALIAN = """\
ESEMPIO – queste condizioni mostrano come funziona il portale e non vincolano nessuno.

1. Che cosa hai acquistato
Il pacchetto indica un numero di minuti di consulenza, il tempo entro cui si possono usare e, dove previste, il \
numero di verifiche dell'andamento del progetto.

2. Minuti inclusi
Le sessioni di consulenza usano i minuti inclusi nell'ordine in cui sono state svolte. La prima formazione sul \
software di un contratto rientra nei minuti inclusi; le successive e la formazione supplementare no.

3. Ore eccedenti
I minuti che il pacchetto non copre sono fatturati a ore alla tariffa in vigore il giorno del servizio, secondo \
l'Oura for Business Products and Services Agreement (https://ouraring.com/business/terms-and-conditions). Prima di \
prenotare una sessione a pagamento vedi quanto costerebbe e lo accetti.

4. Spostare e annullare
Puoi spostare o annullare una sessione fino a 24 ore prima dell'inizio. Dopo puoi ancora annullarla; un annullamento \
tardivo o una sessione mancata possono allora contare al massimo per i minuti prenotati.

5. Persone
Tu designi un referente. Noi ti assegniamo un referente Oura e le persone che svolgono le tue sessioni. È compito \
tuo far partecipare le persone giuste.

6. Minuti non usati
I minuti non usati entro il loro tempo decadono. Non passano a un rinnovo.

7. Lingue
Prevale la versione inglese di queste condizioni, salvo quanto previsto dalla legge locale applicabile.
"""

SAMPLE_PASSAGES: dict[str, int] = {
    Passage.INCLUDED: 2,
    Passage.OVERAGE: 3,
    Passage.CANCELLING: 4,
    Passage.LAPSE: 6,
}

SAMPLE_TERMS: dict[str, tuple[str, str]] = {
    "en": ("Service terms (sample)", ENGLISH),
    "it": ("Condizioni di servizio (esempio)", ITALIAN),
}
