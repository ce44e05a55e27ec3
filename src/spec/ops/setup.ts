/** A VM put together step by step: the ioctls that a `create` does in one. */
import { choice, int, op, optional, u32, u64 } from '../define/op.ts';
import { MAX_VCPUS, STAGED_VCPUS } from '../limits.ts';

export const SETUP_OPS = {
  /** KVM_CREATE_VM: no vCPU, no chip. `vcpus` is how many it has room for. */
  create_vm: op('machine', { vcpus: int('count', MAX_VCPUS, { min: 1, fallback: STAGED_VCPUS }) }, { short: false }),
  /** KVM_CREATE_IRQCHIP */
  create_irqchip: op('ioctl', {}),
  /** KVM_ENABLE_CAP on the VM. Each capability has one argument; one that is not said is 0. */
  enable_cap: op(
    'ioctl',
    {
      cap: choice(['split_irqchip', 'x2apic_api', 'max_vcpu_id']),
      routes: optional(u64('count')),
      flags: optional(u64('data')),
      id: optional(u64('apicId')),
    },
    { short: false },
  ),
  /** KVM_CREATE_VCPU */
  create_vcpu: op('ioctl', { id: u64('apicId') }),
  /** KVM_CREATE_PIT2 */
  create_pit: op('ioctl', { flags: u32('data', 0) }),
  /** KVM_SET_BOOT_CPU_ID */
  set_boot_cpu_id: op('ioctl', { id: u64('apicId') }),
};
