# SPDX-License-Identifier: Apache-2.0
"""A house as it looks after its first weeks: members who brought each other, somebody waiting, talks in the calendar, a famous guest
in the middle of a negotiation. Made by the same commands that people use; for the demo."""
import datetime

HOST, SPEAKER, LISTENER = "Josephine Okafor", "Victor Tamm", "Kenji Ito"


def day(ahead, hour):
    """A time in UTC that is never past when the demo starts late in the evening."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=ahead)).strftime(f"%Y-%m-%dT{hour:02}:00")


def furnish(lab, server, newcomer, home):
    """Fills the house; `newcomer` comes in by an invitation and lives in the folder `home`. Answers the room of the evening."""
    server.admin("house", "init", "--owner-home", lab.path("josephine"), "--title", "The Reading Room", "--name", HOST)

    def bring(by, who, name):
        link = lab.ctl(by, "invite", "create", "--kind", "membership", "--for", name)["link"]
        lab.ctl(who, "redeem", link, "--name", name)

    for by, who, name in (("josephine", "victor", SPEAKER), ("josephine", "mara", "Mara Lindqvist"), ("victor", "kenji", LISTENER),
                          ("mara", "tomas", "Tomás Rey"), ("kenji", "ines", "Inês Duarte"), ("josephine", home, newcomer)):
        bring(by, who, name)
    lab.ctl("mara", "invite", "create", "--kind", "membership", "--for", "Ola")

    for title, days, hour, minutes in (("Letters from the sea", 1, 18, 60), ("Poems that were never printed", 4, 19, 45)):
        talk = lab.ctl("mara", "schedule", "create", title, "--at", day(days, hour), "--zone", "UTC", "--for", minutes)
        for who in ("victor", "kenji", "ines"):
            lab.ctl(who, "schedule", "rsvp", talk["id"], "yes")

    # The newcomer has asked somebody famous, whose spokesperson has answered: the next move is the newcomer's.
    guest = lab.ctl(home, "guest", "create", "--topic", "The century of the sea", "--name", "Ada Lind",
                    "--question", "What did you find at the bottom?", "--question", "What did you never tell?",
                    "--when", day(20, 18) + ":00Z", "--exclude", "stocks")
    lab.ctl("spokesperson", "guest", "answer", guest["delegate_link"], "ask", "--text", "Interesting, but first tell us what is proposed.")
    lab.ctl(home, "guest", "answer", guest["id"], "ask", "--text", "An hour about the deep sea in front of everybody who listens.")
    lab.ctl("spokesperson", "guest", "answer", guest["delegate_link"], "counter", "--set", "length_minutes=45",
            "--text", "Three quarters of an hour, please.")
    return lab.ctl("josephine", "room", "create", "Evening talk on this computer")
