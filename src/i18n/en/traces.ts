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
  'trace.finding.tpr-high':
    'TPR {tpr} alone holds {vectors} on vCPU {vcpu}: class {class} is not below theirs. KVM lost nothing; the guest keeps TPR high.',
  'trace.finding.isr-never-ended':
    'Vector {vector} is in service on vCPU {vcpu} and holds {vectors}. If it is still there a second later, its EOI never came.',
  'trace.finding.interrupts-off':
    '{vectors} wait on vCPU {vcpu} and neither TPR nor ISR holds them: IF is 0, or the vCPU does not run.',
  'trace.finding.apic-disabled': 'SPIV {spiv} disables the LAPIC of vCPU {vcpu} while vectors wait: {n}.',
  'trace.finding.eoi-owed':
    'Vector {vector} on vCPU {vcpu} is level-triggered: its pin has remote IRR 1 until the EOI.',
  'trace.finding.remote-irr-without-vector':
    'Pin {gsi}: remote IRR 1, but vector {vector} is neither in IRR nor in ISR of vCPU {vcpu}. Its EOI never reached the IOAPIC. The pin sends nothing until an EOI of {vector} or a switch to edge.',
  'trace.finding.remote-irr-in-service':
    'Pin {gsi}: remote IRR 1 and vector {vector} in service on vCPU {vcpu}. The guest handles it now.',
  'trace.finding.remote-irr-waiting': 'Pin {gsi}: remote IRR 1 and vector {vector} still waits in IRR of vCPU {vcpu}.',
  'trace.finding.remote-irr-set':
    'Pin {gsi}: remote IRR 1. Without the LAPIC of its destination, who still has to end vector {vector} cannot be told.',
  'trace.finding.masked-with-pending': 'Pin {gsi} is masked while its line is high.',
  'trace.finding.level-not-sent':
    'Pin {gsi}: the line is high, nothing masks it, and remote IRR is 0. No LAPIC took vector {vector}.',
  'trace.finding.two-pins-one-vector':
    'Pins {other} and {gsi} send vector {vector} to the same vCPU: one EOI ends both.',
  'trace.finding.pic-held-by-isr': '8259 pin {gsi} waits: pin {holder} is in service and has no lower priority.',
  'trace.finding.pic-not-taken':
    '8259 pin {gsi} waits and nothing in the 8259 holds it: LVT0 does not accept it, or IF is 0.',
  'trace.finding.storm.paste': 'Interrupt {name} storm: {n} more between the two copies than all others together.',
  'trace.finding.stands-still': 'Interrupt {name} stands still between the two copies, after {n}.',
  'trace.finding.stands-still.cpu': 'CPU {vcpu}: the count of {name} stands still between the two copies, after {n}.',
  'trace.finding.spurious': 'CPU {vcpu} took spurious vector {vector}. It needs no EOI and does no harm by itself.',
  'trace.finding.spurious.count': 'Spurious interrupts: {n}.',
  'trace.finding.apic-error': '{name} counts errors of the APIC or of the interrupt line.',
  'trace.finding.no-handler':
    'CPU {vcpu} took vector {vector} and has no IRQ for it. The guest sent its EOI. A stale route or an affinity change leaves such a vector.',
  'trace.finding.storm.nobody':
    'IRQ {gsi}: a level line stays high and no handler quiets it. The guest switched the IRQ off.',
  'trace.finding.lost-interrupt': '{device} finished its work, and its interrupt did not come.',
  'trace.finding.transmit-timeout':
    '{device}: transmit queue {queue} timed out. Either its interrupt is lost or the device is stuck.',
  'trace.finding.lost-ipi':
    'CPU {vcpu} idles with interrupts on while RCU waits for it: an IPI or a timer interrupt is lost.',
  'trace.finding.rcu-stall':
    'RCU waits for CPU {vcpu}. Whether it idles or runs with interrupts off, this log does not say.',
  'trace.finding.soft-lockup': 'CPU {vcpu} ran kernel code for {n} s without a break. Its interrupts may be on or off.',
  'trace.finding.line-stays-high': 'Line {gsi} is high at the end. Level changes: {n}.',
  'trace.finding.exits-by-interrupts': '{reason} makes {share} % of the exits.',
  'trace.finding.accepted-not-taken':
    'vCPU {vcpu} accepts vector {vector}: {n} times, and no line shows an injection or an EOI. KVM delivers and the guest does not take it, or those events were not recorded.',
  'trace.finding.woken':
    'Vector {vector} was accepted while vCPU {vcpu} slept; it woke after {us} µs and entered the guest.',
  'trace.limit.one-dump': 'One dump cannot tell whether a state lasts. Take a second one a second later.',
  'trace.limit.lapic-stale':
    'QEMU before v8 shows LAPIC values of the last synchronization; `info registers -a` first makes them live.',
  'trace.limit.polarity': 'KVM ignores the polarity of a pin: active-lo is only shown.',
  'trace.limit.totals-only': 'One copy holds totals since boot. It cannot tell what counts now.',
  'trace.limit.time-between': 'The time between the two copies is not in them, so there are no rates.',
  'trace.limit.log-is-late': 'A kernel log names the symptom, often seconds after its cause. It shows no chip.',
  'trace.limit.vmm-half': 'These lines are the VMM’s half. What KVM did with the interrupt is not in them.',
  'trace.limit.shares-only': 'Shares of exits carry no order and no vector.',
  'trace.limit.few-events': 'Only these events occur: {names}. What the others would say is not known.',
  'trace.limit.apicv': 'With APICv the processor injects and ends by itself: no kvm_inj_virq or kvm_eoi is no loss.',
  'trace.recipe.where': 'Where does my interrupt stay? (everything the engine needs)',
  'trace.recipe.where.cost':
    'About 110 bytes and 0.5 to 1 µs of host CPU an event; a busy vCPU makes 20,000 to 200,000 events a second.',
  'trace.recipe.latency': 'How long do interrupts wait? (interrupt events alone)',
  'trace.recipe.latency.cost':
    'A tenth of the above. Vectors and latencies are all there; RTEs and masks are learned from the lines.',
  'trace.recipe.boot': 'The guest fails while it boots (from the first instruction on)',
  'trace.recipe.boot.cost': 'A Linux boot is 300,000 to 1,400,000 events: 40 to 150 MB of text, 3 to 6 MB compressed.',
  'trace.recipe.tracefs': 'No tools on the host (tracefs alone)',
  'trace.recipe.tracefs.cost': 'The same events; the buffer is 64 MB for each CPU.',
  'trace.recipe.perf': 'With perf',
  'trace.recipe.perf.cost': 'perf loses events silently when its buffer is full: give it -m 64M if lines are missing.',
  'trace.recipe.one-vm': 'One VM of many',
  'trace.recipe.one-vm.cost':
    'Interrupts raised by kernel threads (vhost, irqfd workers) are left out, and so are their lines.',
  'trace.recipe.private': 'Leave out what is private before you share',
  'trace.recipe.private.cost':
    'Thread names, guest addresses above 4 GB and instruction pointers go. irqscope needs none of them.',
  'trace.recipe.dump': 'What to ask QEMU’s monitor beside a trace',
  'trace.recipe.dump.cost': 'Ask in this order: `info registers -a` makes the LAPIC values live.',
  'trace.error.broken': 'The reader of traces failed: {why}.',
  'trace.page.title': 'Real trace',
  'trace.page.close': 'Back to the scene',
  'trace.page.lead':
    'Drop a recording of KVM’s tracepoints here, choose a file, or paste a text. It is read in this browser and goes nowhere.',
  'trace.page.choose': 'Choose a file',
  'trace.page.paste': 'Paste a trace, info lapic, info pic, /proc/interrupts or a kernel log',
  'trace.page.read': 'Read the text',
  'trace.page.tooLong': 'The text has more than 8 MB. Drop it as a file.',
  'trace.page.sample': 'Try a recording',
  'trace.page.sample.svm': '2 vCPUs boot, kernel 7.3',
  'trace.page.sample.apicv': '1 vCPU with APICv, level line',
  'trace.page.progress': 'Pass {pass} of 2: {done} of {of} MB',
  'trace.page.cancel': 'Cancel',
  'trace.page.findings': 'Findings',
  'trace.page.none': 'Nothing to report.',
  'trace.page.line': 'line {n}',
  'trace.page.prediction': 'Engine against trace',
  'trace.page.gsis': 'Interrupts per GSI',
  'trace.page.vectors': 'Vectors',
  'trace.page.latency': 'Waiting: first accept to injection, in µs',
  'trace.page.read.title': 'What was read',
  'trace.page.limits': 'What it cannot tell',
  'trace.page.ask': 'Ask for',
  'trace.page.export.md': 'Findings as Markdown',
  'trace.page.export.json': 'Report as JSON lines',
  'trace.page.recipe': 'How to record',
  'trace.page.summary': '{format}, {lines} lines, vCPUs: {vcpus}, {irqchip} irqchip, {vendor}',
  'trace.page.apicv': 'APICv: the processor injects and ends by itself. Latency stops at the accept.',
  'trace.finding.follows': '{n} later lines follow from it.',
  'trace.finding.follows.one': 'One later line follows from it.',
} as const;
