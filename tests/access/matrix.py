"""Who is answered what, by GET and by POST, on every address of the portal (DOMAIN.md §12).

Every object named in an address is Acme's. Each cell holds two answers, to GET and to POST:

    s  sign in first (401 in the API)      .  it does not exist for you (404)     x  no such method here (405)
    o  open: shown, done, or the form says what is missing                        f  you see it but may not (403)

Sent are empty requests: where only the content tells who may (a rule of the domain), the cell says `o`.
`other` is another customer's admin, `o-am` its account manager; `-` names no object.
"""

from dataclasses import dataclass

CALLERS = ("anonymous", "other", "o-am", "member", "admin", "am", "operations", "finance")
STRANGERS = ("other", "o-am")

MATRIX = """
address                                                    object   anon othe o-am memb admi am   oper fina
(home)                                                     -        ss   ox   ox   ox   ox   ox   ox   ox
customers/                                                 -        ss   ..   ox   ..   ..   ox   ox   ox
customers.csv                                              -        ss   ..   ox   ..   ..   ox   ox   ox
customers/<int:pk>/                                        customer ss   .x   .x   ox   ox   ox   ox   ox
search/                                                    -        ss   ox   ox   ox   ox   ox   ox   ox
search/palette/                                            -        ss   ox   ox   ox   ox   ox   ox   ox
preferences/keyboard/                                      -        ss   xo   xo   xo   xo   xo   xo   xo
preferences/theme/                                         -        xo   xo   xo   xo   xo   xo   xo   xo
preferences/language/                                      -        xo   xo   xo   xo   xo   xo   xo   xo
customers/new/                                             -        ss   ..   ff   ..   ..   ff   oo   ff
customers/<int:pk>/billing-details/                        customer ss   ..   ..   ..   ff   ff   oo   ff
customers/<int:pk>/history/                                customer ss   .x   .x   ..   ox   ox   ox   ox
contracts/<int:pk>/history/                                contract ss   .x   .x   ..   ox   ox   ox   ox
customers/<int:pk>/lead/                                   customer ss   ..   ..   ..   ff   ff   oo   ff
customers/<int:pk>/people/                                 customer ss   ..   ..   ..   oo   of   oo   of
customers/<int:pk>/people.csv                               customer ss   .x   .x   ..   ox   ox   ox   ox
customers/<int:pk>/people/<int:person_pk>/primary-contact/ customer ss   x.   x.   ..   xo   xf   xo   xf
customers/<int:pk>/people/<int:person_pk>/rights/          customer ss   x.   x.   ..   xo   xf   xo   xf
customers/<int:pk>/people/<int:person_pk>/remove/          customer ss   ..   ..   ..   oo   ff   oo   ff
preferences/tokens/                                        -        ss   ox   ox   ox   ox   ox   ox   ox
preferences/tokens/new/                                    -        ss   oo   oo   oo   oo   oo   oo   oo
preferences/tokens/<int:pk>/revoke/                        token    ss   ..   ..   ..   oo   ..   ..   ..
preferences/data/                                          -        ss   ox   ox   ox   ox   ox   ox   ox
preferences/data.json                                      -        ss   ox   ox   ox   ox   ox   ox   ox
portfolio/                                                 -        ss   ..   ..   ..   ..   ..   ox   ..
portfolio.csv                                              -        ss   ..   ..   ..   ..   ..   ox   ..
operations/people/                                         -        ss   ..   ..   ..   ..   ..   ox   ..
operations/people/<int:pk>/anonymise/                      person   ss   ..   ..   ..   ..   ..   oo   ..
preferences/mail/                                          -        ss   oo   oo   oo   oo   oo   oo   oo
mail/stop/<str:token>/                                     -        oo   oo   oo   oo   oo   oo   oo   oo
operations/mail/                                           -        ss   ..   ..   ..   ..   ..   ox   ..
operations/mail.csv                                        -        ss   ..   ..   ..   ..   ..   ox   ..
operations/mail/<int:pk>/again/                            mail     ss   ..   ..   ..   ..   ..   xo   ..
packages/                                                  -        ss   ox   ox   ..   ox   ox   ox   ox
contracts/<int:pk>/terms/                                  contract ss   ..   ..   ..   oo   oo   oo   oo
terms/                                                     -        ss   ox   ox   ..   ox   ox   ox   ox
terms/versions/<slug:version>/                             -        ss   ox   ox   ..   ox   ox   ox   ox
terms/draft/                                               -        ss   ..   ff   ..   ..   ff   oo   ff
terms/draft/publish/                                       -        ss   ..   ff   ..   ..   ff   oo   ff
terms/draft/discard/                                       -        ss   ..   ff   ..   ..   ff   xo   ff
contracts/                                                 -        ss   ox   ox   ..   ox   ox   ox   ox
contracts.csv                                              -        ss   ox   ox   ..   ox   ox   ox   ox
contracts/new/                                             -        ss   ..   ff   ..   ..   ff   oo   ff
contracts/<int:pk>/                                        contract ss   .x   .x   ..   ox   ox   ox   ox
contracts/<int:pk>/adjust/                                 contract ss   ..   ..   ..   ..   ff   oo   ff
contracts/<int:pk>/more/                                   contract ss   ..   ..   ..   oo   ff   ff   ff
contracts/<int:pk>/log/                                    contract ss   ..   ..   ..   ..   oo   ff   ff
contracts/<int:pk>/renew/                                  contract ss   ..   ..   ..   ..   ff   oo   ff
contracts/<int:pk>/end/                                    contract ss   ..   ..   ..   ..   ff   oo   ff
contracts/<int:pk>/void/                                   contract ss   ..   ..   ..   ..   ff   oo   ff
contracts/import/                                          -        ss   ..   ..   ..   ..   ..   oo   ..
contracts/import/sample.csv                                -        ss   ..   ..   ..   ..   ..   ox   ..
contracts/import/<int:pk>/                                 run      ss   ..   ..   ..   ..   ..   ox   ..
contracts/import/<int:pk>/start/                           run      ss   ..   ..   ..   ..   ..   xo   ..
contracts/import/<int:pk>/discard/                         run      ss   ..   ..   ..   ..   ..   xo   ..
customers/<int:pk>/overage-cap/                            customer ss   ..   ..   ..   oo   ff   ff   ff
sessions/book/                                             -        ss   ox   ox   ..   ox   ox   ox   ff
contracts/<int:pk>/book/                                   contract ss   .x   .x   ..   ox   ox   ox   ff
contracts/<int:pk>/book/time/                              contract ss   .x   .x   ..   ox   ox   ox   ff
contracts/<int:pk>/book/details/                           contract ss   ..   ..   ..   oo   oo   oo   ff
contracts/<int:pk>/ask-for-a-time/                         contract ss   ..   ..   ..   oo   ff   ff   ff
time-requests/<int:pk>/                                    asked    ss   .x   .x   ..   ox   ox   ox   ..
time-requests/<int:pk>/propose/                            proposal ss   ..   ..   ..   ..   oo   oo   ..
time-requests/<int:pk>/confirm/                            proposal ss   ..   ..   ..   oo   ff   ff   ..
time-requests/<int:pk>/decline/                            proposal ss   ..   ..   ..   oo   oo   oo   ..
time-requests/<int:pk>/withdraw/                           asked    ss   ..   ..   ..   oo   ff   ff   ..
sessions/                                                  -        ss   ox   ox   ox   ox   ox   ox   ox
sessions.csv                                               -        ss   ox   ox   ox   ox   ox   ox   ox
sessions/<int:pk>/                                         session  ss   .x   .x   ox   ox   ox   ox   ox
sessions/<int:pk>/cancel/                                  session  ss   ..   ..   ff   oo   oo   oo   ff
sessions/<int:pk>/move/                                    session  ss   .x   .x   ff   ox   ox   ox   ff
sessions/<int:pk>/move/confirm/                            session  ss   ..   ..   ff   oo   oo   oo   ff
sessions/<int:pk>/reassign/                                session  ss   ..   ..   ..   ..   oo   oo   ff
sessions/<int:pk>/place/                                   session  ss   ..   ..   ..   ..   oo   oo   ff
sessions/<int:pk>/attendees/                               session  ss   ..   ..   ff   oo   oo   oo   ff
sessions/<int:pk>/summary/                                 session  ss   ..   ..   ..   ..   oo   oo   ff
sessions/<int:pk>/answer/                                  session  ss   x.   x.   xo   xf   xf   xf   xf
meetings/<slug:secret>/                                    -        ..   ..   ..   ..   ..   ..   ..   ..
meetings/<slug:secret>/meeting.ics                         -        .x   .x   .x   .x   .x   .x   .x   .x
sessions/hand-over/                                        -        ss   ..   oo   ..   ..   oo   oo   ff
sessions/<int:pk>/calendar.ics                             session  ss   .x   .x   ox   ox   ox   ox   ox
calendars/<slug:secret>.ics                                -        .x   .x   .x   .x   .x   .x   .x   .x
preferences/calendar/                                      -        ss   oo   oo   oo   oo   oo   oo   oo
sessions/<int:pk>/log/                                     session  ss   ..   ..   ..   ..   oo   ff   ff
sessions/<int:pk>/no-show/                                 session  ss   ..   ..   ..   ..   oo   oo   ff
time-entries/                                              -        ss   ..   ox   ..   ..   ox   ox   ox
time-entries.csv                                           -        ss   ..   ox   ..   ..   ox   ox   ox
time-entries/<int:pk>/                                     entry    ss   .x   .x   ..   ox   ox   ox   ox
time-entries/<int:pk>/reverse/                             entry    ss   ..   ..   ..   ..   oo   oo   ff
time-entries/<int:pk>/waive/                               entry    ss   ..   ..   ..   ..   oo   oo   ff
time-entries/<int:pk>/refuse-waiver/                       entry    ss   ..   ..   ..   ..   ff   oo   ff
diary/                                                     -        ss   ..   ox   ..   ..   ox   ox   ..
diary/everybody/                                           -        ss   ..   ..   ..   ..   ..   ox   ..
diary/<int:pk>/                                            diary    ss   ..   .x   ..   ..   ox   ox   ..
diary/<int:pk>/hours/                                      diary    ss   ..   ..   ..   ..   oo   oo   ..
diary/<int:pk>/days-off/                                   diary    ss   ..   .x   ..   ..   ox   ox   ..
diary/<int:pk>/time-off/new/                               diary    ss   ..   ..   ..   ..   oo   oo   ..
diary/<int:pk>/time-off/<int:time_off_pk>/                 diary    ss   ..   ..   ..   ..   oo   oo   ..
diary/<int:pk>/time-off/<int:time_off_pk>/end/             diary    ss   ..   x.   ..   ..   xo   xo   ..
diary/<int:pk>/exceptions/new/                             diary    ss   ..   ..   ..   ..   oo   oo   ..
diary/<int:pk>/exceptions/<int:exception_pk>/remove/       diary    ss   ..   x.   ..   ..   xo   xo   ..
diary/<int:pk>/calendars/                                  diary    ss   ..   ..   ..   ..   oo   oo   ..
diary/<int:pk>/calendars/<int:calendar_pk>/read/           diary    ss   ..   x.   ..   ..   xo   xo   ..
diary/<int:pk>/calendars/<int:calendar_pk>/remove/         diary    ss   ..   x.   ..   ..   xo   xo   ..
reviews/                                                   -        ss   ox   ox   ox   ox   ox   ox   ox
reviews/<int:pk>/                                          review   ss   .x   .x   ox   ox   ox   ox   ox
reviews/<int:pk>/summary/                                  review   ss   .x   .x   ox   ox   ox   ox   fx
reviews/<int:pk>/calendar.ics                              review   ss   .x   .x   ox   ox   ox   ox   ox
reviews/<int:pk>/plan/                                     review   ss   .x   .x   ff   ox   ox   ox   ff
reviews/<int:pk>/plan/confirm/                             review   ss   ..   ..   ff   oo   oo   oo   ff
reviews/<int:pk>/cancel/                                   review   ss   ..   ..   ff   oo   oo   oo   ff
reviews/<int:pk>/record/                                   review   ss   ..   ..   ..   ..   oo   oo   ff
reviews/<int:pk>/missed/                                   review   ss   ..   ..   ..   ..   oo   oo   ff
reviews/<int:pk>/agenda/                                   review   ss   x.   x.   xo   xo   xo   xo   xf
reviews/<int:pk>/agenda/<int:point_pk>/remove/             review   ss   x.   x.   xo   xo   xo   xo   xf
reviews/<int:pk>/action-items/new/                         review   ss   ..   ..   ff   oo   oo   oo   ff
reviews/<int:pk>/action-items/<int:item_pk>/               review   ss   x.   x.   ff   xo   xo   xo   ff
reviews/<int:pk>/internal-notes/                           review   ss   ..   x.   ..   ..   xo   xo   ff
overage/                                                   -        ss   ..   ..   ..   ..   ..   ..   ox
overage/<month:month>/                                     -        ss   ..   ..   ..   ..   ..   ..   ox
overage/<month:month>.csv                                  -        ss   ..   ..   ..   ..   ..   ..   ox
periods/                                                   -        ss   ..   ..   ..   ..   ..   ..   ox
periods/<month:month>/                                     -        ss   ..   ..   ..   ..   ..   ..   ox
periods/<month:month>/close/                               -        ss   ..   ..   ..   ..   ..   ..   xo
periods/<month:month>/files/<slug:format>/                 -        ss   ..   ..   ..   ..   ..   ..   ox
statements/                                                -        ss   ox   ox   ..   ox   ox   ox   ox
statements/<int:pk>/                                       statement ss  .x   .x   ..   ox   ox   ox   ox
statements/<int:pk>/files/<slug:format>/                    statement ss  .x   .x   ..   ox   ox   ox   ox
statements/<int:pk>/invoice/                               statement ss  ..   ..   ..   ff   ff   ff   oo
time-entries/<int:pk>/question/                            entry    ss   ..   ..   ..   oo   ff   ff   ff
questions/                                                 -        ss   ox   ox   ..   ox   ox   ox   ox
questions/<int:pk>/                                        question ss   ..   ..   ..   oo   oo   oo   oo
questions/<int:pk>/settle/                                 question ss   ..   ..   ..   ff   oo   oo   oo
requests/                                                  -        ss   ox   ox   ox   ox   ox   ox   ..
requests.csv                                               -        ss   ox   ox   ox   ox   ox   ox   ..
requests/new/                                              -        ss   oo   ff   oo   oo   ff   ff   ..
requests/<int:pk>/                                         request  ss   .x   .x   .x   ox   ox   ox   ..
requests/<int:pk>/write/                                   request  ss   x.   x.   x.   xo   xo   xo   ..
requests/<int:pk>/route/                                   request  ss   ..   ..   ..   ff   oo   oo   ..
requests/<int:pk>/close/                                   request  ss   x.   x.   x.   xo   xo   xo   ..
requests/<int:pk>/call-off/                                request  ss   x.   x.   x.   xo   xo   xo   ..
requests/files/<int:pk>/                                   attachment ss .x   .x   .x   ox   ox   ox   ..
materials/                                                 -        ss   ox   ox   ox   ox   ox   ox   ox
materials/new/                                             -        ss   ..   oo   ..   ..   oo   oo   ff
materials/<int:material_pk>/                               -        ss   ox   ox   ox   ox   ox   ox   ox
materials/<int:material_pk>/file/                          -        ss   ox   ox   ox   ox   ox   ox   ox
materials/<int:material_pk>/versions/<int:number>/         -        ss   ..   ox   ..   ..   ox   ox   ox
materials/<int:material_pk>/replace/                       -        ss   ..   oo   ..   ..   oo   oo   ff
materials/<int:material_pk>/edit/                          -        ss   ..   oo   ..   ..   oo   oo   ff
materials/<int:material_pk>/withdraw/                      -        ss   ..   xo   ..   ..   xo   xo   ff
materials/<int:material_pk>/give-back/                     -        ss   ..   xo   ..   ..   xo   xo   ff
orders/                                                    -        ss   ox   ox   ..   ox   ox   ox   ..
orders.csv                                                 -        ss   ox   ox   ..   ox   ox   ox   ..
orders/new/                                                -        ss   ff   oo   ..   ff   oo   oo   ..
orders/import/                                             -        ss   ff   oo   ..   ff   oo   oo   ..
orders/import/sample.csv                                   -        ss   ff   ox   ..   ff   ox   ox   ..
orders/import/<int:pk>/                                    bought   ss   ..   .x   ..   ..   .x   ox   ..
orders/import/<int:pk>/start/                              bought   ss   ..   x.   ..   ..   x.   xo   ..
orders/import/<int:pk>/discard/                            bought   ss   ..   x.   ..   ..   x.   xo   ..
orders/<int:pk>/                                           order    ss   .x   .x   ..   ox   ox   ox   ..
orders/<int:pk>/receipt/                                   order    ss   ..   ..   ..   ff   oo   oo   ..
orders/<int:pk>/return/                                    order    ss   ..   ..   ..   oo   ff   ff   ..
orders/<int:pk>/exception/                                 order    ss   ..   ..   ..   ff   oo   oo   ..
rates/                                                     -        ss   ..   ..   ..   ..   ..   ox   ox
rates.csv                                                  -        ss   ..   ..   ..   ..   ..   ox   ox
rates/new/                                                 -        ss   ..   ..   ..   ..   ..   oo   ff
api/v1/packages/                                           -        ss   ox   ox   ox   ox   ox   ox   ox
api/v1/customers/                                          -        ss   of   of   of   of   of   oo   of
api/v1/customers/<int:pk>/                                 customer ss   .x   .x   ox   ox   ox   ox   ox
api/v1/contracts/                                          -        ss   of   of   ..   of   of   oo   of
api/v1/contracts/<int:pk>/                                 contract ss   .x   .x   ..   ox   ox   ox   ox
api/v1/contracts/<int:pk>/adjustments/                     contract ss   x.   x.   ..   xf   xf   xo   xf
api/v1/contracts/<int:pk>/accept_terms/                    contract ss   x.   x.   ..   xo   xo   xo   xo
api/v1/contracts/<int:pk>/ledger/                          contract ss   .x   .x   ..   ox   ox   ox   ox
api/v1/terms/                                              -        ss   ox   ox   ..   ox   ox   ox   ox
api/v1/slots/                                              -        ss   ox   ox   ..   ox   ox   ox   fx
api/v1/sessions/                                           -        ss   oo   oo   of   oo   oo   oo   of
api/v1/sessions/quote/                                     -        ss   xo   xo   ..   xo   xo   xo   xf
api/v1/sessions/<int:pk>/                                  session  ss   .x   .x   ox   ox   ox   ox   ox
api/v1/sessions/<int:pk>/reschedule/                       session  ss   x.   x.   xf   xo   xo   xo   xf
api/v1/sessions/<int:pk>/cancel/                           session  ss   x.   x.   xf   xo   xo   xo   xf
api/v1/sessions/<int:pk>/no_show/                          session  ss   x.   x.   xf   xf   xo   xo   xo
api/v1/sessions/<int:pk>/log/                              session  ss   x.   x.   xf   xf   xo   xf   xf
api/v1/time_entries/                                       -        ss   ff   oo   ..   ff   oo   of   of
api/v1/time_entries/<int:pk>/                              entry    ss   .x   .x   ..   fx   ox   ox   ox
api/v1/time_entries/<int:pk>/reverse/                      entry    ss   x.   x.   ..   xf   xo   xo   xo
api/v1/time_entries/<int:pk>/waive/                        entry    ss   x.   x.   ..   xf   xo   xo   xf
api/v1/time_entries/<int:pk>/refuse_waiver/                entry    ss   x.   x.   ..   xf   xf   xo   xf
api/v1/reviews/                                            -        ss   ox   ox   ox   ox   ox   ox   ox
api/v1/reviews/<int:pk>/plan/                              review   ss   x.   x.   xf   xo   xo   xo   xf
api/v1/reviews/<int:pk>/hold/                              review   ss   x.   x.   xf   xf   xo   xo   xo
api/v1/requests/                                           -        ss   oo   of   oo   oo   of   of   ..
api/v1/requests/<int:pk>/                                  request  ss   .x   .x   .x   ox   ox   ox   ..
api/v1/requests/<int:pk>/messages/                         request  ss   x.   x.   x.   xo   xo   xo   ..
api/v1/requests/<int:pk>/route/                            request  ss   x.   x.   x.   xf   xo   xo   ..
api/v1/requests/<int:pk>/close/                            request  ss   x.   x.   x.   xo   xo   xo   ..
api/v1/requests/<int:pk>/call_off/                         request  ss   x.   x.   x.   xo   xo   xo   ..
api/v1/request_files/<int:pk>/                             attachment ss .x   .x   .x   ox   ox   ox   ..
api/v1/orders/                                             -        ss   of   oo   ..   of   oo   oo   ..
api/v1/orders/<int:pk>/                                    order    ss   .x   .x   ..   ox   ox   ox   ..
api/v1/orders/<int:pk>/receipt/                            order    ss   x.   x.   ..   xf   xo   xo   ..
api/v1/orders/<int:pk>/returns/                            order    ss   x.   x.   ..   xo   xf   xf   ..
api/v1/orders/<int:pk>/exceptions/                         order    ss   x.   x.   ..   xf   xo   xo   ..
api/v1/materials/                                          -        ss   ox   ox   ox   ox   ox   ox   ox
api/v1/materials/<int:material_pk>/                        -        ss   ox   ox   ox   ox   ox   ox   ox
api/v1/materials/<int:material_pk>/file/                   -        ss   ox   ox   ox   ox   ox   ox   ox
api/v1/materials/<int:material_pk>/withdraw/               -        ss   xf   xo   xf   xf   xo   xo   xf
api/v1/materials/<int:material_pk>/give_back/              -        ss   xf   xo   xf   xf   xo   xo   xf
api/v1/rates/                                              -        ss   ..   ..   ..   ..   ..   oo   of
api/v1/billing_periods/                                    -        ss   ..   ..   ..   ..   ..   ..   ox
api/v1/billing_periods/<month:month>/                      -        ss   ..   ..   ..   ..   ..   ..   ox
api/v1/billing_periods/<month:month>/close/              -        ss   ..   ..   ..   ..   ..   ..   xo
api/v1/billing_periods/<month:month>/lines/                -        ss   ..   ..   ..   ..   ..   ..   ox
api/v1/billing_periods/<month:month>/export/               -        ss   ..   ..   ..   ..   ..   ..   ox
api/v1/statements/                                         -        ss   ..   ..   ..   ..   ..   ..   ox
api/v1/statements/<int:pk>/invoice/                        statement ss   ..   ..   ..   ..   ..   ..   xo
api/schema/                                                -        ox   ox   ox   ox   ox   ox   ox   ox
api/docs/                                                  -        ox   ox   ox   ox   ox   ox   ox   ox
api/problems/<slug:code>/                                  -        ox   ox   ox   ox   ox   ox   ox   ox
livez                                                      -        oo   oo   oo   oo   oo   oo   oo   oo
readyz                                                     -        oo   oo   oo   oo   oo   oo   oo   oo
"""


@dataclass(frozen=True)
class Row:
    """One address: whose object stands in it, and each caller's two answers."""

    target: str
    answers: dict[str, str]


def rows() -> dict[str, Row]:
    """The matrix by route; the home page has the empty one."""
    read = {}
    for line in MATRIX.strip().splitlines()[1:]:
        route, target, *cells = line.split()
        answers = dict(zip(CALLERS, cells, strict=True))
        read["" if route == "(home)" else route] = Row(target, answers)
    return read
