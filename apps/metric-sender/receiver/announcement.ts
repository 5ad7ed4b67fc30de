const LINE = '='.repeat(40);

/** Headers that tracing adds to a message on its way (W3C Trace Context and Baggage): no resources of anybody. */
const tracingHeaders = new Set(['traceparent', 'tracestate', 'baggage']);

/**
 * What the receiver prints for a message: the application and its resources, in the order of the headers.
 *
 * @param application the message's `reply-to`
 * @param headers the message's headers
 */
export function announcement(application: string, headers: Readonly<Record<string, unknown>>): string {
  const resources = Object.entries(headers)
    .filter(([name]) => !tracingHeaders.has(name))
    .map(([name, value]) => `  - ${name}: ${String(value)}`);
  return [LINE, `Aplicação: ${application}`, 'Recursos recebidos:', ...resources, LINE].join('\n');
}
