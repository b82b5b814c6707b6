"""What was written down about the meetings."""

NOTES: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "kickoff": (
            "Went through what was bought, agreed on sizing kits and named the people on both sides.",
            "Rollout plan agreed: sizing first, rings two weeks later, software training after that.",
        ),
        "operations": (
            "Sizing figures reviewed; second order prepared for the new starters.",
            "Delivery addresses checked, distribution day planned, leaflet for the wearers handed over.",
            "Open orders and spare sizes discussed; next shipment confirmed.",
        ),
        "software-training": (
            "First sign-in, groups and invitations set up together; coaches added.",
            "Reading the dashboards, inviting members, common questions of wearers.",
        ),
        "supplementary-training": (
            "Training for two new coaches, with their own questions.",
            "Deeper look at reports and at what the figures can and cannot say.",
        ),
    },
    "it": {
        "kickoff": ("Visti insieme i prodotti acquistati, la prova delle taglie e le prossime date.",),
        "operations": (
            "Riviste le taglie; preparato il secondo ordine per i nuovi assunti.",
            "Verificati gli indirizzi di consegna e fissato il giorno della distribuzione.",
        ),
        "software-training": ("Primo accesso, gruppi e inviti; lettura dei dati.",),
        "supplementary-training": ("Formazione per due nuovi referenti, con le loro domande.",),
    },
}
