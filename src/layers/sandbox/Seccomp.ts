/**
 * The calls of the kernel that a box under bubblewrap has no business with, as a filter of seccomp. Container engines refuse
 * these by themselves; without a filter the kernel's key rings, which no namespace divides, would be shared by all boxes of a
 * user, and a user namespace would open the parts of the kernel that are broken most often. Pure.
 */

interface Machine {
  /** AUDIT_ARCH_*: calls of another machine's kind have other numbers. */
  readonly audit: number
  /** Where the numbers of a second kind of calls begin (x32). */
  readonly second?: number
  readonly clone: number
  readonly unshare: number
  readonly ioctl: number
  readonly refused: ReadonlyArray<ReadonlyArray<number>>
}

/**
 * The same on every machine. 425–427: io_uring; 428–433, 442: mounts (open_tree, move_mount, fsopen, fsconfig, fsmount,
 * fspick, mount_setattr); 443: quotactl_fd.
 */
const RING = [425, 426, 427]
const COMMON = [428, 429, 430, 431, 432, 433, 442, 443]
const CLONE3 = 435

/**
 * What engines refuse to a container without capabilities, by the numbers of the machine:
 * https://github.com/moby/profiles/blob/main/seccomp/default.json,
 * https://github.com/torvalds/linux/tree/master/arch/x86/entry/syscalls and include/uapi/asm-generic/unistd.h
 */
const machines: Readonly<Record<string, Machine>> = {
  x64: {
    audit: 0xc000_003e,
    second: 0x4000_0000,
    clone: 56,
    unshare: 272,
    ioctl: 16,
    refused: [
      // add_key, request_key, keyctl; mount, umount2, pivot_root, chroot, setns
      [248, 249, 250, 165, 166, 155, 161, 308],
      // bpf, perf_event_open, userfaultfd, fanotify_init, name_to_handle_at, open_by_handle_at, lookup_dcookie
      [321, 298, 323, 300, 303, 304, 212],
      // create_module, init_module, delete_module, get_kernel_syms, query_module, finit_module, kexec_load, kexec_file_load
      [174, 175, 176, 177, 178, 313, 246, 320],
      // acct, quotactl, reboot, swapon, swapoff, syslog, vhangup, iopl, ioperm, uselib, ustat, sysfs, _sysctl, nfsservctl
      [163, 179, 169, 167, 168, 103, 153, 172, 173, 134, 136, 139, 156, 180],
      // sethostname, setdomainname, settimeofday, clock_settime, clock_adjtime
      [170, 171, 164, 227, 305]
    ]
  },
  arm64: {
    audit: 0xc000_00b7,
    clone: 220,
    unshare: 97,
    ioctl: 29,
    refused: [
      [217, 218, 219, 40, 39, 41, 51, 268],
      [280, 241, 282, 262, 264, 265, 18],
      [105, 106, 273, 104, 294],
      [89, 60, 142, 224, 225, 116, 58, 42],
      [161, 162, 170, 112, 266]
    ]
  }
}

/** Offsets in `struct seccomp_data`; arguments are 64 bits wide, and their lower half decides here. */
const NUMBER = 0
const ARCH = 4
const argument = (index: number): number => 16 + 8 * index

type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number]

const load = (offset: number): Instruction => [0x20, 0, 0, offset]
const end = (value: number): Instruction => [0x06, 0, 0, value]
const ALLOW = end(0x7fff_0000)
const refuse = (errno: number): Instruction => end(0x0005_0000 | errno)
/** EPERM; ENOSYS lets programs take the way that they took before the call was invented. */
const [FORBIDDEN, UNKNOWN] = [refuse(1), refuse(38)]

/** Jumps over what follows unless it holds. */
const when = (code: number, value: number, then: ReadonlyArray<Instruction>): ReadonlyArray<Instruction> => [
  [code, 0, then.length, value],
  ...then
]
const [EQUAL, AT_LEAST, ANY_BIT] = [0x15, 0x35, 0x45]

/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET. CLONE_NEWTIME is a part of the signal's number in `clone`. */
const NAMESPACES = 0x7e02_0000
const NEW_TIME = 0x80
/** Words into the terminal's input, as if its user had typed them: TIOCSTI, TIOCLINUX. */
const TERMINAL = [0x5412, 0x541c]

const instructions = (machine: Machine): ReadonlyArray<Instruction> => [
  load(ARCH),
  [EQUAL, 1, 0, machine.audit],
  UNKNOWN,
  load(NUMBER),
  ...(machine.second === undefined ? [] : when(AT_LEAST, machine.second, [UNKNOWN])),
  ...[...machine.refused, COMMON].flat().flatMap((number) => when(EQUAL, number, [FORBIDDEN])),
  ...[CLONE3, ...RING].flatMap((number) => when(EQUAL, number, [UNKNOWN])),
  ...when(EQUAL, machine.clone, [load(argument(0)), ...when(ANY_BIT, NAMESPACES, [FORBIDDEN]), ALLOW]),
  ...when(EQUAL, machine.unshare, [load(argument(0)), ...when(ANY_BIT, NAMESPACES | NEW_TIME, [FORBIDDEN]), ALLOW]),
  ...when(EQUAL, machine.ioctl, [
    load(argument(1)),
    ...TERMINAL.flatMap((request) => when(EQUAL, request, [FORBIDDEN])),
    ALLOW
  ]),
  ALLOW
]

/** The filter as bubblewrap reads it (`struct sock_filter[]`); undefined for a machine that agents do not run on. */
export const filter = (arch: string): Uint8Array | undefined => {
  const machine = machines[arch]
  if (machine === undefined) return undefined
  const all = instructions(machine)
  const bytes = new DataView(new ArrayBuffer(8 * all.length))
  for (const [index, [code, ifTrue, ifFalse, value]] of all.entries()) {
    bytes.setUint16(8 * index, code, true)
    bytes.setUint8(8 * index + 2, ifTrue)
    bytes.setUint8(8 * index + 3, ifFalse)
    bytes.setUint32(8 * index + 4, value, true)
  }
  return new Uint8Array(bytes.buffer)
}
