import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { PokemonStore } from './pokemon-store.js';

const tracer = trace.getTracer('pokedex');

/**
 * {@link PokemonStore.find} inside a span of its own, `find pokemon`, with the number and whether there is such a
 * Pokémon; the span of the SQL query hangs below it.
 */
export function findTraced(store: PokemonStore, number: number): Promise<string | undefined> {
  return tracer.startActiveSpan(
    'find pokemon',
    { attributes: { 'pokedex.number': number } },
    async (span) => {
      try {
        const name = await store.find(number);
        span.setAttribute('pokedex.found', name !== undefined);
        return name;
      } catch (error) {
        span.recordException(error as Error);
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
        throw error;
      } finally {
        span.end();
      }
    },
  );
}
