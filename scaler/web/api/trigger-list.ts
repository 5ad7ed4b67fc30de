import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Answer, Answers, KnownTrigger } from '../../planner/types.js';
import type { Clock } from '../../shared/clock.js';
import type { Trigger } from '../../trigger/trigger.js';
import type { Sparkline, TriggerList } from './contract.js';
import { effectsAhead, type KnownCalendars } from './event-views.js';
import { rfc3339 } from './json-values.js';
import { sparkline } from './sparkline.js';
import { summarise } from './trigger-summary.js';

/** Most triggers in one answer. */
export const LARGEST_LIMIT = 1000;

/** How long a page is answered from memory: less than a tick of the planner. */
const FRESH_MILLISECONDS = 1000;

/** Longest time on the event loop before others get a turn. */
const SLICE_MILLISECONDS = 4;

/**
 * Builds the pages of the trigger list: in slices, so that ten thousand triggers delay no answer to KEDA, and once for
 * all who ask within a second.
 */
export class TriggerPages {
  readonly #pages = new LRUCache<string, string, { readonly offset: number; readonly limit: number }>({
    max: 32,
    ttl: FRESH_MILLISECONDS,
    fetchMethod: (_key, _stale, { context: { offset, limit } }) => this.#build(offset, limit),
  });
  readonly #sparklines = new WeakMap<
    Trigger,
    { readonly untilSeconds: number; readonly line: Sparkline | null }
  >();

  constructor(
    readonly answers: Answers,
    readonly clock: Clock,
    readonly calendars: KnownCalendars,
  ) {}

  /** Triggers `offset` to `offset + limit` in order of their names. */
  async page(offset: number, limit: number): Promise<string> {
    return (await this.#pages.fetch(`${offset}/${limit}`, { context: { offset, limit } }))!;
  }

  async #build(offset: number, limit: number): Promise<string> {
    const all = [...this.answers.all()].sort(byName);
    let began = performance.now();
    const triggers: string[] = [];
    for (const known of all.slice(offset, offset + limit)) {
      triggers.push(JSON.stringify(summarise(known, this.#sparkline(known.trigger, known.answer))));
      if (performance.now() - began < SLICE_MILLISECONDS) continue;
      await nextTurn();
      began = performance.now();
    }
    const frame: Omit<TriggerList, 'triggers'> = {
      time: rfc3339(newestAnswerSeconds(all) || this.clock.nowSeconds()),
      total: all.length,
      offset,
      limit,
    };
    return `${JSON.stringify(frame).slice(0, -1)},"triggers":[${triggers.join(',')}]}`;
  }

  /** Kept until the model has a new step. */
  #sparkline(trigger: Trigger, answer: Answer | undefined): Sparkline | null {
    const untilSeconds = answer?.snapshot?.historyUntilSeconds ?? Number.NaN;
    const held = this.#sparklines.get(trigger);
    if (held && held.untilSeconds === untilSeconds) return held.line;
    const evidence = this.answers.evidence(trigger);
    const line = evidence ? sparkline(evidence, effectsAhead(this.calendars, trigger)) : null;
    this.#sparklines.set(trigger, { untilSeconds, line });
    return line;
  }
}

/** When the newest answer was computed; 0 without an answer. */
function newestAnswerSeconds(all: readonly KnownTrigger[]): number {
  return all.reduce((newest, { answer }) => Math.max(newest, answer?.snapshot?.computedAtSeconds ?? 0), 0);
}

function byName(a: KnownTrigger, b: KnownTrigger): number {
  return (
    compare(a.trigger.namespace, b.trigger.namespace) ||
    compare(a.trigger.scaledObject, b.trigger.scaledObject) ||
    compare(a.name, b.name)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
