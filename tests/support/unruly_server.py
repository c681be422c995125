"""An HTTP server that answers as it is told, badly where it is told so: the API server that no one wants, for tests of the Kubernetes client.

Usage: unruly_server.py ADDRESS [CERTIFICATE KEY [CLIENT_AUTHORITY]]. It listens on a free port of a loopback address, prints {"port": N}, and
then answers each JSON line of its stdin with one of its stdout; it ends with its stdin.

  {"answers": [ANSWER…]}  each request takes the next one, the last one stays
  {"seen": true}          {"seen": [{"method", "target", "headers", "body", "connection", "client", "name"}…]}, and
                          forgets them; `name` is what the handshake asked for (SNI)

ANSWER: {"status", "headers", "body"}, or with "chunks": [TEXT…] instead of a body; "times" repeats the chunks. "end" tells what follows what was
sent: "close", "silence" (held open, nothing comes), "cut" (closed without the end that HTTP asks for), nothing (the connection is kept).
"raw": TEXT is sent as it stands, and the connection closed. "pause": seconds between chunks. "reset": nothing is sent, the connection is closed.
Standard library only.
"""

import json
import socket
import ssl
import sys
import threading


class Unruly:
    def __init__(self, address, context):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, 0), family=family)
        self._context = context
        self._lock = threading.Lock()
        self._answers = []
        self._seen = []
        self._connections = 0
        self._held = []
        self._over = threading.Event()

    @property
    def port(self):
        return self._listener.getsockname()[1]

    def accept(self):
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections += 1
            threading.Thread(target=self._serve, args=(connection, self._connections), daemon=True).start()

    def command(self, command):
        with self._lock:
            if "answers" in command:
                self._answers = command["answers"]
                return {}
            seen, self._seen = self._seen, []
            return {"seen": seen}

    def _next(self, request):
        with self._lock:
            self._seen.append(request)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def _serve(self, connection, number):
        try:
            client = name = ""
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                certificate = connection.getpeercert() or {}
                client = "".join(value for part in certificate.get("subject", ()) for key, value in part if key == "commonName")
                name = getattr(connection, "asked_name", "")
            stream = connection.makefile("rb")
            while True:
                request = self._read(stream)
                if request is None:
                    break
                request.update(connection=number, client=client, name=name)
                if not self._answer(connection, self._next(request)):
                    break
        except OSError:
            pass  # the client went, or would not shake hands: what the test looks at is on its side
        finally:
            connection.close()

    @staticmethod
    def _read(stream):
        line = stream.readline().decode("latin-1").split()
        if len(line) != 3:
            return None
        headers = {}
        while True:
            header = stream.readline().decode("latin-1").strip()
            if not header:
                break
            name, _, value = header.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0))).decode("utf-8", "replace")
        return {"method": line[0], "target": line[1], "headers": headers, "body": body}

    def _answer(self, connection, answer):
        """Whether the connection goes on."""
        if answer.get("reset"):
            return False
        if "raw" in answer:
            connection.sendall(answer["raw"].encode("latin-1"))
            return False
        end = answer.get("end", "")
        if "status" in answer:
            head = f"HTTP/1.1 {answer['status']} Told\r\n"
            headers = {"Content-Type": "application/json", **answer.get("headers", {})}
            body = answer.get("body", "").encode()
            if "chunks" in answer:
                headers["Transfer-Encoding"] = "chunked"
            else:
                headers["Content-Length"] = str(len(body) + (100 if end in ("cut", "silence") else 0))
            head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sendall(head.encode("latin-1") + b"\r\n" + body)
            for chunk in answer.get("chunks", []) * answer.get("times", 1):
                data = chunk.encode()
                connection.sendall(b"%x\r\n%s\r\n" % (len(data), data))
                self._over.wait(answer.get("pause", 0))
            if "chunks" in answer and end not in ("cut", "silence"):
                connection.sendall(b"0\r\n\r\n")
        if end == "silence":
            while connection.recv(4096):
                pass
        return end == ""


def main():
    context = None
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2], sys.argv[3])
        context.sni_callback = lambda connection, name, _: setattr(connection, "asked_name", name or "")
        if len(sys.argv) > 4:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(sys.argv[4])
    server = Unruly(sys.argv[1], context)
    threading.Thread(target=server.accept, daemon=True).start()
    print(json.dumps({"port": server.port}), flush=True)
    for line in sys.stdin:
        print(json.dumps(server.command(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
