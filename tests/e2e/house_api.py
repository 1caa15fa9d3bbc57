# SPDX-License-Identifier: Apache-2.0
"""A person of the house API with a key of their own, for tests whose sound is somebody else's: the key is made and used by openssl."""
import base64
import http.client
import json
import os
import subprocess
import urllib.parse


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Refused(Exception):
    def __init__(self, status, error):
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status, self.code = status, error.get("code")


class Person:
    def __init__(self, lab, server, name):
        self.server, self.name = server, name
        self.key = lab.path(f"{name}.pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.key], check=True)
        der = subprocess.run(["openssl", "pkey", "-in", self.key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.public = der[-32:]
        self.session = self.identity = self.room = None

    def post(self, path, body, method="POST"):
        origin = urllib.parse.urlparse(self.server.http)
        connection = http.client.HTTPConnection(origin.hostname, origin.port, timeout=30)
        headers = {"content-type": "application/json"}
        if self.session:
            headers["authorization"] = "Bearer " + self.session
        connection.request(method, "/api/v1/" + path, json.dumps(body) if method == "POST" else None, headers)
        response = connection.getresponse()
        answer = json.loads(response.read() or b"{}")
        connection.close()
        if response.status != 200:
            raise Refused(response.status, answer.get("error", answer))
        return answer

    def get(self, path):
        return self.post(path, None, "GET")

    def proof(self, purpose):
        c = self.post("challenge", {"client_nonce": b64url(os.urandom(16)), "purpose": purpose})
        parts = ["parlour-auth-v1", c["house"], self.server.http, purpose, c["nonce"], str(c["expires_ms"])]
        statement = b"".join(len(p).to_bytes(4, "big") + p.encode() for p in parts)
        text = str(self.key) + ".statement"
        with open(text, "wb") as out:
            out.write(statement)
        signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.key, "-in", text],
                                   check=True, capture_output=True).stdout
        return {"public_key": b64url(self.public), "nonce": c["nonce"], "origin": self.server.http, "expires_ms": c["expires_ms"],
                "signature": b64url(signature)}

    def redeem(self, link):
        """The grant that the link gives."""
        where, secret = link.split("#k=")
        invitation = where.rsplit("/i/", 1)[1]
        answer = self.post("invitations/redeem", {"id": invitation, "secret": secret[:22], "name": self.name,
                                                  "proof": self.proof("redeem " + invitation)})
        self.session, self.identity, self.room = answer["session"], answer["identity"], answer["join"]["room"]
        return answer["join"]

    def token(self):
        return self.post(f"rooms/{self.room}/token", {})

    def stage(self, verb, target=None, **more):
        body = {"verb": verb, **more}
        if target:
            body["target"] = target.identity
        return self.post(f"rooms/{self.room}/stage", body)
