/** Bugs that the simulation must find: each is one line of a product file, replaced. */
export interface PlantedBug {
  readonly name: string;
  /** From the repository's root. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly replace: string;
}

const mirroring = 'shared/domain/mirroring';
const dynamo = 'shared/adapters/dynamo';

const inFile = (file: string, lines: readonly (readonly [name: string, find: string, replace: string])[]): PlantedBug[] =>
  lines.map(([name, find, replace]) => ({ name, file, find, replace }));

const accept: readonly PlantedBug[] = [
  ...inFile(`${dynamo}/accept-store.ts`, [
    ['accept-on-a-stale-vault', "    ConditionExpression: 'ver = :ver',", "    ConditionExpression: 'ver >= :ver',"],
  ]),
  ...inFile(`${mirroring}/accept.ts`, [
    ['accept-duplicate-unseen', 'if (view.existing !== undefined) return', 'if (view.existing === null) return'],
    [
      'accept-position-forgotten',
      'const before = decimal(view.position);',
      "const before = decimal(view.vault ? '0' : view.position);",
    ],
    ['accept-time-runs-back', 'Math.max(now, milliseconds(last))', 'Math.max(now, 0)'],
  ]),
  ...inFile(`${mirroring}/movement.ts`, [
    ['reduce-only-crosses-zero', 'if (reduce_only !== true) return', 'if (reduce_only !== null) return'],
    ['cancel-counts-in-full', 'filled.get(entry.seq) ?? decimal(entry.order.qty)', 'decimal(entry.order.qty)'],
  ]),
];

const shard: readonly PlantedBug[] = [
  ...inFile(`${dynamo}/shard-store.ts`, [
    ['claim-without-condition', 'Item, ...barrierCondition(after.k ?? 0) };', 'Item };'],
    [
      'owner-not-checked',
      "const owned = '#state = :claimed AND #owner = :owner AND lease_until = :lease';",
      "const owned = '#state = :claimed AND (#owner = :owner OR lease_until = :lease OR #owner <> :owner)';",
    ],
    ['progress-never-marked', "UpdateExpression: 'ADD done :shard',", "UpdateExpression: 'ADD undone :shard',"],
  ]),
  ...inFile(`${mirroring}/shard.ts`, [
    ['take-over-counts-as-first', 'const firstOwner = own && last.taken !== true;', 'const firstOwner = true;'],
    ['asked-twice-is-ones-own', 'own && last.taken !== true;', 'own;'],
    ['every-claim-is-ones-own', 'const own = last.owner === worker.owner;', "const own = last.owner !== '';"],
    ['cursor-skips-an-entry', 'nextEntry(key, last.seq + 1, bell', 'nextEntry(key, Math.max(last.seq + 1, bell.seq), bell'],
    ['switches-never-read-again', '- view.readAt <= switchesLastMs)', '- view.readAt <= 600_000)'],
    ['canceled-order-still-sent', '(vault.canceled_to ?? 0) >= entry.seq;', '(vault.canceled_to ?? 0) > 1e9;'],
  ]),
  ...inFile(`${mirroring}/plan.ts`, [
    ['told-counts-what-failed', 'const told = happened.has(row.place) ?', "const told = row.fate === 'send' ?"],
    ['lane-is-overtaken', 'const inLane = follower.lane_in > follower.lane_out;', 'const inLane = follower.lane_in < 0;'],
    ['kill-switch-ignored', "if (follower.kill_switch) return 'kill_switch';", "if (follower.ver < 0) return 'kill_switch';"],
    ['rejoining-keeps-the-target', 'if (row.joined === follower.joined_seq) return', 'if (row.joined >= 0) return'],
  ]),
  ...inFile(`${mirroring}/restriction.ts`, [
    ['unknown-restricts-nothing', 'if (unknown.length === 0) return', 'if (unknown.length >= 0) return'],
  ]),
  ...inFile(`${mirroring}/sweep.ts`, [
    ['sweep-does-not-ring', 'await ports.ring([...bells.values()]);', 'await ports.ring([...bells.values()].slice(1e9));'],
  ]),
  ...inFile('shared/adapters/sqs/queue.ts', [['bell-without-its-run', 'bell.seq}$', 'bell.seq}` || `$']]),
];

const dispatch: readonly PlantedBug[] = [
  ...inFile(`${mirroring}/attempt.ts`, [
    ['unknown-taken-for-certain', 'unknown: unknownBefore || !result.certain', 'unknown: unknownBefore'],
    [
      'conflict-taken-for-refusal',
      'if (unknownBefore && result.status === conflict)',
      'if (unknownBefore && result.status === gone)',
    ],
  ]),
  ...inFile('shared/adapters/webhook/dispatcher.ts', [
    ['timeout-status-taken-for-certain', 'const certain = status !== 408 && status < 500;', 'const certain = status < 500;'],
  ]),
  ...inFile(`${mirroring}/dispatch.ts`, [
    [
      'repeated-attempt-is-certain',
      'const verdict = verdictOf(result, unknownBefore);',
      'const verdict = verdictOf(result, false);',
    ],
    [
      'blocked-after-take-over-is-certain',
      "{ ...base, state: 'unresolved', code, unknown: true }",
      "{ ...base, state: 'skipped', code }",
    ],
    ['what-reduces-expires', "entry.kind !== 'cancel' && row.phase !== 'reduce' &&", "entry.kind !== 'cancel' &&"],
  ]),
  ...inFile(`${mirroring}/aftermath.ts`, [
    ['taken-back-child-stays-unknown', "row.inputs.was !== 'unknown') continue;", "row.inputs.was !== 'open') continue;"],
  ]),
  ...inFile(`${mirroring}/delivery.ts`, [
    ['body-carries-the-attempt', '    inputs.scale,', '    inputs.scale + attempt.number,'],
  ]),
];

const lane: readonly PlantedBug[] = [
  ...inFile(`${mirroring}/lane.ts`, [
    ['dead-attempt-taken-for-none', "child.state === 'sent' ? { ...child, unknown: true } : child", 'child'],
    ['waiting-child-keeps-its-quantity', 'child.attempts === 0 ? await sizedNow(', 'child.attempts < 0 ? await sizedNow('],
    ['dead-letter-stays-silent', "if (how.state === 'dead_lettered') await", "if (how.state === 'planned') await"],
    ['retry-after-ignored', 'retryAt(now, child.attempts, verdict.retryAfterMs,', 'retryAt(now, child.attempts, 0,'],
  ]),
  ...inFile(`${dynamo}/lane-store.ts`, [
    ['lane-out-too-far', "sets: ['lane_out = :line', ...", "sets: ['lane_out = lane_in', ..."],
  ]),
  ...inFile(`${dynamo}/aftermath-store.ts`, [
    ['lane-never-entered', "UpdateExpression: 'SET lane_in = :line',", "UpdateExpression: 'SET lane_at = :line',"],
  ]),
  ...inFile(`${dynamo}/moved.ts`, [
    ['moved-counts-twice', "add(decimal(old ?? '0'), decimal(qty))", "add(add(decimal(old ?? '0'), decimal(qty)), decimal(qty))"],
    ['moved-without-condition', "'moved.#symbol = :old'", "'moved.#symbol = :old OR attribute_exists(moved)'"],
  ]),
];

const words: readonly PlantedBug[] = [
  ...inFile(`${mirroring}/fill.ts`, [
    ['report-counts-in-full', 'format(subtract(contribution(next), contribution(child)))', 'format(contribution(next))'],
    ['report-unknown-stays', 'unknown: child.unknown && !final,', 'unknown: child.unknown,'],
  ]),
  ...inFile(`${mirroring}/settle.ts`, [
    ['settled-no-counts-as-yes', "const moved = happened ? child.row.qty : '0';", 'const moved = child.row.qty;'],
  ]),
];

const sizing: readonly PlantedBug[] = inFile(`${mirroring}/sizing.ts`, [
  [
    'rounds-away-from-zero',
    'const rounded = roundTowardZero(exact, movement.increment);',
    'const rounded = add(roundTowardZero(exact, movement.increment), movement.increment);',
  ],
  ['reduction-raises-want', 'return absolute(rounded) < absolute(previous) ? rounded : previous;', 'return rounded;'],
  ['cap-forces-a-sale', 'minimum(level, maximum(most, previous))', 'minimum(level, most)'],
  [
    'catch-up-is-missing',
    '(plain, only?.certain ?? told) : plain;',
    '(plain, only?.certain ?? told) : subtract(want, wantBefore);',
  ],
  ['reduction-sells-too-much', 'const reducing = only !== undefined ||', 'const reducing = only !== undefined &&'],
  [
    'dust-is-left',
    '(to === zero ? zero : ratio([level, to], [movement.before]))',
    '(to === zero ? multiply(level, level) : ratio([level, to], [movement.before]))',
  ],
]);

const domain = 'shared/domain/overlays';
const overlays: readonly PlantedBug[] = [
  ...inFile(`${domain}/counted.ts`, [
    ['overlay-outlives-its-end', '(end === undefined || at < end)', "(end === undefined || at > '')"],
    ['overlay-counts-before-its-start', 'spell.starts_at <= at &&', "spell.starts_at > '' &&"],
    ['pinned-while-it-reverts', 'o.reverting !== true && isOn(o, at)', 'isOn(o, at)'],
    ['own-flip-adds-to-the-vaults', "[...overlays.filter((o) => o.kind !== 'flip'), own]", '[...overlays, own]'],
    ['own-flip-counts-behind-its-revert', '(flip.last_seq === undefined || seq <= flip.last_seq)', '(flip.last_seq !== -seq)'],
    [
      'overlay-counts-without-the-plan',
      'if (flips && boosts) return overlays;',
      'if (flips || !boosts || boosts) return overlays;',
    ],
    ['factor-below-zero', 'const bounded = maximum(sum, zero);', 'const bounded = sum;'],
    ['turned-twice-is-turned', 'return turns % 2 === 0 ? bounded', 'return turns === 0 ? bounded'],
  ]),
  ...inFile(`${mirroring}/flips.ts`, [
    ['revert-buys', 'const qty = towardZero(plain, only?.certain ?? told);', 'const qty = plain;'],
    ['revert-in-one-symbol', 'if (asked.ended) return undefined;', 'if (asked.ended || asked.done.size > 0) return undefined;'],
    [
      'revert-of-other-flips',
      'flipNames(flipsOf(follower, row)).includes(overlayId);',
      'flipNames(flipsOf(follower, row)).length > 0;',
    ],
    ['flip-leaves-no-name', 'const counted = phase ===', 'const counted = inputs.mode === undefined && phase ==='],
    ['plain-levels-keep-names', 'if (isPlain(row.after)) return undefined;', ''],
    [
      'cancel-brings-back-what-was-reverted',
      'flips.some((name) => reverted.has(name))',
      'flips.some((name) => reverted.has(name.slice(1)))',
    ],
    ['revert-keeps-the-want', '  want: base_want,\n', '  want: told,\n'],
  ]),
  ...inFile(`${mirroring}/sizing.ts`, [
    [
      'twin-is-flipped-too',
      'add(levels.baseline, share(q, inputs.p, inputs))',
      'add(levels.baseline, share(q, inputs.m, inputs))',
    ],
  ]),
  ...inFile(`${domain}/revert.ts`, [
    ['revert-comes-early', 'if (ms > 0) return', 'if (ms > 1e12) return'],
    ['revert-of-some-shards', 'if (left.length === 0) {', 'if (done.size > 0 || left.length === 0) {'],
    [
      'halt-ends-no-flip',
      'if (overlay.ended_at !== undefined || overlay.starts_at > stop.at) continue;',
      'if (overlay.starts_at) continue;',
    ],
  ]),
  ...inFile(`${domain}/overdue.ts`, [
    ['sweep-finds-no-flip', 'milliseconds(due) + graceMs <= now', 'milliseconds(due) + graceMs <= 0'],
  ]),
  ...inFile(`${domain}/start.ts`, [
    ['second-flip-at-once', 'if (flip === undefined) return;', "if (flip === undefined || at !== '') return;"],
    ['overlay-begins-under-an-order', 'Math.max(now, milliseconds(last_time) + 1)', 'Math.max(now, 0 * milliseconds(last_time))'],
  ]),
  ...inFile('shared/domain/followers/change.ts', [
    ['kill-switch-keeps-the-flip', 'if (before.flip === undefined ||', 'if (before.ver > 0 ||'],
  ]),
  ...inFile(`${dynamo}/flip-items.ts`, [
    [
      'flip-stored-behind-an-order',
      'attribute_not_exists(last_time) OR last_time < :at',
      'attribute_not_exists(last_time) OR :at = :at',
    ],
  ]),
  ...inFile(`${dynamo}/revert-store.ts`, [
    ['revert-recorded-twice', "'attribute_exists(pk) AND attribute_not_exists(#overlay.#at)'", "'attribute_exists(pk)'"],
    [
      'vault-flip-ends-with-one-shard',
      '(await shardsDone(table, flip)).size >= overlay.shards',
      '(await shardsDone(table, flip)).size >= 1',
    ],
  ]),
];

export const bugs: readonly PlantedBug[] = [...accept, ...shard, ...dispatch, ...lane, ...words, ...sizing, ...overlays];
