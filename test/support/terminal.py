"""Types into a program on a real terminal. Arguments: what is typed first, what is typed when READY was said (or what
READY_WORD names), the program. Prints all that is seen until END."""
import os, pty, sys

first, keys, *program = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(program[0], program)
seen = b""


def read_until(word):
    global seen
    while word not in seen:
        seen += os.read(terminal, 4096)


os.write(terminal, first.encode())
read_until(os.environ.get("READY_WORD", "READY").encode())
os.write(terminal, keys.encode())
read_until(b"END")
sys.stdout.buffer.write(seen)
sys.stdout.buffer.flush()
os.kill(child, 9)
