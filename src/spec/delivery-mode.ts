/** Delivery modes by their three bits in an RTE, an LVT, the ICR and a message, as KVM's tracepoints name them. */
export const DELIVERY_MODE = ['Fixed', 'LowPrio', 'SMI', 'RemRd', 'NMI', 'INIT', 'SIPI', 'ExtINT'] as const;
