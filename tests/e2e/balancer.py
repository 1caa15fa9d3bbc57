# SPDX-License-Identifier: Apache-2.0
"""A load balancer as small as can be, for several servers of one house: TCP, in turn, only to those whose /healthz says 200; who does
not say so twice loses its connections, as with HAProxy's `fall 2 on-marked-down shutdown-sessions`."""
import http.client
import select
import socket
import threading
import time


class Balancer:
    def __init__(self, lab, every=0.5, patience=1.0, fall=2):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.every, self.patience, self.fall = every, patience, fall
        self.lock = threading.Lock()
        self.good, self.open, self.turn, self.ended = {}, {}, 0, False
        self.first = None   # an address that gets what comes, as long as it takes it
        self.log = None
        lab.processes.append(self)
        threading.Thread(target=self._serve, daemon=True).start()

    def add(self, address):
        """"127.0.0.1:7880", asked from now on whether it is ready."""
        with self.lock:
            self.good[address], self.open[address] = False, set()
        threading.Thread(target=self._watch, args=(address,), daemon=True).start()

    def ready(self, address):
        with self.lock:
            return self.good.get(address, False)

    def _watch(self, address):
        bad = 0
        while not self.ended:
            try:
                connection = http.client.HTTPConnection(address, timeout=self.patience)
                connection.request("GET", "/healthz")
                ok = connection.getresponse().status == 200
                connection.close()
            except (OSError, http.client.HTTPException):
                ok = False
            bad = 0 if ok else bad + 1
            with self.lock:
                self.good[address] = ok or (bad < self.fall and self.good[address])
                cut = [] if self.good[address] else list(self.open[address])
            for one in cut:
                self._shut(one)
            time.sleep(self.every)

    @staticmethod
    def _shut(one):
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def _serve(self):
        while not self.ended:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _next(self):
        with self.lock:
            good = [a for a, ok in self.good.items() if ok]
            self.turn += 1
            rest = good[self.turn % len(good):] + good[:self.turn % len(good)] if good else []
            return sorted(rest, key=lambda address: address != self.first)

    def _carry(self, client):
        for address in self._next():
            host, port = address.rsplit(":", 1)
            try:
                server = socket.create_connection((host, int(port)), timeout=1)
                break
            except OSError:
                continue
        else:
            client.close()
            return
        server.settimeout(None)
        for one in (client, server):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.open[address].add(client)
        try:
            to = {client: server, server: client}
            while True:
                for one in select.select(list(to), [], [])[0]:
                    data = one.recv(65536)
                    if not data:
                        return
                    to[one].sendall(data)
        except OSError:
            pass
        finally:
            with self.lock:
                self.open[address].discard(client)
            for one in (client, server):
                self._shut(one)
                one.close()

    def end(self, timeout=None):
        self.ended = True
        self.listener.close()
        with self.lock:
            everybody = [one for connections in self.open.values() for one in connections]
        for one in everybody:
            self._shut(one)
