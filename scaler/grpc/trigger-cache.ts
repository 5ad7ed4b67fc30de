import { LRUCache } from 'lru-cache';
import { invalid, ScalerError } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';
import type { GetMetricSpecResponse } from './generated/externalscaler/GetMetricSpecResponse.js';
import type { ScaledObjectRef__Output } from './generated/externalscaler/ScaledObjectRef.js';
import { type MetricScale, metricScale, metricSpec } from './metric-values.js';

/** Turns metadata into a Trigger. @throws ScalerError of kind `invalid` */
export type ParseTrigger = (ref: ScaledObjectRef__Output) => Trigger;

/** What the handlers need of a trigger. */
export interface ParsedTrigger {
  readonly trigger: Trigger;
  readonly specs: GetMetricSpecResponse;
  readonly scale: MetricScale;
}

interface Entry {
  readonly ref: ScaledObjectRef__Output;
  readonly keyCount: number;
  readonly weight: number;
  readonly outcome: ParsedTrigger | ScalerError;
}

/** Triggers of one ScaledObject kept at once: those that it has, and had before edits. */
const ENTRIES_PER_OBJECT = 64;
/** Cost of an entry besides its text, in characters. */
const ENTRY_OVERHEAD = 1024;

/**
 * Triggers by their metadata, so that a call costs a comparison of strings instead of a parse. KEDA sends all metadata
 * with every call, its keys in any order, also for triggers that are refused.
 */
export class TriggerCache {
  readonly #objects: LRUCache<string, readonly Entry[]>;

  /** @param maxCharacters of metadata kept in all; triggers that were asked for longest ago are dropped */
  constructor(
    private readonly parse: ParseTrigger,
    maxCharacters: number,
  ) {
    this.#objects = new LRUCache({
      maxSize: maxCharacters,
      sizeCalculation: (entries) => entries.reduce((sum, { weight }) => sum + weight, 0),
    });
  }

  /** The trigger that a call is about. @throws ScalerError of kind `invalid` */
  get(ref: ScaledObjectRef__Output | null | undefined): ParsedTrigger {
    if (!ref) throw invalid('scaledObjectRef is missing: send name, namespace and scalerMetadata');
    const key = `${ref.namespace}/${ref.name}`;
    const entries = this.#objects.get(key);
    let entry = entries?.find((candidate) => sameRef(candidate, ref));
    if (entry === undefined) {
      entry = this.#parsed(ref);
      this.#objects.set(key, [...(entries?.slice(1 - ENTRIES_PER_OBJECT) ?? []), entry]);
    }
    if (entry.outcome instanceof ScalerError) throw entry.outcome;
    return entry.outcome;
  }

  /** The trigger of a reference; undefined where its metadata is wrong. */
  find(ref: ScaledObjectRef__Output): Trigger | undefined {
    try {
      return this.get(ref).trigger;
    } catch (error) {
      if (error instanceof ScalerError) return undefined;
      throw error;
    }
  }

  /** The metadata of these triggers, as KEDA sent it. */
  *refsOf(triggers: Iterable<Trigger>): Iterable<ScaledObjectRef__Output> {
    const wanted = new Set(triggers);
    for (const entries of this.#objects.values())
      for (const { ref, outcome } of entries)
        if (!(outcome instanceof ScalerError) && wanted.has(outcome.trigger)) yield ref;
  }

  #parsed(ref: ScaledObjectRef__Output): Entry {
    const entry = { ref, keyCount: Object.keys(ref.scalerMetadata).length, weight: weigh(ref) };
    try {
      const trigger = this.parse(ref);
      const scale = metricScale(trigger.threshold);
      const specs = { metricSpecs: [metricSpec(trigger.metricName, scale)] };
      return { ...entry, outcome: { trigger, scale, specs } };
    } catch (error) {
      if (error instanceof ScalerError) return { ...entry, outcome: error };
      throw error;
    }
  }
}

/** Whether an entry of the same key is about a reference. Allocates nothing, since this runs on every call. */
function sameRef(entry: Entry, ref: ScaledObjectRef__Output): boolean {
  if (entry.ref.name !== ref.name) return false;
  let keys = 0;
  for (const key in ref.scalerMetadata) {
    if (entry.ref.scalerMetadata[key] !== ref.scalerMetadata[key]) return false;
    keys++;
  }
  return keys === entry.keyCount;
}

function weigh(ref: ScaledObjectRef__Output): number {
  let characters = ENTRY_OVERHEAD + ref.name.length + ref.namespace.length;
  for (const [key, value] of Object.entries(ref.scalerMetadata)) characters += key.length + value.length;
  return characters;
}
