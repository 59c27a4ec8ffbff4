/** Up: from the box's user to more than that, and from the box to this machine. */
import type { Raid } from "../../support/RedTeam.ts"
import { python } from "./python.ts"

/** Calls that only a kernel's own administrator may make, each with arguments that would succeed for one. */
const calls = [
  "open_by_handle_at(AT, handle, 0)",
  "bpf(0, buffer, 72)",
  "perf_event_open(attributes, 0, -1, -1, 0)",
  "init_module(buffer, 4096, b'')",
  "kexec_load(0, 0, 0, 0)",
  "sethostname(b'raided', 6)",
  "settimeofday(clock, 0)",
  "swapon(b'/tmp/raid', 0)",
  "acct(0)",
  "syslog(3, buffer, 4000)",
  "open_tree(-100, b'/', 1)",
  "fsopen(b'tmpfs', 0)",
  "chroot(b'/tmp')",
  "pivot_root(b'/tmp', b'/tmp')",
  "iopl(3)"
]

const call = (each: string): string => {
  const [, name = "", args = ""] = /^(\w+)\((.*)\)$/.exec(each) ?? []
  return python(`
AT = os.open('/', os.O_RDONLY)
handle = ctypes.create_string_buffer(b'\\x08\\0\\0\\0\\x01\\0\\0\\0\\x02\\0\\0\\0\\0\\0\\0\\0', 64)
attributes = ctypes.create_string_buffer(b'\\x01\\0\\0\\0\\x70\\0\\0\\0', 128)
clock = ctypes.create_string_buffer(16)
import time
clock[0:8] = int(time.time()).to_bytes(8, 'little')
if call('${name}', ${args}) >= 0: print('OUT')`)
}

/** A file of the kernel that must not be written, tried without writing anything. */
const writable = (files: string): string => `for file in ${files}; do (exec 3>>"$file") && echo "$file"; done`
const readable = (files: string): string => `for file in ${files}; do head -c 16 "$file" | base64; done`

export const up: Raid = {
  teeth: {
    "who it is": "id -u",
    "a call that anybody may make": python("if libc.getpid() > 0: print('OUT')"),
    "a setuid program is there": "find / -xdev -type f -perm -4000 | head -n 1; echo looked"
  },
  tricks: {
    capabilities:
      "grep -hE '^Cap(Inh|Prm|Eff|Bnd|Amb)' /proc/self/status | grep -v 0000000000000000; grep -hE '^Cap(Inh|Prm|Eff|Amb)' /proc/1/status | grep -v 0000000000000000",
    "new privileges": "grep NoNewPrivs /proc/self/status | grep -v '1$'",
    "a root of the box": "id -u | grep -x 0",
    "groups of this machine": "id -G | tr ' ' '\\n' | grep -vx \"$(id -g)\"",
    "every setuid program":
      "for file in $(find / -xdev -type f -perm -4000 2>/dev/null); do case $file in */su) $file root -c id </dev/null;; */passwd) $file -S root;; */mount) $file -t tmpfs none /mnt && echo OUT;; */sudo) $file -n id;; esac; done | grep -E 'uid=0|OUT'",
    "a setuid program of its own":
      "cp /bin/bash /tmp/up && chmod 6755 /tmp/up && /tmp/up -p -c 'grep ^Uid /proc/self/status' | grep -wE '0'",
    "rights on a file of its own": "cp /bin/bash /tmp/cap && setcap cap_sys_admin+ep /tmp/cap && echo OUT",
    "a user namespace": "unshare -Ur id | grep uid=0",
    "a user namespace by clone": `${python("pid = libc.syscall(ctypes.c_long(56 if machine == 'x86_64' else 220), 0x10000000 | 17, 0, 0, 0, 0)\nif pid == 0: os._exit(0)\nif pid > 0: print('OUT')")}`,
    "a mount namespace": "unshare -m true && echo OUT",
    "a user namespace with mounts": "unshare -Urm sh -c 'mount -t tmpfs none /mnt && echo OUT'",
    "a namespace of the first process": "nsenter -t 1 -m -u -i -p true && nsenter -t 1 -m ls /root && echo OUT",
    "a mount": "mkdir -p /tmp/m && mount -t tmpfs none /tmp/m && echo OUT; mount -t proc none /tmp/m && echo OUT",
    "a mount of a disk": "for d in /dev/[svx]d* /dev/nvme* /dev/mapper/*; do [ -b $d ] && echo $d; done",
    "the root for writing":
      "mount -o remount,rw / && echo OUT; for file in /x /usr/x /etc/x /bin/x /opt/x; do touch $file && echo $file; done",
    "files of the system": writable("/etc/passwd /etc/ld.so.cache /usr/bin/env /bin/sh /etc/hosts /etc/resolv.conf"),
    "the program of the first process": writable("/proc/1/exe /proc/self/exe"),
    "the program that starts boxes": "ls -l /proc/[0-9]*/exe | grep -E 'runc|containerd|dockerd'",
    "a device node": "mknod /tmp/sda b 8 0 && echo OUT; mknod /tmp/mem c 1 1 && echo OUT",
    "devices of this machine":
      "ls /dev | grep -vxE 'console|core|fd|full|mqueue|null|ptmx|pts|random|shm|std(in|out|err)|tty|urandom|zero'",
    "files of the kernel, for writing": writable(
      "/proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/kernel/hostname /proc/sys/vm/overcommit_memory /proc/sys/fs/binfmt_misc/register /proc/sys/net/ipv4/ip_forward /proc/sysrq-trigger /proc/irq/0/smp_affinity /proc/mtrr"
    ),
    "files of the kernel, for reading": readable(
      "/proc/kcore /proc/kmsg /proc/kallsyms.raw /dev/mem /dev/kmsg /proc/1/mem"
    ),
    "/sys for writing": "find /sys -xdev -type f -writable | head -n 3",
    "a group of processes for writing":
      "find /sys/fs/cgroup -writable | head -n 3; echo 0 > /sys/fs/cgroup/cgroup.procs && echo OUT",
    "a release agent":
      "mkdir -p /tmp/c && mount -t cgroup -o rdma cgroup /tmp/c && echo OUT; find / -xdev -name release_agent -writable",
    "more memory than it was given":
      "for f in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do echo -1 > $f && echo OUT; done",
    "a better place before the out-of-memory killer": "echo -1000 > /proc/self/oom_score_adj && echo OUT",
    "a better priority": "nice -n -20 sh -c 'nice' | grep -E '^-'",
    "the engine's socket":
      "find / -xdev \\( -name 'docker*.sock' -o -name 'containerd*.sock' -o -name 'podman*.sock' -o -name crio.sock \\) | head -n 2",
    "abstract sockets of the engine": "grep -a @ /proc/net/unix",
    "processes of this machine": "cat /proc/*/comm | grep -E 'dockerd|containerd|systemd|sshd'",
    "the root of a process of this machine":
      'for root in /proc/[0-9]*/root; do cat "$root$L/token"; ls -d "$root/proc/1/root$L/run"; done',
    "a link out of the box": 'ln -s / /tmp/root; cat "/tmp/root$L/token"; ln -s "$L" here; cat here/token; rm -f here',
    "a hard link to what is outside": 'ln "$L/token" ./linked && cat linked',
    "words put into the terminal of who started it": python(
      "import fcntl, termios\nfor fd in (0, 1, 2):\n    try:\n        fcntl.ioctl(fd, termios.TIOCSTI, b'x'); print('OUT')\n    except OSError: pass\ntry:\n    os.open('/dev/tty', os.O_RDWR); print('OUT')\nexcept OSError: pass"
    ),
    // Its number is 0 where its leader is outside.
    "the session of who started it": "read -r -a all </proc/$$/stat; [ ${all[5]} = 0 ] && echo OUT",
    "userfaultfd, by which kernels were broken": python("if call('userfaultfd', 0) >= 0: print('OUT')"),
    ...Object.fromEntries(calls.map((each) => [`the kernel's ${each.slice(0, each.indexOf("("))}`, call(each)]))
  }
}
