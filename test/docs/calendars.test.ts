import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { EventList } from '../../scaler/calendar/event-list.js';
import { Expander } from '../../scaler/calendar/expander.js';
import { loadConfig } from '../../scaler/config/load.js';
import { desiredReplicas } from '../../scaler/hpa/desired-replicas.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { parseTrigger } from '../../scaler/trigger/parse.js';
import type { KubernetesObject } from '../support/k8s/kubernetes-object.js';
import { checkSchema, findUnknownFields } from '../support/k8s/validate.js';

const read = (page: string) => readFileSync(join(packageRoot, 'docs', page), 'utf8');
const page = read('calendars.md');
const at = (text: string): number => Date.parse(text) / 1000;

/** The block that follows a comment. */
function block(text: string, comment: string): string {
  const found = new RegExp(`<!-- ${comment} -->\\n\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
  assert.ok(found, `there is no block after ${comment}`);
  return found;
}

const triggerOf = (metadata: Record<string, string>, calendars: readonly string[] = []) =>
  parseTrigger(
    { name: 'checkout', namespace: 'shop', scalerMetadata: { query: 'up', threshold: '100', ...metadata } },
    { default: 'central', calendars },
  );

describe('docs/calendars.md', function () {
  this.timeout(20_000);

  it('shows events that a trigger accepts, as long as the text says', () => {
    const { events, notices, timezone } = triggerOf(parse(block(page, 'trigger')));
    assert.deepEqual(notices, []);
    const found = new EventList('events', events).occurrences(
      at('2026-11-01T00:00Z'),
      at('2026-12-31T00:00Z'),
      timezone,
    );
    assert.deepEqual(
      found.map(({ startSeconds, endSeconds }) => (endSeconds - startSeconds) / 3600),
      [24, 2, 1.5],
    );
    // Midnight in São Paulo, which is three hours behind UTC.
    assert.equal(found[0]!.startSeconds, at('2026-11-27T03:00Z'));
  });

  it('shows intervals of the lengths that it states', () => {
    for (const [interval, hours] of Object.entries({
      '2026-11-27/P1D': 24,
      '2026-11-27T20:00/PT2H': 2,
      '2026-11-27T20:00/2026-11-28T02:00': 6,
    })) {
      assert.ok(page.includes(`\`${interval}\``), interval);
      const { events } = triggerOf({ events: `${interval} x2` });
      const [found] = new EventList('', events).occurrences(0, at('2027-01-01T00:00Z'), 'UTC');
      assert.equal((found!.endSeconds - found!.startSeconds) / 3600, hours);
    }
  });

  it('shows each effect in a form that both a trigger and the configuration accept', () => {
    const rows = [...page.matchAll(/^\| `([^`]+)` \| `([^`]+)`[^|]*\|/gm)];
    assert.equal(rows.length, 7);
    for (const [, words, setting] of rows) {
      const [event] = triggerOf({ events: `2026-11-27/P1D ${words}` }).events;
      const config = configOf(`calendars: {a: {events: [{at: 2026-11-27/P1D, ${setting}}]}}`);
      assert.deepEqual(config.calendars.a!.events![0]!.effects, event!.effects, words);
    }
  });

  it('shows a configuration that the program accepts', () => {
    const { calendars } = configOf(block(page, 'configuration'));
    assert.deepEqual(Object.keys(calendars), [
      'br-holidays',
      'berlin-holidays',
      'incidents',
      'launches',
      'sales',
    ]);
    assert.deepEqual(
      calendars.sales!.events!.map(({ effects }) => effects),
      [{ factor: 3, floorReplicas: 20, learn: false }, { learn: false }],
    );
  });

  it('shows a calendar whose events do what it says', async () => {
    const expander = new Expander();
    try {
      const { events, problems } = await expander.expand({
        fromSeconds: at('2026-03-01T00:00Z'),
        toSeconds: at('2026-04-01T00:00Z'),
        ical: { text: block(page, 'icalendar'), effects: { factor: 2, learn: false } },
      });
      assert.deepEqual(problems, []);
      const march = new EventList('', events)
        .occurrences(at('2026-03-01T03:00Z'), at('2026-04-01T03:00Z'), 'America/Sao_Paulo')
        .map(({ name, startSeconds, effects }) => [
          name,
          new Date(startSeconds * 1000).toISOString().slice(0, 16),
          effects,
        ]);
      const newsletter = ['03', '10', '17', '24', '31'].map((day) => [
        'Newsletter',
        `2026-03-${day}T12:00`,
        { factor: 2, learn: false },
      ]);
      assert.deepEqual(march, [
        ...newsletter.slice(0, 2),
        ['Spring collection', '2026-03-12T21:00', { factor: 3, floorReplicas: 20, learn: false }],
        ...newsletter.slice(2),
      ]);
    } finally {
      await expander.close();
    }
  });
});

describe('a cron trigger beside ours in docs/triggers.md', () => {
  const manifest = parse(block(read('triggers.md'), 'beside cron')) as KubernetesObject;
  const [ours, cron] = manifest.spec.triggers;

  it('is a ScaledObject that KEDA and the scaler accept', async () => {
    await assert.doesNotReject(checkSchema(manifest));
    assert.deepEqual(findUnknownFields([manifest]), []);
    const { scalerAddress: _, ...metadata } = ours.metadata;
    assert.deepEqual(triggerOf(metadata, ['br-holidays']).notices, []);
    assert.deepEqual([ours.type, cron.type], ['external', 'cron']);
  });

  // KEDA answers a cron trigger's desiredReplicas within its hours and 1 outside, with a target of 1 per replica
  // (pkg/scalers/cron_scaler.go); an HPA takes the largest of what its metrics ask for (podautoscaler/horizontal.go,
  // computeReplicasForMetrics).
  it('asks for the larger of both', () => {
    const wish = (forecast: number, isOpen: boolean): number => {
      const tolerances = { scaleUp: 0.1, scaleDown: 0.1 };
      const pods = manifest.spec.minReplicaCount;
      return Math.max(
        desiredReplicas(forecast, Number(ours.metadata.threshold), pods, tolerances),
        desiredReplicas(isOpen ? Number(cron.metadata.desiredReplicas) : 1, 1, pods, tolerances),
      );
    };
    assert.equal(wish(640, true), 10);
    assert.equal(wish(1750, true), 18);
    assert.equal(wish(640, false), 7);
  });

  it('has a floor in place of it that is an event', () => {
    const [, events] = /as an\s+event: `events: '([^']+)'`/.exec(read('triggers.md'))!;
    const [event] = triggerOf({ events: events! }).events;
    assert.deepEqual(event!.effects, { floorReplicas: 10, learn: false });
    // The holiday of which the text speaks.
    assert.equal(new Date('2026-09-07T12:00Z').getUTCDay(), 1);
  });
});

function configOf(yaml: string) {
  const folder = mkdtempSync(join(tmpdir(), 'calendars-doc-'));
  try {
    const file = join(folder, 'scaler.yaml');
    writeFileSync(file, yaml);
    return loadConfig({ environment: {}, file });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
