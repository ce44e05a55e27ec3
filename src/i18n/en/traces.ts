/** Texts about recordings of KVM's tracepoints and pasted texts: what is wrong with a file, what was found in it. */
export const traces = {
  'trace.error.empty': 'The file is empty.',
  'trace.error.no-kvm': 'No line is a KVM event that irqscope can read. Record with: trace-cmd record -e kvm.',
  'trace.error.foreign': 'This is a {what} file. Turn it into text first: {run}',
  'trace.error.gzip': 'The gzip file does not unpack: {why}.',
  'trace.error.dat-short': 'The trace.dat file ends inside its headers. Copy it again in full.',
  'trace.error.dat-version': 'The trace.dat file has version {version}. irqscope reads 6 and 7.',
  'trace.error.dat-endian': 'The trace.dat file is big-endian, so it is not from an x86 host.',
  'trace.error.dat-size': 'The trace.dat file is damaged: a header names {n} where that cannot be.',
  'trace.error.dat-latency': 'The trace.dat file holds a latency trace, not a recording.',
  'trace.error.dat-compression':
    'The trace.dat file is compressed with {algorithm}. Convert it first: trace-cmd convert --file-version 6',
  'trace.error.dat-unpack': 'The trace.dat file does not unpack: {why}.',
  'trace.error.no-vm': 'The trace has {n} VMs. There is no VM {asked}.',
  'trace.finding.differs': 'KVM printed “{shown}”. From the lines before it, KVM must print “{expected}”.',
  'trace.finding.differs.missing': 'KVM must print “{expected}” here. The line is missing.',
  'trace.finding.differs.extra': 'Nothing before this line makes KVM print “{shown}”.',
  'trace.finding.raced':
    'Two CPUs were at work: the lines fit if the effect of line {other} and of this one change places.',
  'trace.finding.nmi': 'vCPU {vcpu} took NMIs: {n}. KVM has no tracepoint for an NMI from the VMM.',
  'trace.finding.kernel-behaviour': 'The lines stand in the order of KVM before v6.12, so v6.1 behavior is applied.',
  'trace.finding.stuck.pending': 'Vector {vector} was accepted by vCPU {vcpu} and never injected until the trace ends.',
  'trace.finding.stuck.service': 'Vector {vector} was injected on vCPU {vcpu} and has no EOI until the trace ends.',
  'trace.finding.storm': 'GSI {gsi} storm: {n} edges in 0.1 s.',
  'trace.finding.merged-heavily':
    'Vector {vector} on vCPU {vcpu}: {n} of {accepted} requests merged, because the vector still waited in IRR.',
  'trace.finding.vector-below-16':
    'vCPU {vcpu} accepted vector {vector}. Vectors below 16 are reserved, and PPR holds them for ever.',
  'trace.finding.reinjected-always':
    'vCPU {vcpu}: {n} of {injected} injections were made again. Exits cut off most deliveries.',
  'trace.finding.coalesced-is-repeat':
    'Lines that say coalesced: {n}. The VMM raises a line that is high already; no interrupt is lost by it.',
  'trace.finding.lost': 'The recording lost {n} events. State before each gap is forgotten.',
  'trace.finding.lost.unknown': 'The recording has gaps: {n}. State before each gap is forgotten.',
  'trace.finding.no-event-type': 'Not recorded: {names}. What depends on them is not judged.',
  'trace.finding.host-ioctl':
    'The chips changed here by an ioctl of the VMM, which prints no line (reset, KVM_SET_IRQCHIP, KVM_SET_LAPIC).',
  'trace.finding.time-goes-back': 'Times go back on {n} lines, so latencies may be wrong.',
  'trace.finding.two-vms': 'The trace holds {n} VMs. This report is about VM {vm}; choose another with --vm.',
  'trace.finding.not-predicted': 'The trace names {n} vCPUs. The engine models {max}, so no line is judged.',
  'trace.finding.follows': '{n} later lines follow from it.',
  'trace.finding.follows.one': 'One later line follows from it.',
} as const;
