import { MemberHealth, type EjectionRules, type Lease } from './member-health';
import type { Candidate, Picker } from './pickers';

/** One call of a member. */
export interface Turn {
  readonly member: BalancedMember;
  readonly lease: Lease;
}

/** What is known of a member. */
export interface MemberReport {
  readonly inFlight: number;
  readonly firstOutput: number | undefined;
  readonly failures: number;
  readonly ejectedUntil?: number;
  readonly weight?: number;
}

/** A member, and what is known of it. */
class BalancedMember implements Candidate {
  readonly health: MemberHealth;
  weight: number | undefined;

  constructor(
    readonly name: string,
    readonly index: number,
    rules: EjectionRules | undefined,
  ) {
    this.health = new MemberHealth(rules);
  }
}

/** Gives each call a member, and learns from how the calls end. */
export class Balancer {
  readonly members: readonly BalancedMember[];
  readonly #pick: Picker;

  constructor(names: readonly string[], pick: Picker, rules: EjectionRules | undefined) {
    this.members = names.map((name, index) => new BalancedMember(name, index, rules));
    this.#pick = pick;
  }

  /** Begins a call; `undefined` when no member has a weight. */
  begin(time: number, session?: string): Turn | undefined {
    const candidates = this.#candidates(time);
    if (candidates.length === 0) return undefined;
    const { index } = this.#pick(candidates, time, session);
    const member = this.members[index]!;
    return { member, lease: member.health.begin(time) };
  }

  /** A call has had its first output. */
  hear({ member }: Turn, time: number, latency: number): void {
    member.health.hear(latency, time);
  }

  /** A call has ended; it tells nothing when it neither failed nor succeeded. */
  end({ member, lease }: Turn, time: number, failed?: boolean): void {
    const { health } = member;
    if (failed === undefined) health.release(lease);
    else if (failed) health.fail(lease, time, this.#hasSpare(member));
    else health.succeed(lease, time);
  }

  /** A call was refused. */
  refuse({ member, lease }: Turn, time: number): void {
    member.health.refuse(lease, time, this.#hasSpare(member));
  }

  /** What is known of each member, by name; `now` is the time on the clock of who asks. */
  report(time: number, now: number): Readonly<Record<string, MemberReport>> {
    const reports = this.members.map(({ name, health, weight }): [string, MemberReport] => {
      const { inFlight, firstOutput, failures } = health;
      const left = health.ejectedFor(time);
      const ejected = left > 0 ? { ejectedUntil: now + left } : {};
      const share = weight === undefined ? {} : { weight };
      return [name, { inFlight, firstOutput, failures, ...ejected, ...share }];
    });
    return Object.fromEntries(reports);
  }

  #candidates(time: number): readonly BalancedMember[] {
    const isUsable = ({ weight }: BalancedMember): boolean => weight !== 0;
    const isAvailable = (member: BalancedMember): boolean =>
      isUsable(member) && member.health.isAvailable(time);
    if (this.members.every(isAvailable)) return this.members;
    const available = this.members.filter(isAvailable);
    // Weights may have changed so that none but ejected ones are left.
    return available.length > 0 ? available : this.members.filter(isUsable);
  }

  // Who has yet to prove itself can't take the place of one who is in full service.
  #hasSpare(member: BalancedMember): boolean {
    return this.members.some(
      (other) => other !== member && other.health.proven && other.weight !== 0,
    );
  }
}
