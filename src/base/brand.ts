/**
 * Numbers that must not be mixed: a GSI is not a pin, a pin is not a vector, an APIC ID is not a vCPU index.
 * The casts live in these constructors, which check the range; everywhere else the compiler carries the brand.
 */
import { assert } from './assert.ts';

declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

export type Vector = Brand<number, 'Vector'>;
export type Gsi = Brand<number, 'Gsi'>;
export type Pin = Brand<number, 'Pin'>;
export type ApicId = Brand<number, 'ApicId'>;
export type VcpuId = Brand<number, 'VcpuId'>;
export type Seq = Brand<number, 'Seq'>;

function inRange(n: number, max: number, what: string): void {
  assert(Number.isInteger(n) && n >= 0 && n <= max, `${what} ${n} is an integer in 0..${max}`);
}

export function vector(n: number): Vector {
  inRange(n, 0xff, 'vector');
  return n as Vector;
}

/** KVM_MAX_IRQ_ROUTES is 4096: a routed GSI is below it. */
export function gsi(n: number): Gsi {
  inRange(n, 4095, 'GSI');
  return n as Gsi;
}

/** IOAPIC pins 0-23; a PIC uses 0-7 of the same type. */
export function pin(n: number): Pin {
  inRange(n, 23, 'pin');
  return n as Pin;
}

export function apicId(n: number): ApicId {
  inRange(n, 0xffff_ffff, 'APIC ID');
  return n as ApicId;
}

export function vcpuId(n: number): VcpuId {
  inRange(n, 0xffff, 'vCPU index');
  return n as VcpuId;
}

export function seq(n: number): Seq {
  inRange(n, Number.MAX_SAFE_INTEGER, 'sequence number');
  return n as Seq;
}
