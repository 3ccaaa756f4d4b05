import type { LlmError } from '../error/llm-error';
import { isText, type ChatEvent, type TextEvent } from '../event/chat-event';
import { keepOne } from '../internal/keep-one';
import type { AnswerContext, CreateDecoder, Decoder } from './decoder';

/**
 * What a decoder makes of the members of a frame, anywhere in it: each time that `'gathered'` ones
 * hold something, that may add to what it knows without an event; `'read'` ones tell it nothing
 * new when they are the same again; and all others it never looks at.
 */
export type FrameMembers = Readonly<Record<string, 'read' | 'gathered'>>;

// Longer frames are rare, and a long text would need a deep stack to be matched.
const MAX_LENGTH = 4096;
const MAX_TEMPLATES = 4;
// To learn a template costs as much as some hundred frames save, and may be in vain.
const LESSONS = 16;
const FRAMES_A_LESSON = 10_000;
// Where frames hardly ever follow their like, to look each time costs as much as to parse.
const REST = 64;

/**
 * Lets frames past the decoder that are like those before but for another piece of text, as most
 * frames of an answer are.
 *
 * A template is the text of a frame with holes for the piece and for values that were seen to
 * differ. By the grammar of JSON, a frame that fits is the same value but for what is in the holes.
 *
 * It lets frames past right behind two that fit it as well and that the decoder has itself read,
 * each as a piece and no more. Nothing that is gathered was in these two, and all that is read was
 * the same but for the piece: so that is where the decoder found it, and one more frame of their
 * kind leaves it as it is.
 *
 * @param create - Makes the decoder. What it does must not depend on the words of a piece.
 * @param members - See {@link FrameMembers}.
 * @returns A decoder that emits what the one behind it would. All its answers share the templates.
 */
export function fastLane(create: CreateDecoder, members: FrameMembers): CreateDecoder {
  keepOne(members, (_, nothing) => new FastLane(create, new Templates(members), nothing));
  const templates = new Templates(members);
  return (answer) => new FastLane(create, templates, answer);
}

/** A frame that the decoder has read as a piece of text and no more. */
interface Piece {
  readonly data: string;
  readonly event: string | undefined;
  readonly text: string;
}

class FastLane implements Decoder, AnswerContext {
  readonly #decoder: Decoder;
  #open: Template | undefined;
  /** What must be in its `steady` holes, as it is written. */
  #steady: readonly string[] | undefined;
  #event: string | undefined;
  #type: TextEvent['type'] = 'text-delta';
  /** The frame before, if it was a piece. */
  #before: Piece | undefined;
  /** How many pairs of pieces were looked at since a template was found. */
  #looks = 0;
  /** How many frames are still let through without a look. */
  #rest = 0;
  /** How many events the frame at hand was, and the last of them. */
  #said = 0;
  #last: ChatEvent | undefined;

  constructor(
    create: CreateDecoder,
    private readonly templates: Templates,
    private readonly answer: AnswerContext,
  ) {
    this.#decoder = create(this);
  }

  get provider(): string {
    return this.answer.provider;
  }

  emit(event: ChatEvent): void {
    this.#said += 1;
    this.#last = event;
    this.answer.emit(event);
  }

  failure(body: unknown): LlmError {
    return this.answer.failure(body);
  }

  frame(data: string, event: string | undefined): boolean {
    if (this.#rest > 0) {
      this.#rest -= 1;
      return this.#decoder.frame(data, event);
    }
    const text = this.#event === event ? this.#open?.read(data, this.#steady) : undefined;
    if (text === undefined) return this.#slow(data, event);
    this.templates.count(1);
    this.answer.emit({ type: this.#type, text });
    return false;
  }

  body(json: unknown): void {
    this.#decoder.body(json);
  }

  end(): boolean {
    return this.#decoder.end();
  }

  #slow(data: string, event: string | undefined): boolean {
    const before = this.#before;
    this.#open = this.#before = undefined;
    this.#said = 0;
    if (this.#decoder.frame(data, event)) return true;
    const piece = this.#said === 1 && this.#last;
    if (!piece || !isText(piece) || data.length > MAX_LENGTH) return false;
    this.templates.count(1);
    const now = { data, event, text: piece.text };
    this.#open = before && this.templates.find(before, now);
    if (this.#open) {
      this.#looks = 0;
      this.#type = piece.type;
      this.#event = event;
      this.#steady = this.#open.steadyOf(data).map(copyOf);
    } else if (before === undefined || (this.#looks += 1) < LESSONS) {
      this.#before = now;
    } else {
      this.#rest = REST;
      this.templates.count(REST);
    }
    return false;
  }
}

// A text of its own: a part of another one keeps all of that in memory.
const copyOf = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

/** The templates of one decoder. */
class Templates {
  readonly #all: Template[] = [];
  #lessons = LESSONS;

  constructor(private readonly members: FrameMembers) {}

  /** Takes note of frames that a template may be made for. */
  count(frames: number): void {
    this.#lessons = Math.min(LESSONS, this.#lessons + frames / FRAMES_A_LESSON);
  }

  /** The template that lets frames past behind these two, which may be learnt from them. */
  find(before: Piece, now: Piece): Template | undefined {
    if (before.event !== now.event || before.text === now.text) return undefined;
    const known = this.#all.find((each) => each.fits(before, now));
    if (known || this.#lessons < 1) return known;
    this.#lessons -= 1;
    const learnt = this.#learn(before, now);
    return learnt?.fits(before, now) ? learnt : undefined;
  }

  #learn(before: Piece, now: Piece): Template | undefined {
    const [old = [], tokens = []] = [before, now].map(({ data }) => tokensOf(data, this.members));
    const holes = holesOf(old, tokens);
    for (const at of holes?.keys() ?? []) {
      if (holds(old[at]!, before.text) && holds(tokens[at]!, now.text)) holes?.set(at, 'text');
    }
    if (!holes || textAt(holes) === '') return undefined;
    const alike = this.#all.find((each) => each.widened(tokens, holes));
    if (alike) this.#all.splice(this.#all.indexOf(alike), 1);
    const learnt = new Template(tokens, alike?.widened(tokens, holes) ?? holes);
    if (this.#all.push(learnt) > MAX_TEMPLATES) this.#all.shift();
    return learnt;
  }
}

/** What may be in a place of a frame: the piece, anything, or what was there before. */
type Hole = 'text' | 'free' | 'steady';
type Holes = Map<number, Hole>;

class Template {
  readonly #pattern: RegExp;
  /** The groups of the pattern, in order. */
  readonly #groups: readonly Hole[];

  constructor(
    private readonly tokens: readonly Token[],
    private readonly holes: Holes,
  ) {
    const sources = tokens.map((token, at) => sourceOf(token, holes.get(at)));
    this.#pattern = new RegExp(`^${sources.join('')}$`);
    this.#groups = tokens.map((_, at) => holes.get(at) ?? 'free').filter((hole) => hole !== 'free');
  }

  /**
   * The piece of a frame that fits, unless it is empty. Members that hold it twice must agree.
   *
   * @param steady - What must be in the `steady` holes; by default, anything.
   */
  read(data: string, steady?: readonly string[]): string | undefined {
    if (data.length > MAX_LENGTH) return undefined;
    const found = this.#pattern.exec(data);
    if (found === null) return undefined;
    let text: string | undefined;
    let next = 0;
    for (let group = 0; group < this.#groups.length; group += 1) {
      const value = found[group + 1]!;
      if (this.#groups[group] === 'steady') {
        if (steady !== undefined && value !== steady[next++]) return undefined;
      } else if (text === undefined) text = value;
      else if (value !== text) return undefined;
    }
    // What is parsed is a copy, too; a short part of a text is always one.
    if (!text || (text.length <= 12 && !text.includes('\\'))) return text || undefined;
    return JSON.parse(`"${text}"`) as string;
  }

  /** Whether it has the pieces of two frames that are the same in all else that is read. */
  fits(before: Piece, now: Piece): boolean {
    return (
      this.read(now.data) === now.text &&
      this.read(before.data, this.steadyOf(now.data)) === before.text
    );
  }

  /** What is in the `steady` holes of a frame that fits. */
  steadyOf(data: string): readonly string[] {
    if (!this.#groups.includes('steady')) return [];
    const found = this.#pattern.exec(data)?.slice(1) ?? [];
    return found.filter((_, group) => this.#groups[group] === 'steady');
  }

  /** The holes for frames like this one, too, if it has the piece in the same place. */
  widened(tokens: readonly Token[], holes: Holes): Holes | undefined {
    const more = textAt(holes) === textAt(this.holes) && holesOf(this.tokens, tokens);
    return more ? new Map([...more, ...this.holes, ...holes]) : undefined;
  }
}

/** The holes for what two frames differ in, if values that may differ are all. */
function holesOf(one: readonly Token[], other: readonly Token[]): Holes | undefined {
  if (one.length !== other.length) return undefined;
  const holes: Holes = new Map();
  for (const [at, { text, kind, use }] of other.entries()) {
    if (text === one[at]!.text) continue;
    if (kind === undefined || kind !== one[at]!.kind) return undefined;
    holes.set(at, use === 'read' ? 'steady' : 'free');
  }
  return holes;
}

const textAt = (holes: Holes): string =>
  [...holes].flatMap(([at, hole]) => (hole === 'text' ? [at] : [])).join();
const holds = ({ text, kind, use }: Token, piece: string): boolean =>
  kind === 'string' && use === 'read' && JSON.parse(text) === piece;

// The grammar of JSON stands in functions, as only plain constants are left out of bundles.
const stringSource = (): string =>
  String.raw`[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*`;
const numberSource = (): string => String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`;

function sourceOf({ text, kind }: Token, hole: Hole | undefined): string {
  if (hole === undefined) return text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const source = kind === 'number' ? numberSource() : stringSource();
  const group = hole === 'free' ? `(?:${source})` : `(${source})`;
  return kind === 'number' ? group : `"${group}"`;
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
    tokens.push({ text, kind: name === undefined ? undefined : kindOf(text), use });
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
