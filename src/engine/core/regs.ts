/** A vCPU's words, read and written by their place in the block. */
import { type Machine, put, vcpuAt } from './machine.ts';

/** @param register word of VCPU.at */
export const reg = (m: Machine, vcpu: number, register: number): number => m.w[vcpuAt(m, vcpu) + register];
export const set = (m: Machine, vcpu: number, register: number, value: number): void =>
  put(m, vcpuAt(m, vcpu) + register, value);
