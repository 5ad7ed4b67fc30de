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
  /** "As it was on that day": epoch seconds at which that day in the history begins. The level of now scales it. */
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
  /**
   * The calendars that a trigger names and the events that it brings along, as one; undefined when it has neither.
   *
   * @throws ScalerError `invalid` when there is no calendar of a name.
   */
  of(trigger: CalendarKeys): Calendar | undefined;
}

/** What a trigger says about calendars. */
export interface CalendarKeys {
  /** Names of calendars in the configuration. */
  readonly calendars: readonly string[];
  /** Events of its own. */
  readonly events: Calendar | undefined;
}
