"""What somebody writes into the sample issue by hand: the director's note, numbers, a shorter headline. All invented,
but for the numbers, which the organisation's page gives.
"""

NOTE = {
    "text": (
        "A city hall learns who has arrived before any statistics do: at the school gate, at the clinic, at the counter"
        " where somebody asks for an address. I have come to think that welcome is less a matter of large plans than"
        " of such counters, and of the people who stand behind them."
        "\n\n"
        "Thank you to the finance teams who opened their budgets to us, line by line. And thank you to every reader who"
        " wrote to us this quarter; we read all of it."
        "\n\n"
        "I have one request. If a practice in your city deserves to be copied, or a failure to be known, tell me in two"
        " lines. Simply reply to this mail."
    ),
    "name": "Sample Director",
    "role": "Executive Director (illustrative)",
}

NUMBERS = {
    "figures": "250+ | cities in the movement worldwide, as of 2023 | 2023 Impact Report\n"
    "nearly 100 | cities whose mayors took part in 2023 | 2023 Impact Report\n"
    "70 | local actions for migrants and refugees | Localizing the Global Compacts, 2022"
}

# By the publication's external id: what a reader sees in the mail, where the source's own title is too long for it.
HEADLINES = {"devex-roots-of-change": "Devex and the council begin “Roots of Change”"}
