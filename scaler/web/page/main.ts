/** Starts the page: shows the view in the address, and refreshes it. */

import { byId, renew, visible } from '../../page-kit/dom.js';
import { FetchError } from './fetch-json.js';
import { zoneSentence } from './format.js';
import { Overview } from './overview.js';
import { keepRefreshing } from './refresh-loop.js';
import { parseRoute } from './route.js';
import { bindThemeButton } from './theme.js';
import { TriggerView } from './trigger-view.js';

const REFRESH_MILLISECONDS = 5000;
/** Long lists are read less often, ten thousand triggers every half minute. */
const REFRESH_MILLISECONDS_PER_TRIGGER = 3;
/** A demo's hours pass in seconds. */
const DEMO_REFRESH_MILLISECONDS = 1000;

interface View {
  readonly element: HTMLElement;
  /** Reads and shows what is new; what was shown before stays until then. @throws FetchError */
  refresh(): Promise<void>;
  close?(): void;
}

const content = byId('content');
const connection = byId('connection');

/** Ends the view that is shown. */
let shown: AbortController | undefined;
let isDemo = false;

function show(): void {
  const isFirst = shown === undefined;
  shown?.abort();
  shown = new AbortController();
  const { signal } = shown;
  const route = parseRoute(location.hash);
  const opened: View = route.view === 'trigger' ? new TriggerView(route) : new Overview(route.parameters);
  signal.addEventListener('abort', () => opened.close?.());
  document.title =
    route.view === 'trigger'
      ? visible(`${route.namespace}/${route.name} – Predictive scaler`)
      : 'Triggers – Predictive scaler';
  const present = (): void => {
    if (signal.aborted || opened.element.isConnected) return;
    content.replaceChildren(opened.element);
    if (!isFirst) {
      scrollTo(0, 0);
      content.focus({ preventScroll: true });
    }
  };
  keepRefreshing(
    async () => {
      try {
        await opened.refresh();
        if (opened instanceof Overview) isDemo = opened.isDemo;
        report('');
        return true;
      } catch (error) {
        if (!(error instanceof FetchError)) throw error;
        report(`${error.message} ${error.status === 401 ? '' : 'Trying again …'}`);
        return false;
      } finally {
        present();
      }
    },
    () => {
      if (isDemo) return DEMO_REFRESH_MILLISECONDS;
      const triggers = opened instanceof Overview ? opened.size : 1;
      return Math.max(REFRESH_MILLISECONDS, REFRESH_MILLISECONDS_PER_TRIGGER * triggers);
    },
    signal,
  );
}

/** Shows what is wrong with the connection. @param trouble empty for nothing */
function report(trouble: string): void {
  renew(connection, trouble);
  connection.classList.toggle('trouble', trouble !== '');
}

bindThemeButton(byId('theme'));
renew(byId('zone'), zoneSentence());
addEventListener('hashchange', show);
show();
