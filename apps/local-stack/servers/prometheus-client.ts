/** One series of an instant query's answer. */
export interface InstantSample {
  metric: Record<string, string>;
  value: number;
}

/** A target as Prometheus sees it. */
export interface ScrapeTarget {
  job: string;
  url: string;
  /** `up`, `down`, or `unknown` before the first scrape. */
  health: string;
  lastError: string;
}

/** Asks a Prometheus server over its HTTP API. */
export class PrometheusClient {
  /** @param url the server's address, such as `http://127.0.0.1:9090` */
  constructor(readonly url: string) {}

  /** An instant query at `atSeconds` (now unless given). */
  async query(promql: string, atSeconds?: number): Promise<InstantSample[]> {
    const parameters = new URLSearchParams({ query: promql });
    if (atSeconds !== undefined) parameters.set('time', String(atSeconds));
    const { result } = (await this.#get(`/api/v1/query?${parameters}`)) as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** The active targets. */
  async targets(): Promise<ScrapeTarget[]> {
    const { activeTargets } = (await this.#get('/api/v1/targets?state=active')) as {
      activeTargets: { labels: { job: string }; scrapeUrl: string; health: string; lastError: string }[];
    };
    return activeTargets.map(({ labels, scrapeUrl, health, lastError }) => ({
      job: labels.job,
      url: scrapeUrl,
      health,
      lastError,
    }));
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(this.url + path);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(`Prometheus refused ${path}: ${answer.error}`);
    return answer.data;
  }
}
