/** What an event does to the forecast while it lasts. Several may hold at once. */
export interface Effects {
  /** A day off, forecast like the days of the history that it is like. */
  readonly holiday?: boolean;
  /** Multiplies the forecast. Factors of events that overlap multiply. */
  readonly factor?: number;
  /** The answer is at least this, in the query's unit. When events overlap, the largest floor holds. */
  readonly floor?: number;
  /** The answer is at least this many replicas, which is this times the trigger's threshold. */
  readonly floorReplicas?: number;
  /** Epoch seconds of the time in the history that the start of the event is like, scaled to the level of now. */
  readonly likeStartSeconds?: number;
  /** Whether the model learns from these hours as from ordinary ones. */
  readonly learn: boolean;
}

/** One event at one time. */
export interface Occurrence {
  readonly name: string;
  /** Name of the calendar in the configuration; `events` for those of the trigger. */
  readonly calendar: string;
  readonly startSeconds: number;
  /** The first second after it. */
  readonly endSeconds: number;
  readonly effects: Effects;
}

/** What is known of coming and past days. */
export interface Calendar {
  /**
   * Occurrences that overlap a span, ascending by start, as plain data from memory.
   *
   * @param timezone IANA name of the zone of all-day events and local times
   */
  occurrences(fromSeconds: number, toSeconds: number, timezone: string): readonly Occurrence[];
}

/** The calendars that triggers may name. */
export interface Calendars {
  /** The calendars that a trigger names and its own events, as one; undefined when it has neither. */
  of(trigger: CalendarKeys): Calendar | undefined;
}

/** What a trigger says about calendars. */
export interface CalendarKeys {
  /** Names of calendars in the configuration. */
  readonly calendars: readonly string[];
  /** Events of its own. */
  readonly events: readonly TimedEvent[];
}

/** A moment. In local time it depends on the zone of the trigger that asks. */
export interface Moment {
  /** Epoch seconds, or seconds of the wall clock, counted as if it were in UTC. */
  readonly seconds: number;
  readonly isLocal: boolean;
  /** Exact seconds to add, whatever the wall clock does meanwhile. */
  readonly plusSeconds?: number;
}

/** An event before the zone of its local times is known. Plain data. */
export interface TimedEvent {
  readonly name: string;
  readonly start: Moment;
  /** The first moment after it. */
  readonly end: Moment;
  readonly effects: EventEffects;
}

/** The events of one calendar. Plain data. */
export interface CalendarEvents {
  readonly events: readonly TimedEvent[];
  /** What is wrong with events that were left out. */
  readonly problems: readonly string[];
}

/** Effects before the zone of the event is known. */
export interface EventEffects extends Omit<Effects, 'likeStartSeconds'> {
  /** Midnight of the day that the event is like, as seconds of the wall clock. */
  readonly likeDaySeconds?: number;
}
