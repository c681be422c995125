"""Stands between the operator and a real API server and kills the operator at a chosen write: before the server gets it, or after it was done and before the operator
hears of it. So every place between two writes of a run can be tried.
"""

import base64
import contextlib
import http.client
import http.server
import json
import re
import signal
import socket
import ssl
import threading
import urllib.parse

WRITES = ("POST", "PUT", "PATCH", "DELETE")


class CuttingProxy:
    """`kubeconfig_text()` leads through it; it adds the administrator's token. `arm(3, "after")`, then `victim = process`."""

    def __init__(self, kubeconfig):
        with open(kubeconfig, encoding="utf-8") as file:
            text = file.read()
        self.upstream = urllib.parse.urlsplit(re.search(r"server: *\"?([^\"\s,}\]]+)", text).group(1))
        self.token = re.search(r"token: *\"?([^\"\s,}\]]+)", text).group(1)
        authority = re.search(r"certificate-authority: *\"?([^\"\s,}\]]+)", text)
        if authority:
            self.context = ssl.create_default_context(cafile=authority.group(1))
        else:
            data = re.search(r"certificate-authority-data: *\"?([^\"\s,}\]]+)", text).group(1)
            self.context = ssl.create_default_context(cadata=base64.b64decode(data).decode())
        self.lock = threading.Lock()
        self.victim, self.fired = None, False
        self.arm(None, None)
        proxy = self

        class Exchange(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def exchange(self):
                proxy.exchange(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = exchange

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def kubeconfig_text(self):
        server = f"http://127.0.0.1:{self.server.server_address[1]}"
        return json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "cut",
                           "clusters": [{"name": "cut", "cluster": {"server": server}}], "users": [{"name": "cut", "user": {}}],
                           "contexts": [{"name": "cut", "context": {"cluster": "cut", "user": "cut"}}]})

    def arm(self, number, when):
        """The write that kills, from 1, and "before" or "after" it is done; None: none."""
        with self.lock:
            self.number, self.when, self.writes, self.fired = number, when, 0, False

    def kill(self):
        self.fired = True
        self.victim.send_signal(signal.SIGKILL)
        self.victim.wait()

    def exchange(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        fatal = None
        if request.command in WRITES:
            with self.lock:
                self.writes += 1
                fatal = self.when if self.writes == self.number else None
        request.close_connection = True
        try:
            if fatal == "before":
                return self.kill()
            headers = {key: value for key, value in request.headers.items() if key.lower() not in ("host", "connection", "content-length")}
            upstream = http.client.HTTPSConnection(self.upstream.hostname, self.upstream.port, context=self.context)
            with contextlib.closing(upstream):
                upstream.request(request.command, request.path, body or None, {**headers, "Authorization": "Bearer " + self.token})
                answer = upstream.getresponse()
                if fatal == "after":
                    answer.read()
                    return self.kill()
                self.pass_on(request, answer)
        except (OSError, http.client.HTTPException):
            pass  # the operator is gone, or the server is
        return None

    @staticmethod
    def pass_on(request, answer):
        request.send_response(answer.status)
        request.send_header("Content-Type", answer.getheader("Content-Type", "application/json"))
        request.send_header("Connection", "close")
        if "watch=" not in request.path:
            whole = answer.read()
            request.send_header("Content-Length", str(len(whole)))
            request.end_headers()
            request.wfile.write(whole)
            return
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        request.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while chunk := answer.read1(65536):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        request.wfile.write(b"0\r\n\r\n")
