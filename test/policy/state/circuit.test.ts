import { describe, expect, it } from 'vitest';
import { CountWindow, type Ending } from '../../../src/policy/state/call-window';
import { Circuit, type CircuitPhase, type Permit } from '../../../src/policy/state/circuit';
import { runCircuitModel } from './circuit-model';

it('does what its model does, whatever happens', () => {
  runCircuitModel({ runs: 200 });
});

/** What a step does: calls that begin or end, or time that passes. */
type Step =
  | { readonly enter: number; readonly admits?: number }
  | { readonly end: readonly ('good' | 'bad' | 'slow' | 'nothing')[] }
  | { readonly wait: number }
  | 'forceOpen'
  | 'reset';

const endings: Readonly<Record<string, Ending | undefined>> = {
  good: { failed: false, slow: false },
  bad: { failed: true, slow: false },
  slow: { failed: false, slow: true },
  nothing: undefined,
};
const open: Step[] = [{ enter: 4 }, { end: ['bad', 'bad', 'bad', 'bad'] }];
const halfOpen: Step[] = [...open, { wait: 100 }];

/** The window holds 8 calls, 4 are enough; half of them failing, or all slow, open it. */
function play(steps: readonly Step[]): Circuit {
  const circuit = new Circuit({
    window: new CountWindow(8),
    minimumCalls: 4,
    rates: () => ({ failed: 0.5, slow: 1 }),
    openFor: 100,
    probes: 4,
  });
  const running: Permit[] = [];
  let now = 1_000_000;
  for (const step of steps) {
    if (step === 'forceOpen' || step === 'reset') circuit[step](now);
    else if ('wait' in step) now += step.wait;
    else if ('enter' in step) {
      const permits = Array.from({ length: step.enter }, () => circuit.enter(now));
      const admitted = permits.filter((permit) => permit !== undefined);
      expect(admitted).toHaveLength(step.admits ?? step.enter);
      running.push(...admitted);
    } else for (const how of step.end) circuit.settle(running.shift()!, now, endings[how]);
  }
  return circuit;
}

// The cases of resilience4j's CircuitBreakerStateMachineTest that apply, by their names there.
const cases: readonly (readonly [string, readonly Step[], CircuitPhase])[] = [
  ['stays closed before the minimum', [{ enter: 3 }, { end: ['bad', 'bad', 'bad'] }], 'closed'],
  ['shouldOpenAfterFailureRateThresholdExceeded', open, 'open'],
  [
    'shouldOpenAfterFailureRateThresholdExceeded2',
    [{ enter: 5 }, { end: ['good', 'good', 'good', 'bad', 'bad'] }, { enter: 1 }, { end: ['bad'] }],
    'open',
  ],
  [
    'stays closed below the threshold',
    [{ enter: 5 }, { end: ['good', 'good', 'good', 'bad', 'bad'] }],
    'closed',
  ],
  [
    'shouldOpenAfterSlowCallRateThresholdExceeded',
    [{ enter: 4 }, { end: ['slow', 'slow', 'slow', 'slow'] }],
    'open',
  ],
  [
    'stays closed when one call is not slow',
    [{ enter: 4 }, { end: ['slow', 'slow', 'slow', 'good'] }],
    'closed',
  ],
  ['refuses all while it is open', [...open, { wait: 99 }, { enter: 9, admits: 0 }], 'open'],
  ['shouldTransitionToHalfOpenAfterWaitDuration', [...halfOpen, { enter: 1 }], 'half-open'],
  ['is open until somebody asks', halfOpen, 'open'],
  ['shouldOnlyPermitFourCallsInHalfOpenState', [...halfOpen, { enter: 9, admits: 4 }], 'half-open'],
  [
    'shouldTransitionBackToOpenStateWhenFailureRateIsAboveThreshold',
    [...halfOpen, { enter: 4 }, { end: ['good', 'bad', 'good', 'bad'] }],
    'open',
  ],
  [
    'shouldTransitionBackToOpenStateWhenSlowCallRateIsAboveThreshold',
    [...halfOpen, { enter: 4 }, { end: ['slow', 'slow', 'slow', 'slow'] }],
    'open',
  ],
  [
    'shouldTransitionBackToClosedStateWhenFailureIsBelowThreshold',
    [...halfOpen, { enter: 4 }, { end: ['good', 'bad', 'good', 'good'] }],
    'closed',
  ],
  [
    'waits for the last probe before it decides',
    [...halfOpen, { enter: 4 }, { end: ['bad', 'bad', 'bad'] }],
    'half-open',
  ],
  [
    'is open for the whole time again after probes that failed',
    [
      ...[...halfOpen, { enter: 4 }, { wait: 50 }, { end: ['bad', 'bad', 'bad', 'bad'] } as const],
      ...[{ wait: 99 }, { enter: 1, admits: 0 }],
    ],
    'open',
  ],
  [
    'shouldReleasePermissionWhenExceptionIgnored',
    [
      ...[...halfOpen, { enter: 4 }, { end: ['nothing', 'good'] } as const],
      ...[{ enter: 9, admits: 1 }],
    ],
    'half-open',
  ],
  [
    'shouldNotAllowTransitionFromClosedToHalfOpen',
    [{ wait: 1_000_000 }, { enter: 100 }, { wait: 1_000_000 }, { enter: 100 }],
    'closed',
  ],
  [
    'shouldResetMetrics',
    [...open, 'reset', { enter: 3 }, { end: ['bad', 'bad', 'bad'] }],
    'closed',
  ],
  [
    'begins with an empty window after probes that succeeded',
    [
      ...[...halfOpen, { enter: 4 }, { end: ['bad', 'good', 'good', 'good'] } as const],
      ...[{ enter: 3 }, { end: ['bad', 'bad', 'bad'] } as const],
    ],
    'closed',
  ],
  // There it opens again; here a stream may be long, so that the places are lent anew instead.
  [
    'circuitBreakerTransitionsToOpenAfterWaitDurationInHalfOpenState',
    [
      ...[...halfOpen, { enter: 4 }, { wait: 99 }, { enter: 9, admits: 0 }],
      ...[{ wait: 1 }, { enter: 9, admits: 4 }],
    ],
    'half-open',
  ],
  [
    'hears of a probe whose place was lent anew',
    [
      ...[...halfOpen, { enter: 4 }, { wait: 100 }, { enter: 4 }],
      { end: ['good', 'good', 'good', 'good'] },
    ],
    'closed',
  ],
  [
    'ignores what calls tell that began before it opened',
    [
      ...[{ enter: 8 }, { end: ['bad', 'bad', 'bad', 'bad'] } as const, { wait: 100 }],
      ...[{ enter: 1 }, { end: ['good', 'good', 'good', 'good'] } as const],
    ],
    'half-open',
  ],
  [
    'stays open when forced to',
    ['forceOpen', { wait: 1000 }, { enter: 9, admits: 0 }],
    'forced-open',
  ],
  ['closes from there when reset', ['forceOpen', 'reset', { enter: 9 }], 'closed'],
];

describe('a circuit', () => {
  it.each(cases)('%s', (_, steps, phase) => {
    expect(play(steps).phase).toBe(phase);
  });

  it('admits exactly its probes of a thousand who ask at once', () => {
    play([...halfOpen, { enter: 1000, admits: 4 }]);
  });

  it('tells what has opened it, and for how long', () => {
    const circuit = play([{ enter: 5 }, { end: ['good', 'slow', 'bad', 'bad'] }]);
    expect(circuit.tally(1_000_000)).toEqual({ calls: 4, failed: 2, slow: 1 });
    expect([circuit.left(1_000_000), circuit.left(1_000_040), circuit.left(1_000_900)]).toEqual([
      ...[100, 60, 0],
    ]);
    expect(play(halfOpen.concat({ enter: 1 })).left(1_000_200)).toBeUndefined();
  });
});
