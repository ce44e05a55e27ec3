/** What the VMM does to the machine as a whole: makes it, looks at it. */
import { choice, derived, flag, int, list, OpError, op, optional, record, text, u32 } from '../define/op.ts';
import {
  MAX_APIC_ID,
  MAX_DEVICES,
  MAX_HANDLERS,
  MAX_MSIX,
  MAX_NS,
  MAX_PCPUS,
  MAX_ROUTES,
  MAX_VCPUS,
  MSI_CAPS,
} from '../limits.ts';
import { COMMITS, KERNELS } from '../quirks.ts';
import { vcpu } from './fields.ts';
import { RUN_LOOPS, runLoopOf, runLoopsFor } from './run-loop-of.ts';
import { SETUP_OPS } from './setup.ts';

/** A device outside KVM that raises interrupts; each kind's behaviour is in engine/world/device. */
const device = record({
  id: text(),
  kind: choice(['pit', 'serial', 'virtio-net', 'virtio-blk', 'nvme', 'ioctl', 'e1000']),
  /** Its line or, with MSI-X, the first GSI its VMM gives it. */
  gsi: int('gsi', 4095, { fallback: 0 }),
  /** MSI-X vectors, 1 to 4; absent: the device uses its line. */
  msix: optional(int('count', MAX_MSIX, { lift: 1 })),
  /** Vectors of a plain MSI capability with mask bits, 1 to 4, where it has no MSI-X. */
  msi: optional(int('count', MAX_MSIX, { lift: 1 })),
  /** What its MSI capability has besides: a 64-bit address, a mask bit for each vector; absent: both. */
  msiCap: optional(choice(MSI_CAPS)),
  /** virtio with MSI-X: the vector its driver chose for configuration changes (msix_config); absent: none. */
  configVector: optional(int('count', MAX_MSIX - 1)),
});

/** What the model guest does when it takes a vector. */
const handler = record({
  vector: int('vector', 255),
  /** Name shown in the IDT, as the guest kernel would call it. */
  name: text(),
  /** How long the handler runs before its EOI. */
  ns: int('ns', MAX_NS),
  /** Devices it quiets before the EOI. Several on a shared line: all of them. */
  devices: optional(list(text(), MAX_DEVICES)),
  /** Where the EOI goes; without it 'apic'. 'pic' and 'pic-slave' write OCW2; 'none' forgets it. */
  eoi: optional(choice(['apic', 'pic', 'pic-slave', 'none'])),
  /** It sets IF=1 while it runs, so a higher class can nest. */
  nests: optional(flag()),
});

const guest = record({
  handlers: list(handler, MAX_HANDLERS),
  /** What an idle vCPU does; without it 'run'. */
  idle: optional(choice(['halt', 'run'])),
});

export const USERSPACE_OPS = {
  create: op(
    'machine',
    {
      vcpus: int('count', MAX_VCPUS, { min: 1, fallback: 1 }),
      /** vCPU ids, which are the APIC ids. */
      ids: optional(
        list(int('apicId', MAX_APIC_ID), 'vcpus', {
          item: 'id',
          check: (ids, { vcpus }) =>
            ids.length === vcpus && new Set(ids).size === vcpus
              ? null
              : new OpError('op.ids', 'ids', { vcpus: Number(vcpus) }),
        }),
      ),
      apicv: optional(flag()),
      postedInterrupts: optional(flag()),
      ipiVirtualization: optional(flag()),
      avic: optional(flag()),
      /** KVM_CREATE_PIT2 was done. */
      pit: optional(flag()),
      /** kvm.vector_hashing; without it true. */
      vectorHashing: optional(flag()),
      devices: optional(list(device, MAX_DEVICES)),
      guest: optional(guest),
      /** Routing table at the start: KVM's default or the one QEMU installs for its pc machine. */
      routing: optional(choice(['kernel', 'qemu'])),
      /** Physical CPUs of the model host; without it one for each vCPU. */
      pcpus: optional(int('count', MAX_PCPUS, { lift: 1 })),
      /** What runs the vCPUs: an entry an op as the recordings do it, or the loop of vmx.c or svm.c on a model host. */
      runLoop: derived(choice(RUN_LOOPS), runLoopOf, (runLoop, create) => {
        const allowed = runLoopsFor(create);
        return allowed.includes(runLoop)
          ? null
          : new OpError('op.notOneOf', 'runLoop', { allowed: allowed.join(', ') });
      }),
      irqchip: choice(['full', 'split', 'none'], 'full'),
      /** KVM_CAP_X2APIC_API flags. */
      x2apicApi: u32('data', 0),
      /** Tell the way of each guest access to memory and ports, step by step. */
      roads: optional(flag()),
      /** KVM_SET_BOOT_CPU_ID; without it 0. */
      bsp: optional(int('apicId', MAX_APIC_ID)),
      /** Split irqchip: routes reserved for the pins of the IOAPIC in user space; without it 24. */
      routes: optional(int('count', MAX_ROUTES)),
      /** TSC_DEADLINE in the guest's CPUID; without it true. */
      tscDeadline: optional(flag()),
      /** Whose processor and whose half of KVM; without it AMD's where there is AVIC, else Intel's. */
      vendor: optional(choice(['intel', 'amd'])),
      /** Kernel whose behaviour it is; without it v6.18. */
      kernel: optional(choice(KERNELS)),
      /** Changes of behaviour by their commit, taken out, or put in where v6.18 is without them (spec/quirks.ts). */
      quirks: optional(list(choice(COMMITS), COMMITS.length)),
      /** KVM_REINJECT_CONTROL: the i8254 makes up for missed ticks; without it true. */
      pitReinject: optional(flag()),
    },
    { short: false },
  ),
  ...SETUP_OPS,
  note: op('machine', {}),
  /** Puts a word into the state as it is, by no rule of the hardware: "ioapic:0.redirLo[11]" (spec/raw.ts has what may be). */
  raw: op('machine', { at: text(), value: u32('data') }),
  get: op('machine', {}),
  /** cs, rip and CR0, after INIT and SIPI. */
  cpu: op('machine', { vcpu }),
};
