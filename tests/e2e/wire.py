# SPDX-License-Identifier: Apache-2.0
"""A cable between a client's signalling and its server that a test can cut."""
import socket
import threading


def end(*sockets):
    """Both ways, whether open or not."""
    for one in sockets:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def pump(source, sink):
    """What comes from one goes into the other, until either ends."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    end(source, sink)


class Wire:
    """A TCP relay in front of the server's signalling that can be cut; the media goes around it."""

    def __init__(self, port):
        self.to, self.open, self.accepts = port, [], True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            inner, _ = self.listener.accept()
            if not self.accepts:
                inner.close()
                continue
            try:
                outer = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                inner.close()
                continue
            self.open += [inner, outer]
            for a, b in ((inner, outer), (outer, inner)):
                threading.Thread(target=pump, args=(a, b), daemon=True).start()

    def cut(self):
        end(*self.open)
        self.open = []
