/** Tricks that need the kernel's calls themselves. */

const prelude = `
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
machine = os.uname().machine
buffer, other = ctypes.create_string_buffer(4096), ctypes.create_string_buffer(4096)
numbers = {
  'keyctl': (250, 219), 'add_key': (248, 217), 'open_by_handle_at': (304, 265), 'bpf': (321, 280),
  'perf_event_open': (298, 241), 'userfaultfd': (323, 282), 'io_uring_setup': (425, 425), 'init_module': (175, 105),
  'kexec_load': (246, 104), 'reboot': (169, 142), 'sethostname': (170, 161), 'settimeofday': (164, 170),
  'swapon': (167, 224), 'acct': (163, 89), 'syslog': (103, 116), 'quotactl': (179, 60), 'move_mount': (429, 429),
  'open_tree': (428, 428), 'fsopen': (430, 430), 'mount_setattr': (442, 442), 'chroot': (161, 51),
  'pivot_root': (155, 41), 'setns': (308, 268), 'ptrace': (101, 117), 'iopl': (172, -1), 'clone3': (435, 435)
}
def call(name, *args):
    return libc.syscall(ctypes.c_long(numbers[name][0 if machine == 'x86_64' else 1]), *args)
def sys_keyctl(*args): return call('keyctl', *args)
def parent():
    # The agent's program: the nearest ancestor that is neither a shell nor this.
    pid = os.getpid()
    while True:
        fields = open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
        pid = int(fields[1])
        name = open(f'/proc/{pid}/comm').read().strip()
        if pid == 1 or name not in ('bash', 'sh', 'timeout', 'python3'): return pid
`

export const python = (code: string): string => `python3 - <<'PYTHON'\n${prelude}${code}\nPYTHON`
