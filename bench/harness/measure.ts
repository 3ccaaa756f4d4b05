/** One number, over all runs. */
export interface Figure {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export interface Column {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  /** After the point. @defaultValue `2` */
  readonly digits?: number;
  /** Shown and compared as a ratio to the baseline row, too. */
  readonly ratio?: boolean;
  readonly better?: 'lower' | 'higher';
}

export interface Row {
  readonly contender: string;
  /** By the id of their columns. */
  readonly figures: Readonly<Record<string, Figure>>;
  /** Of each run, to the baseline in the same round. */
  readonly ratios?: Readonly<Record<string, Figure>>;
  /** Why figures are missing, or what must be known to read them. */
  readonly note?: string;
  /** Whether it gave up on the way, as the note says. */
  readonly failed?: boolean;
}

export interface Table {
  readonly id: string;
  readonly title: string;
  /** What is measured and how, for those who read the results. */
  readonly about: string;
  /** The row that ratios are taken to. */
  readonly baseline?: string;
  /** Our row that peers are held against. @defaultValue rxllm-full, or the first of ours */
  readonly own?: string;
  /** How many rounds there were, where it is not what the plan says. */
  readonly runs?: number;
  /** Rows that are no peers, but there to compare with. @defaultValue the limit */
  readonly references?: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Plan {
  /** How many rounds; each runs every contender once. */
  readonly runs: number;
  /** Fewer contenders, for a look at whether something became slower. */
  readonly quick: boolean;
  /** When given, no others take part. */
  readonly only?: readonly string[];
  readonly log: (line: string) => void;
}

export interface Measure {
  readonly id: string;
  /** Whether bench:quick takes part in it. */
  readonly quick?: boolean;
  run(plan: Plan): Promise<readonly Table[]>;
}
