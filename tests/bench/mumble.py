# SPDX-License-Identifier: Apache-2.0
"""A stock Mumble server and two stock Mumble clients without a person: the peer of the delay bench. 10 ms in a packet, the
shortest buffers that its settings have, microphone open all the time, no processing."""
import getpass
import hashlib
import shutil
import socket
import sqlite3
import ssl
import subprocess

from lab import wait_for


def installed():
    return all(shutil.which(p) for p in ("mumble", "murmurd", "Xvfb"))


class MumbleServer:
    def __init__(self, lab):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        folder = lab.path("murmur")
        folder.mkdir()
        (folder / "murmur.ini").write_text(f"database={folder}/murmur.sqlite\nport={self.port}\nbandwidth=130000\nusers=10\n"
                                           f"uname={getpass.getuser()}\nlogfile={folder}/murmur.log\nbonjour=false\nallowping=true\n")
        lab.start("murmurd", ["murmurd", "-fg", "-ini", folder / "murmur.ini"])

        def certificate():
            try:
                return ssl.get_server_certificate(("127.0.0.1", self.port))
            except OSError:
                return None
        pem = wait_for("the Mumble server", certificate, 20)
        self.digest = hashlib.sha1(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


class Mumble:
    """`microphone` and `loudspeaker` are PulseAudio names; without a microphone of its own a client is muted."""

    def __init__(self, lab, server, name, loudspeaker, microphone=None, quality=72000):
        self.folder = lab.path(f"mumble-{name}")
        config, data = self.folder / "config" / "Mumble", self.folder / "data" / "Mumble" / "Mumble"
        config.mkdir(parents=True)
        data.mkdir(parents=True)
        # Who has a certificate is not led through making one.
        pem = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "60", "-subj", "/CN=Mumble User", "-keyout", "-"],
                             check=True, capture_output=True).stdout
        p12 = subprocess.run(["openssl", "pkcs12", "-export", "-passout", "pass:"], input=pem, check=True, capture_output=True).stdout
        certificate = "".join(f"\\x{byte:x}" for byte in p12)
        (config / "Mumble.conf").write_text(
            "[General]\nlastupdate=2\n[audio]\ninput=PulseAudio\noutput=PulseAudio\ntransmit=0\n"
            f"quality={quality}\noutputdelay=1\nnoisesupress=0\ndenoise=false\necho=false\nloudness=1000\nattenuateothers=false\n"
            f"mute={'false' if microphone else 'true'}\n[net]\nframesperpacket=1\njitterbuffer=1\ncertificate=\"@ByteArray({certificate})\"\n"
            f"[pulseaudio]\ninput={microphone or 'mic0'}\noutput={loudspeaker}\n[ui]\nupdatecheck=false\nplugincheck=false\nusage=false\n"
            "disablepubliclist=true\n[tts]\nenable=false\n")
        with sqlite3.connect(data / "mumble.sqlite") as store:   # the server's certificate is known: nobody is asked
            store.execute("CREATE TABLE cert (id INTEGER PRIMARY KEY AUTOINCREMENT, hostname TEXT, port INTEGER, digest TEXT)")
            store.execute("INSERT INTO cert (hostname, port, digest) VALUES ('127.0.0.1', ?, ?)", (server.port, server.digest))
        self.process = lab.start(f"mumble-{name}", ["mumble", "-m", f"mumble://{name}@127.0.0.1:{server.port}/"], env={
            "XDG_CONFIG_HOME": str(self.folder / "config"), "XDG_DATA_HOME": str(self.folder / "data"), "HOME": str(self.folder)})

    def end(self):
        self.process.end()
