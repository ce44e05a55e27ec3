/** How much of everything there may be: in ops, links, presets and the worker alike. */

export const MAX_VCPUS = 64;
/** Ops of a run, and of a scene's file. */
export const MAX_OPS = 20_000;
/** Ops a link carries. */
export const MAX_LINK_OPS = 2_000;
/** Highest APIC id: KVM_MAX_VCPU_IDS - 1 of v6.18's default configuration. */
export const MAX_APIC_ID = 4095;
/** Physical CPUs of the model host. */
export const MAX_PCPUS = 8;
/** Model devices of a machine. */
export const MAX_DEVICES = 12;
/** MSI-X vectors of a model device. */
export const MAX_MSIX = 4;
/** An MSI capability: how wide its address is, and whether each vector has a mask bit. */
export const MSI_CAPS = ['32', '64', '32-mask', '64-mask'] as const;
/** Handlers of the model guest. */
export const MAX_HANDLERS = 240;
/** KVM_MAX_IRQ_ROUTES */
export const MAX_ROUTES = 4096;
/** Longest handler or step of virtual time, ns: one hour. */
export const MAX_NS = 3.6e12;
/** Most that one `settle` does. */
export const MAX_SETTLE = 10_000;
/** What all machines kept of a log may take, bytes (log/fold.ts). */
export const MOST_KEY_BYTES = 48 * 2 ** 20;
/** Elements of one string instruction of the guest. */
export const MAX_STRING = 65_536;
/** vCPUs a VM put together step by step may get, unless it says how many. */
export const STAGED_VCPUS = 8;
