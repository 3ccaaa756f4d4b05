import {
  isText,
  type ChatEvent,
  type ReasoningDeltaEvent,
  type TextDeltaEvent,
} from '../event/chat-event';
import type { AnswerContext, CreateDecoder, Decoder } from './decoder';
import { malformed } from './read-frame';

/**
 * What a decoder makes of the members of a frame, anywhere in it: `'gathered'` ones add to what it
 * knows without an event, `'read'` ones don't, and all others it never looks at.
 */
export type FrameMembers = Readonly<Record<string, 'read' | 'gathered'>>;

type Delta = TextDeltaEvent | ReasoningDeltaEvent;

// Longer frames are rare, and a long text would need a deep stack to be matched.
const MAX_LENGTH = 4096;
const MAX_TEMPLATES = 4;
// To learn a template costs as much as a few hundred frames save.
const LESSONS = 16;
const FRAMES_A_LESSON = 1000;

/**
 * Lets frames past the decoder that are like the one before but for another piece of text, as most
 * frames of an answer are.
 *
 * A template is the text of a frame with holes for the piece and for values that were seen to
 * differ: any value fits where the decoder never looks (timestamps, padding), elsewhere only that
 * of the frame before. By the grammar of JSON, a frame that fits is the same value but for what is
 * in the holes. A template is used only right behind a frame that fits it as well and that the
 * decoder itself has read as this piece and no more, so that it misses nothing it would have known.
 *
 * @param create - Makes the decoder.
 * @param members - See {@link FrameMembers}.
 * @returns A decoder that emits what the one behind it would. All its answers share the templates.
 */
export function fastLane(create: CreateDecoder, members: FrameMembers): CreateDecoder {
  const templates = new Templates(create, members);
  return (answer) => new FastLane(create, templates, answer);
}

class FastLane implements Decoder {
  readonly #decoder: Decoder;
  #open: Template | undefined;
  #steady: readonly string[] = [];
  #emitted = 0;
  #last: ChatEvent | undefined;

  constructor(
    create: CreateDecoder,
    private readonly templates: Templates,
    private readonly answer: AnswerContext,
  ) {
    const emit = (event: ChatEvent): void => {
      this.#emitted += 1;
      this.#last = event;
      answer.emit(event);
    };
    this.#decoder = create({ ...answer, emit });
  }

  frame(data: string, event: string | undefined): boolean {
    const open = this.#open;
    if (open === undefined || open.event !== event) return this.#slow(data, event);
    const text = open.read(data, this.#steady);
    if (text === undefined) return this.#slow(data, event);
    this.templates.count();
    this.answer.emit({ type: open.type, text });
    return false;
  }

  body(json: unknown): void {
    this.#decoder.body(json);
  }

  end(): boolean {
    return this.#decoder.end();
  }

  #slow(data: string, event: string | undefined): boolean {
    this.#open = undefined;
    this.#emitted = 0;
    const ended = this.#decoder.frame(data, event);
    const last = this.#last;
    if (!ended && this.#emitted === 1 && last && isText(last)) {
      this.#open = this.templates.find(data, event, last);
      this.#steady = this.#open?.steadyOf(data) ?? [];
    }
    return ended;
  }
}

/** The templates of one decoder. */
class Templates {
  readonly #all: Template[] = [];
  #lessons = LESSONS;
  #frames = 0;

  constructor(
    private readonly create: CreateDecoder,
    private readonly members: FrameMembers,
  ) {}

  /** Takes note of a frame that a template may be made for. */
  count(): void {
    this.#frames += 1;
    if (this.#frames % FRAMES_A_LESSON === 0) this.#lessons = Math.min(LESSONS, this.#lessons + 1);
  }

  /** The template that a frame fits, which may be learnt from it. */
  find(data: string, event: string | undefined, { type, text }: Delta): Template | undefined {
    this.count();
    const alike = this.#all.filter((each) => each.event === event && each.type === type);
    const known = alike.find((each) => each.read(data) === text);
    if (known || this.#lessons === 0 || data.length > MAX_LENGTH) return known;
    this.#lessons -= 1;
    const tokens = tokensOf(data, this.members);
    if (tokens === undefined) return undefined;
    for (const each of alike) {
      const wider = each.widened(tokens);
      if (!wider || !this.#isExact(data, wider)) continue;
      this.#all.splice(this.#all.indexOf(each), 1, wider);
      return wider;
    }
    return this.#learn(data, tokens, { type, text, event });
  }

  #learn(
    data: string,
    tokens: readonly Token[],
    { type, text, event }: Lesson,
  ): Template | undefined {
    for (const [at, token] of tokens.entries()) {
      if (token.kind !== 'string' || token.use !== 'read' || JSON.parse(token.text) !== text)
        continue;
      const learnt = new Template(tokens, new Map([[at, 'text']]), { type, event });
      if (!this.#isExact(data, learnt)) continue;
      if (this.#all.push(learnt) > MAX_TEMPLATES) this.#all.shift();
      return learnt;
    }
    return undefined;
  }

  /** Whether a decoder that has read a frame reads one that fits the template as a piece only. */
  #isExact(data: string, template: Template): boolean {
    const text = 'another piece of text';
    const events: ChatEvent[] = [];
    const emit = (event: ChatEvent): unknown => events.push(event);
    const failure: AnswerContext['failure'] = () => malformed('', 'an error');
    const decoder = this.create({ provider: '', emit, failure });
    try {
      decoder.frame(data, template.event);
      events.length = 0;
      decoder.frame(template.filled(text), template.event);
    } catch {
      return false;
    }
    const [only] = events;
    return events.length === 1 && only?.type === template.type && only.text === text;
  }
}

/** What the decoder has made of a frame. */
interface Lesson {
  readonly type: Delta['type'];
  readonly text: string;
  readonly event: string | undefined;
}

/** What may be in a place of a frame: the piece, anything, or what was there before. */
type Hole = 'text' | 'free' | 'steady';

const STRING = String.raw`[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*`;
const NUMBER = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;

class Template {
  readonly type: Delta['type'];
  readonly event: string | undefined;
  readonly #pattern: RegExp;
  /** The groups of the pattern, in order. */
  readonly #groups: readonly Hole[];

  constructor(
    private readonly tokens: readonly Token[],
    private readonly holes: ReadonlyMap<number, Hole>,
    { type, event }: Pick<Lesson, 'type' | 'event'>,
  ) {
    this.type = type;
    this.event = event;
    const sources = tokens.map((token, at) => sourceOf(token, holes.get(at)));
    this.#pattern = new RegExp(`^${sources.join('')}$`);
    this.#groups = [...holes]
      .sort(([one], [other]) => one - other)
      .flatMap(([, hole]) => (hole === 'free' ? [] : [hole]));
  }

  /**
   * The piece of a frame that fits, unless it is empty.
   *
   * @param steady - What must be in the `steady` holes, as it is written; by default, anything.
   */
  read(data: string, steady?: readonly string[]): string | undefined {
    if (data.length > MAX_LENGTH) return undefined;
    const found = this.#pattern.exec(data);
    if (found === null) return undefined;
    let text = '';
    let next = 0;
    for (let group = 0; group < this.#groups.length; group += 1) {
      const value = found[group + 1]!;
      if (this.#groups[group] === 'text') text = value;
      else if (steady !== undefined && value !== steady[next++]) return undefined;
    }
    if (text === '') return undefined;
    // A long piece of a text keeps all of that text in memory, a parsed one doesn't.
    if (text.length > 12 || text.includes('\\')) return JSON.parse(`"${text}"`) as string;
    return text;
  }

  /** What is in the `steady` holes of a frame that fits. */
  steadyOf(data: string): readonly string[] {
    if (this.#groups.length === 1) return [];
    const found = this.#pattern.exec(data)?.slice(1) ?? [];
    return found.filter((_, group) => this.#groups[group] === 'steady');
  }

  /** A template that fits another frame, too, if values that may differ are all they differ in. */
  widened(tokens: readonly Token[]): Template | undefined {
    if (tokens.length !== this.tokens.length) return undefined;
    const holes = new Map(this.holes);
    for (const [at, { text, kind, use }] of tokens.entries()) {
      const own = this.tokens[at]!;
      if (text === own.text) continue;
      if (kind === undefined || kind !== own.kind || use === 'gathered') return undefined;
      if (!holes.has(at)) holes.set(at, use === 'read' ? 'steady' : 'free');
    }
    return new Template(tokens, holes, this);
  }

  /** A frame that fits, with this piece and other values wherever they may be. */
  filled(text: string): string {
    const filled = this.tokens.map(({ text: own, kind }, at) => {
      if (this.holes.get(at) === 'text') return JSON.stringify(text);
      if (this.holes.get(at) === 'free') return kind === 'number' ? '-7.5e3' : '"another"';
      return own;
    });
    return filled.join('');
  }
}

function sourceOf({ text, kind }: Token, hole: Hole | undefined): string {
  if (hole === undefined) return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const source = hole === 'free' ? `(?:${NUMBER})` : `(${NUMBER})`;
  if (kind === 'number') return source;
  return hole === 'free' ? `"${STRING}"` : `"(${STRING})"`;
}

/** A piece of JSON text. */
interface Token {
  readonly text: string;
  /** Values that may differ; names are not among them. */
  readonly kind: 'string' | 'number' | undefined;
  /** What the decoder makes of the value. */
  readonly use: FrameMembers[string] | undefined;
}

/** A frame in pieces, or `undefined` for one that can't be a template. */
function tokensOf(data: string, members: FrameMembers): readonly Token[] | undefined {
  const texts = data.match(/\s*[{}[\],:]\s*|"(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+/g) ?? [];
  if (texts.join('') !== data) return undefined;
  const tokens: Token[] = [];
  for (const [at, text] of texts.entries()) {
    const name = texts[at - 1]?.trim() === ':' ? texts[at - 2]! : undefined;
    // A name can be written in many ways; servers write it in the plain one.
    if (name?.includes('\\')) return undefined;
    const key = name?.slice(1, -1) ?? '';
    const use = Object.hasOwn(members, key) ? members[key] : undefined;
    if (use === 'gathered' && !isEmpty(text, texts[at + 1])) return undefined;
    const kind = name === undefined ? undefined : kindOf(text);
    tokens.push({ text, kind, use });
  }
  return tokens;
}

function isEmpty(text: string, next = ''): boolean {
  return text === 'null' || text === '""' || (text + next).replace(/\s/g, '') === '[]';
}

function kindOf(text: string): Token['kind'] {
  if (text.startsWith('"')) return 'string';
  return /^[-\d]/.test(text) ? 'number' : undefined;
}
