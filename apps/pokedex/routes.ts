import { Router } from 'express';
import { Counter, type Registry } from 'prom-client';
import type { Logger } from '../shared/log.js';
import { findTraced } from './find-traced.js';
import { type PokemonStore, StoreUnavailableError } from './pokemon-store.js';

/** The store may be back within seconds: it is asked once a second. */
const RETRY_AFTER_SECONDS = '2';

/**
 * `GET /pokemon/:id`: the name of a National Pokédex number as `{"id": 25, "name": "Pikachu"}`; 400 for anything but a
 * number, 404 for a number without a Pokémon, 503 while the database is away.
 */
export function pokemonRoutes(store: PokemonStore, log: Logger, registry: Registry): Router {
  const lookups = new Counter({
    name: 'pokedex_lookups_total',
    help: 'Lookups of a number, by how they ended.',
    labelNames: ['result'],
    registers: [registry],
  });
  for (const result of ['found', 'not_found', 'invalid', 'unavailable']) lookups.inc({ result }, 0);

  const router = Router();
  router.get('/pokemon/:id', async (request, response) => {
    const { id } = request.params;
    if (!/^[1-9]\d{0,4}$/.test(id)) {
      lookups.inc({ result: 'invalid' });
      response
        .status(400)
        .json({ error: `the id is ${JSON.stringify(id)}: expected a National Pokédex number, such as 25` });
      return;
    }
    try {
      const name = await findTraced(store, Number(id));
      lookups.inc({ result: name === undefined ? 'not_found' : 'found' });
      if (name === undefined) response.status(404).json({ error: `no Pokémon has the number ${id}` });
      else response.json({ id: Number(id), name });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      lookups.inc({ result: 'unavailable' });
      log.warn({ reason: error.message }, 'lookup failed');
      response
        .status(503)
        .set('Retry-After', RETRY_AFTER_SECONDS)
        .json({ error: 'the database is away; try again soon' });
    }
  });
  return router;
}
