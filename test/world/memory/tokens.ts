import { invalid } from './errors.ts';

export type ExpressionKind =
  | 'ConditionExpression'
  | 'FilterExpression'
  | 'KeyConditionExpression'
  | 'UpdateExpression'
  | 'ProjectionExpression';

const token = /\s*(#\w+|:\w+|[A-Za-z]\w*|\d+|<>|<=|>=|[=<>+\-(),.[\]])\s*/y;

function tokensOf(kind: ExpressionKind, text: string): string[] {
  if (text.trim() === '') throw invalid(`Invalid ${kind}: The expression can not be empty;`);
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) throw invalid(`Invalid ${kind}: Syntax error; token: "${text[at]}", near: "${text.slice(at, at + 8)}"`);
    tokens.push(found[1] as string);
    at = token.lastIndex;
  }
  return tokens;
}

const keywords = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN', 'SET', 'REMOVE', 'ADD', 'DELETE']);

/** Steps through an expression's tokens; whatever does not fit is the syntax error that AWS answers. */
export class Reader {
  readonly kind: ExpressionKind;
  readonly #tokens: readonly string[];
  at = 0;

  constructor(kind: ExpressionKind, text: string) {
    this.kind = kind;
    this.#tokens = tokensOf(kind, text);
  }

  get ended(): boolean {
    return this.at === this.#tokens.length;
  }
  peek(ahead = 0): string {
    return this.#tokens[this.at + ahead] ?? '<EOF>';
  }
  next(): string {
    const now = this.peek();
    this.at += 1;
    return now;
  }

  /** Takes the token if it comes next. */
  took(wanted: string): boolean {
    if (this.peek() !== wanted) return false;
    this.at += 1;
    return true;
  }
  /** Keywords are written in any case. */
  tookWord(word: string): boolean {
    if (this.peek().toUpperCase() !== word) return false;
    this.at += 1;
    return true;
  }
  need(wanted: string): void {
    if (!this.took(wanted)) throw this.wrong();
  }
  needWord(word: string): void {
    if (!this.tookWord(word)) throw this.wrong();
  }
  needEnd(): void {
    if (!this.ended) throw this.wrong();
  }

  isName(ahead = 0): boolean {
    const now = this.peek(ahead);
    return /^[#A-Za-z]/.test(now) && !keywords.has(now.toUpperCase());
  }
  /** A name that is followed by a parenthesis. */
  isCall(): boolean {
    return this.isName() && this.peek(1) === '(' && !this.peek().startsWith('#');
  }

  wrong(): Error {
    const near = this.#tokens.slice(Math.max(0, this.at - 1), this.at + 2).join(' ');
    return this.refuse(`Syntax error; token: "${this.peek()}", near: "${near}"`);
  }
  refuse(message: string): Error {
    return invalid(`Invalid ${this.kind}: ${message}`);
  }
}
