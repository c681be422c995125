"""A way to the API server that loses, refuses and cuts: it ends the TLS connection with the server's own certificate, and hands each
request on, or not. Watches are cut after a moment. Python, standard library only.
"""

import http.client
import http.server
import itertools
import json
import os
import ssl
import threading
import time

STATUS = {"kind": "Status", "apiVersion": "v1", "status": "Failure"}


class UnrulyWay:
    """`faults`: what is done to one request after another, watches apart, again from the first after the last: "none", "429", "500" (not
    handed on), "lost" (handed on, answered with 503), "cut" (not handed on, the connection closed), "cut-after" (handed on, then
    closed)."""

    def __init__(self, api, kube, faults, watch_seconds=2):
        self.upstream, self.tls = kube.server, kube.tls
        self.faults, self.lock, self.watch_seconds, self.done = itertools.cycle(faults), threading.Lock(), watch_seconds, {}
        pki = os.path.join(api.directory, "pki")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(pki, "apiserver.crt"), os.path.join(pki, "apiserver.key"))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.kubeconfig = os.path.join(api.directory, f"unruly-{self.server.server_port}.kubeconfig")
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "way",
                  "clusters": [{"name": "way", "cluster": {"server": f"https://127.0.0.1:{self.server.server_port}",
                                                           "certificate-authority": os.path.join(pki, "ca.crt")}}],
                  "contexts": [{"name": "way", "context": {"cluster": "way", "user": "way"}}],
                  "users": [{"name": "way", "user": {"token": kube.token}}]}
        with open(self.kubeconfig, "w", encoding="utf-8") as file:
            json.dump(config, file)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def next_fault(self):
        with self.lock:
            fault = next(self.faults)
            self.done[fault] = self.done.get(fault, 0) + 1
            return fault

    def _handler(way):  # pylint: disable=no-self-argument
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

            def answer(self, code, body, headers=()):
                self.send_response(code)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def refuse(self, code, *headers):
                self.answer(code, json.dumps({**STATUS, "code": code, "message": "an unruly way"}).encode(), headers)

            def handed_on(self, body):
                connection = http.client.HTTPSConnection(way.upstream.hostname, way.upstream.port, context=way.tls, timeout=60)
                kept = {name: value for name, value in self.headers.items()
                        if name.lower() not in ("host", "connection", "accept-encoding")}
                connection.request(self.command, self.path, body, kept)
                return connection, connection.getresponse()

            def hang_up(self):
                self.close_connection = True
                self.connection.close()

            def handle_request(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) or None
                if "watch=" in self.path:
                    return self.stream(body)
                fault = way.next_fault()
                if fault == "cut":
                    return self.hang_up()
                if fault in ("429", "500"):
                    return self.refuse(int(fault), *([("Retry-After", "1")] if fault == "429" else []))
                connection, answer = self.handed_on(body)
                text = answer.read()
                connection.close()
                if fault == "lost":
                    return self.refuse(503)
                if fault == "cut-after":
                    return self.hang_up()
                return self.answer(answer.status, text)

            def stream(self, body):
                connection, answer = self.handed_on(body)
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                connection.sock.settimeout(way.watch_seconds)  # a stream that is silent for so long is cut
                deadline = time.monotonic() + way.watch_seconds
                while time.monotonic() < deadline:
                    try:
                        part = answer.read1(65536)
                    except TimeoutError:
                        break
                    if not part:
                        break
                    self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
                    self.wfile.flush()
                connection.close()
                self.hang_up()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_request
        return Handler
