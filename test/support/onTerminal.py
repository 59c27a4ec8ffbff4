"""Runs a program on a real terminal of 80 columns; its output comes out as the terminal was given it. Arguments: the program."""
import fcntl, os, pty, struct, sys, termios


def sized(terminal):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    return os.read(terminal, 4096)


sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:], sized)))
