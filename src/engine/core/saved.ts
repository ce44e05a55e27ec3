/**
 * What user space holds of a machine between KVM_GET_* and KVM_SET_*: one part of one moment. Numbers only, as in the
 * kernel's structures; never changed once taken. They live outside the machine, for a restore is most often into another.
 */

export interface SavedLapic {
  readonly what: 'lapic';
  /** struct kvm_lapic_state by the words of LAPIC: register page, as KVM_GET_LAPIC shows it. */
  readonly page: ReadonlyMap<number, number>;
  /** TMCCT at that moment. */
  readonly currentCount: number;
}
export interface SavedMsrs {
  readonly what: 'msrs';
  readonly apicBase: bigint;
  readonly tscDeadline: bigint;
}
/** struct kvm_vcpu_events, without exceptions and SMIs. */
export interface SavedEvents {
  readonly what: 'events';
  readonly interruptInjected: number;
  readonly interruptNr: number;
  readonly shadow: number;
  readonly nmiInjected: number;
  readonly nmiPending: number;
  readonly nmiMasked: number;
  readonly latchedInit: boolean;
}
export interface SavedMp {
  readonly what: 'mp';
  readonly mpState: number;
}
/** Both PICs and the IOAPIC. */
export interface SavedIrqchip {
  readonly what: 'irqchip';
  /** struct kvm_pic_state twice, by the words of PIC. */
  readonly pics: readonly ReadonlyMap<number, number>[];
  readonly ioapic: {
    readonly ioregsel: number;
    readonly id: number;
    readonly irr: number;
    readonly redirLo: readonly number[];
    readonly redirHi: readonly number[];
  };
}
/** struct kvm_pit_state2, by the words of PIT. */
export interface SavedPit {
  readonly what: 'pit';
  readonly channels: ReadonlyMap<number, number>;
}
export type Saved = SavedLapic | SavedMsrs | SavedEvents | SavedMp | SavedIrqchip | SavedPit;
export type SavedPart = Saved['what'];
/** By what it is and the name given to it. */
export type Saves = Map<string, Saved>;
