"""A program that is asked something on a terminal."""

import os
import subprocess


def answered(command, answer, **options):
    """Runs the command with a terminal as its input and errors, on which `answer` is typed: its exit code, its output, and what the terminal shows."""
    main, other = os.openpty()
    process = subprocess.Popen(command, stdin=other, stdout=subprocess.PIPE, stderr=other, text=True, **options)
    os.close(other)
    os.write(main, answer.encode())
    output = process.communicate(timeout=60)[0]
    shown = b""
    while True:
        try:
            part = os.read(main, 65536)
        except OSError:  # nobody is at the other end, and all is read
            break
        if not part:
            break
        shown += part
    os.close(main)
    return process.returncode, output, shown.decode()
