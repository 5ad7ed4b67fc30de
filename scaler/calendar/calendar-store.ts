import type { ConnectionOptions } from '../prometheus/connection.js';
import type { Clock } from '../shared/clock.js';
import { invalid, ScalerError } from '../shared/errors.js';
import type { CalendarConfig, CalendarsConfig } from './calendar-config.js';
import { EventList, joined } from './event-list.js';
import { Expander } from './expander.js';
import { addressSource, fileSource, type IcalSource } from './ical-source.js';
import type { Calendar, CalendarEvents, CalendarKeys, Calendars, EventEffects } from './types.js';

const DAY_SECONDS = 86_400;

/** A little more than the longest history. */
const PAST_SECONDS = 100 * DAY_SECONDS;
/** The longest horizon and the weeks that the page lists, and some time in which a calendar cannot be read. */
const COMING_SECONDS = 100 * DAY_SECONDS;

/** Holidays are worked out again for the days that have come into reach. */
const HOLIDAYS_REFRESH_SECONDS = DAY_SECONDS;

/** A calendar that could not be read is tried again this soon. */
const RETRY_SECONDS = 300;

/** Effects of events that say nothing. */
const NOTHING: EventEffects = { learn: false };

/** What the status page and metrics show of a calendar. */
export interface CalendarState {
  readonly name: string;
  /** Where its events come from: `holidays of DE-BE`, `https://calendar.example.com`. */
  readonly origin: string;
  /** When it was last read without an error; undefined when it never was. */
  readonly readAtSeconds: number | undefined;
  readonly events: number;
  /** What is wrong with it, or with some of its events. */
  readonly problem: string | undefined;
}

/** Is told of each reading. */
export interface CalendarObserver {
  calendarRead(state: CalendarState, outcome: 'ok' | 'failed'): void;
}

/** What the store needs. */
export interface CalendarStoreParts {
  readonly calendars: CalendarsConfig;
  readonly allowedAddresses: readonly string[];
  readonly clock: Clock;
  readonly observer?: CalendarObserver;
  /** Resolves host names; node:dns when undefined. */
  readonly lookup?: ConnectionOptions['lookup'];
}

interface Entry {
  readonly config: CalendarConfig;
  readonly source: IcalSource | undefined;
  /** The text that was read last, used while it cannot be read. */
  lastText: string | undefined;
  /** Why the last reading failed. */
  failure: ScalerError | undefined;
  list: EventList;
  state: CalendarState;
}

/**
 * The calendars of the configuration. They are read again at fixed times, so that all replicas know the same events.
 * While a calendar cannot be read, what was read last stays.
 */
export class CalendarStore implements Calendars {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #parts: CalendarStoreParts;
  readonly #expander = new Expander();
  readonly #closing = new AbortController();
  #running: readonly Promise<void>[] = [];

  /** @throws ScalerError `invalid` when the allow-list does not have the address of a calendar. */
  constructor(parts: CalendarStoreParts) {
    this.#parts = parts;
    this.#entries = new Map(
      Object.entries(parts.calendars).map(([name, config]) => [name, this.#entry(name, config)]),
    );
  }

  /**
   * Reads every calendar, and from then on regularly.
   *
   * @throws ScalerError `invalid` when a place has no holidays, since reading again would not help
   */
  async start(): Promise<void> {
    const entries = [...this.#entries.values()];
    await Promise.all(entries.map((entry) => this.#read(entry)));
    for (const { config, failure, state } of entries)
      if (config.holidays !== undefined && failure?.kind === 'invalid')
        throw invalid(`configuration: calendars.${state.name}.holidays: ${failure.message}`);
    for (const entry of entries) this.#tell(entry);
    this.#running = entries
      .filter(({ config }) => config.events === undefined)
      .map((entry) => this.#readAgain(entry));
  }

  of({ calendars, events }: CalendarKeys): Calendar | undefined {
    if (calendars.length === 0 && events.length === 0) return undefined;
    const own = new EventList('events', events);
    const entries = calendars.flatMap((name) => this.#entries.get(name) ?? []);
    return joined(() => [...entries.map(({ list }) => list), own]);
  }

  /** The states of all calendars, or of those named. */
  states(names: readonly string[] = [...this.#entries.keys()]): CalendarState[] {
    return names.flatMap((name) => this.#entries.get(name)?.state ?? []);
  }

  /** Ends reading. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#expander.close();
    await Promise.all([...this.#entries.values()].map(({ source }) => source?.close()));
    await Promise.all(this.#running);
  }

  #entry(name: string, config: CalendarConfig): Entry {
    const { allowedAddresses, lookup } = this.#parts;
    const { file, address } = config;
    const source =
      file !== undefined
        ? fileSource(file)
        : address && addressSource(address, config, allowedAddresses, lookup);
    const state = { name, origin: originOf(config), readAtSeconds: undefined, events: 0, problem: undefined };
    const list = new EventList(name, []);
    return { config, source, lastText: undefined, failure: undefined, list, state };
  }

  async #readAgain(entry: Entry): Promise<void> {
    const { signal } = this.#closing;
    const usual =
      entry.config.holidays === undefined ? entry.config.refreshSeconds : HOLIDAYS_REFRESH_SECONDS;
    while (!signal.aborted) {
      const seconds = entry.failure ? Math.min(RETRY_SECONDS, usual) : usual;
      const now = this.#parts.clock.nowSeconds();
      await this.#parts.clock.sleep(seconds - (now % seconds), signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#read(entry);
      this.#tell(entry);
    }
  }

  async #read(entry: Entry): Promise<void> {
    const nowSeconds = this.#parts.clock.nowSeconds();
    const failures: ScalerError[] = [];
    const orNothing = (error: unknown): undefined => {
      if (!(error instanceof ScalerError)) throw error;
      failures.push(error);
    };
    const text = (await entry.source?.read().catch(orNothing)) ?? entry.lastText;
    const read = await this.#events(entry.config, text, nowSeconds).catch(orNothing);
    if (this.#closing.signal.aborted) return;
    if (read !== undefined) {
      entry.lastText = text;
      entry.list = new EventList(entry.state.name, read.events);
    }
    entry.failure = failures[0];
    const problems = [...failures.map(({ message }) => message), ...(read?.problems ?? [])];
    entry.state = {
      ...entry.state,
      readAtSeconds: failures.length === 0 ? nowSeconds : entry.state.readAtSeconds,
      events: entry.list.events.length,
      problem: problems.join('; ') || undefined,
    };
  }

  #tell({ state, failure }: Entry): void {
    if (!this.#closing.signal.aborted)
      this.#parts.observer?.calendarRead(state, failure === undefined ? 'ok' : 'failed');
  }

  async #events(
    { holidays: place, kinds, effects = NOTHING, events }: CalendarConfig,
    text: string | undefined,
    nowSeconds: number,
  ): Promise<CalendarEvents | undefined> {
    if (events !== undefined) return { events, problems: [] };
    const span = { fromSeconds: nowSeconds - PAST_SECONDS, toSeconds: nowSeconds + COMING_SECONDS };
    if (place !== undefined)
      return await this.#expander.expand({
        ...span,
        holidays: { place, kinds, effects: { ...effects, holiday: true } },
      });
    return text === undefined ? undefined : await this.#expander.expand({ ...span, ical: { text, effects } });
  }
}

function originOf({ holidays, file, address }: CalendarConfig): string {
  if (holidays !== undefined) return `holidays of ${holidays}`;
  return file ?? address?.origin ?? 'the configuration';
}
