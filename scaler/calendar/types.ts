/** What an event does to the forecast while it lasts. Several may hold at once. */
export interface Effects {
  /** A day off: treated as the day that history shows it to be like. */
  readonly holiday?: boolean;
  /** The forecast times this. Factors of events that overlap multiply. */
  readonly factor?: number;
  /** The answer is at least this, in the query's unit. Of events that overlap the larger floor holds. */
  readonly floor?: number;
  /** The answer is at least this many replicas, which is this times the trigger's threshold. */
  readonly floorReplicas?: number;
  /**
   * "As it was on that day": epoch seconds in the history that the event's start is like, what follows likewise, scaled
   * by the level of now.
   */
  readonly likeStartSeconds?: number;
  /** Whether the model learns from these hours as from ordinary ones. Events of a calendar are not ordinary. */
  readonly learn: boolean;
}

/** One event at one time. */
export interface Occurrence {
  /** What the calendar calls the event, for people. */
  readonly name: string;
  /** Name of the calendar in the configuration; `events` for those that the trigger brings along. */
  readonly calendar: string;
  readonly startSeconds: number;
  /** The first second after it. */
  readonly endSeconds: number;
  readonly effects: Effects;
}

/** What is known of coming and past days. */
export interface Calendar {
  /**
   * Occurrences that overlap a span, ascending by start. All-day events and local times are those of the zone. Plain
   * data: the list may go to a worker thread. Answered from memory.
   *
   * @param timezone IANA name.
   */
  occurrences(fromSeconds: number, toSeconds: number, timezone: string): readonly Occurrence[];
}

/** The calendars that triggers may name. */
export interface Calendars {
  /** The calendars that a trigger names and the events that it brings along, as one; undefined when it has neither. */
  of(trigger: CalendarKeys): Calendar | undefined;
}

/** What a trigger says about calendars. */
export interface CalendarKeys {
  /** Names of calendars in the configuration. */
  readonly calendars: readonly string[];
  /** Events of its own. */
  readonly events: readonly TimedEvent[];
}

/** A moment, which in local time is settled by the zone of the trigger that asks. */
export interface Moment {
  /** Epoch seconds, or seconds of the wall clock counted as if it were UTC's. */
  readonly seconds: number;
  readonly isLocal: boolean;
  /** Exact seconds that follow, whatever the wall clock does meanwhile. */
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
  /** "As it was on that day": midnight of the day, as seconds of the wall clock. */
  readonly likeDaySeconds?: number;
}
