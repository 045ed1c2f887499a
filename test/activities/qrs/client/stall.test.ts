import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchForStall } from '../../../../activities/qrs/client/stall.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A transfer of 800 ms patience: it is looked at every 100 ms. */
function watched() {
  const transfer = { bytes: 0, isMoving: true, stalls: 0 };
  const stop = watchForStall({
    stallMs: 800,
    transferredBytes: () => transfer.bytes,
    isMoving: () => transfer.isMoving,
    onStall: () => (transfer.stalls += 1),
  });
  return { transfer, stop };
}

describe('a transfer that is watched', () => {
  it('has stalled when no byte came for the whole time, which is told once', () => {
    const { transfer } = watched();

    vi.advanceTimersByTime(799);
    expect(transfer.stalls).toBe(0);
    vi.advanceTimersByTime(1);
    expect(transfer.stalls).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(transfer.stalls).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has its whole time again after each byte', () => {
    const { transfer } = watched();

    for (let turn = 0; turn < 5; turn += 1) {
      vi.advanceTimersByTime(700);
      transfer.bytes += 1;
    }
    expect(transfer.stalls).toBe(0);
    vi.advanceTimersByTime(800);
    expect(transfer.stalls).toBe(0);
    vi.advanceTimersByTime(100);
    expect(transfer.stalls).toBe(1);
  });

  it('does not stall while no byte is expected, and has its whole time once one is', () => {
    const { transfer } = watched();
    vi.advanceTimersByTime(700);
    transfer.isMoving = false;
    vi.advanceTimersByTime(5000);
    transfer.isMoving = true;

    vi.advanceTimersByTime(700);
    expect(transfer.stalls).toBe(0);
    vi.advanceTimersByTime(100);
    expect(transfer.stalls).toBe(1);
  });

  it('is left alone once it is not watched any more', () => {
    const { transfer, stop } = watched();
    stop();

    vi.advanceTimersByTime(10_000);

    expect(transfer.stalls).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
