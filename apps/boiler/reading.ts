import { z } from 'zod';

/** The four quantities that a boiler's sensors report, with the unit of each. */
export const measures = {
  temperature: { unit: '°C', label: 'steam temperature' },
  pressure: { unit: 'bar', label: 'drum pressure' },
  steamFlow: { unit: 't/h', label: 'steam flow' },
  waterLevel: { unit: '%', label: 'drum water level' },
} as const;

/** Name of one measured quantity. */
export type Measure = keyof typeof measures;

/** The measures in the order in which they are stored and shown. */
export const measureNames = Object.keys(measures) as readonly Measure[];

/** What the sensors of one boiler said at one instant. */
export interface Reading extends Readonly<Record<Measure, number>> {
  /** Identity of the reading, given once where it is taken: a second delivery carries the same one. */
  readonly id: string;
  readonly boiler: string;
  /** When it was measured: milliseconds since the Unix epoch. */
  readonly measuredAtMs: number;
}

/** Ids and names are kept to plain characters, so that two of them are equal in the database only if they are equal. */
const plainName = /^[\w.:-]{1,64}$/;

const body = z.strictObject({
  boiler: z.string().regex(plainName),
  // The year 2000 and the year 2100: a clock outside of them is broken, and would fall out of every window.
  measuredAtMs: z.int().min(946_684_800_000).max(4_102_444_800_000),
  temperature: z.number(),
  pressure: z.number(),
  steamFlow: z.number(),
  waterLevel: z.number(),
});

/** The body of a reading's message: JSON without the id, which travels as AMQP's `message-id` property. */
export function encodeReading(reading: Reading): Buffer {
  const { id: _id, ...content } = reading;
  return Buffer.from(JSON.stringify(content));
}

/** What a message turned out to be: a reading, or poison with the reason why it can never be stored. */
export type DecodedReading =
  | { readonly reading: Reading; readonly poison?: undefined }
  | { readonly reading?: undefined; readonly poison: string };

/**
 * Reads a message back. It never throws: what cannot be a reading comes back as `poison` with a reason for the log,
 * because such a message would fail again at each delivery.
 *
 * @param messageId AMQP's `message-id` property; without it a repeated delivery would look like a new reading
 */
export function decodeReading(messageId: unknown, content: Buffer): DecodedReading {
  if (typeof messageId !== 'string' || !plainName.test(messageId)) {
    const received = JSON.stringify(messageId);
    return {
      poison: `the message-id property must be 1 to 64 letters, digits and _.:-, received ${received}`,
    };
  }
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8'));
  } catch (error) {
    return { poison: `the body is not JSON: ${(error as Error).message}` };
  }
  const parsed = body.safeParse(json);
  if (!parsed.success) {
    return { poison: z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ') };
  }
  return { reading: { id: messageId, ...parsed.data } };
}
