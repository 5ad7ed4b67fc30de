import { z } from 'zod';
import { isPlainHttpAddress, requestShape } from '../prometheus/source-config.js';
import { defaulted, described, optional, readWith, seconds, ValidationError } from '../shared/fields.js';
import { headersSchema, queryParametersSchema } from '../shared/request-fields.js';
import { effectsOf, effectsShape } from './effects.js';
import { eventName, readInterval } from './event-text.js';
import type { TimedEvent } from './types.js';

/** Where the events of a calendar come from: one of these keys. */
const ORIGINS = ['holidays', 'file', 'address', 'events'] as const;

const eventSchema = z
  .strictObject({
    name: described(z.string().transform(eventName).optional(), 'its time', 'What people call it.'),
    at: described(
      readWith((text) => ({ text, ...readInterval(text) })),
      undefined,
      'When it is, as in the trigger key `events`: `2026-11-27/P1D`, `2026-11-27T18:00/PT4H`.',
    ),
    ...effectsShape,
  })
  .transform(
    ({ name, at: { text, ...interval }, ...effects }): TimedEvent => ({
      name: name || text,
      ...interval,
      effects: effectsOf(effects),
    }),
  );

const calendarSchema = z
  .strictObject({
    holidays: described(
      z.string().min(1).optional(),
      'none',
      'Country, state and region whose public holidays it has, by their codes in ISO 3166: `DE`, `DE-BE`, `BR-SP`.',
    ),
    kinds: described(
      z.array(z.enum(['public', 'bank', 'school', 'optional', 'observance'])).default(['public']),
      '`[public]`',
      'Which holidays: `public`, `bank`, `school`, `optional`, `observance`.',
    ),
    file: described(z.string().min(1).optional(), 'none', 'Path of an iCalendar file.'),
    address: optional('none', readWith(calendarAddress), {
      form: 'http:// or https:// with host and path, without user name, password, query or fragment',
      meaning:
        'Address of an iCalendar file, which `sources.allowedAddresses` must have. Never shown beyond its host, since the path of a private calendar is a secret.',
      secret: true,
    }),
    ...requestShape,
    headers: described(headersSchema.default({}), 'none', 'Headers sent with the request.'),
    queryParameters: described(
      queryParametersSchema.default({}),
      'none',
      'Parameters of the request, such as `export`.',
    ),
    events: z.array(eventSchema).max(1000).optional(),
    effects: described(
      z.strictObject(effectsShape).transform(effectsOf).optional(),
      'none: their hours are not learned from',
      'What its events do where their descriptions do not say it: the keys of `events[]` from `holiday` on. Holidays are `holiday` in any case.',
    ),
    refresh: defaulted('1h', seconds({ min: 60, max: 86_400 }), {
      form: 'a duration of whole seconds from 1m to 1d',
      meaning: 'How often file and address are read again.',
    }),
  })
  .superRefine((calendar, context) => {
    const given = ORIGINS.filter((key) => calendar[key] !== undefined);
    if (given.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `expected one of "holidays", "file", "address" and "events"${given.length > 1 ? `, not ${given.join(' and ')}` : ''}`,
      });
    if (calendar.basic !== undefined && calendar.bearer !== undefined)
      context.addIssue({ code: 'custom', message: 'expected "basic" or "bearer", not both' });
    if (calendar.effects !== undefined && calendar.events !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['effects'],
        message: 'each of the events has effects of its own; give them there',
      });
  })
  .transform(({ refresh, ...calendar }) => ({ ...calendar, refreshSeconds: refresh }))
  .readonly();

/** Calendars by the name that triggers use for them. */
export const calendarsSchema = z.record(
  z.string().regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'a calendar name is lower case and DNS-safe'),
  calendarSchema,
);

/** One calendar of the configuration, checked and complete. */
export type CalendarConfig = z.output<typeof calendarSchema>;

/** All of them. */
export type CalendarsConfig = Readonly<Record<string, CalendarConfig>>;

function calendarAddress(text: string): URL {
  if (!isPlainHttpAddress(text)) throw new ValidationError();
  return new URL(text);
}
