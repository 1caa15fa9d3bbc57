# SPDX-License-Identifier: Apache-2.0
"""Two parlourd of one house on one PostgreSQL behind a load balancer."""
import http.client
import time

from balancer import Balancer
from lab import Server, wait_for
from postgres import Postgres

FREE = ("--set", "limits.per_ip=0")   # all come from one address


class Replica(Server):
    def start(self, timeout=40):
        """Ready when the house is open or known to be run by the other, which a busy machine makes longer."""
        return super().start(timeout)


class Pair:
    """`args`: what both are told besides, made from the address under which people reach them."""

    def __init__(self, lab, args=lambda url: ()):
        self.lab = lab
        self.postgres = Postgres(lab)
        self.balancer = Balancer(lab)
        self.args = args(self.balancer.url)
        self.servers = [self.start("north"), self.start("south")]

    def start(self, name):
        server = Replica(self.lab, name, args=["--store", self.postgres.url, "--public-url", self.balancer.url, "--replica-address", "127.0.0.1:0",
                                              *self.args])
        self.balancer.add(server.listen)
        return server

    def metrics(self, server):
        try:
            connection = http.client.HTTPConnection(server.listen, timeout=2)
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
            connection.close()
        except (OSError, http.client.HTTPException):
            return {}
        return {line.split(" ")[0].split("{")[0]: float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line and not line.startswith("#")}

    def holds(self, server):
        return self.metrics(server).get("parlour_replica_holds") == 1

    def holder(self):
        return wait_for("one of the two to run the house", lambda: next((s for s in self.servers if self.holds(s)), None), 20)

    def other(self, server):
        return next(s for s in self.servers if s is not server)

    def turn(self):
        return int(self.postgres.ask("SELECT fence FROM house_claim"))

    def row(self):
        return self.postgres.ask("SELECT fence, holder_name FROM house_claim")


def back(people, marks, began, what):
    for one in people:
        one.expect("reconnected", 60, since=marks[one])
        print(f"      {what}: {one.name} is back after {time.monotonic() - began:.1f} s")
