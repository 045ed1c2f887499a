// Times in the reader's zone, and pages that are read anew when there is news. Without it every page still works.
const place = document.getElementById('main');
const exact = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });
const short = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short' });

const RETRY_MS = 2000;

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

function ago(at) {
  const age = Date.now() - at;
  const [unit, size] = units.find(([, size]) => age >= size) ?? [];
  return unit ? `${Math.round(age / size)} ${unit} ago` : 'just now';
}

function until(at) {
  const left = at - Date.now();
  const [unit, size] = units.find(([, size]) => left >= size) ?? [];
  return unit ? `in ${Math.round(left / size)} ${unit}` : 'now';
}

function shown(at, how) {
  if (how === 'ago') return ago(at);
  if (how === 'until') return until(at);
  return (how === 'exact' ? exact : short).format(at);
}

function showTimes() {
  for (const time of document.querySelectorAll('time[data-show]')) {
    const at = new Date(time.dateTime);
    const text = shown(at, time.dataset.show);
    if (time.textContent !== text) time.textContent = text;
    time.title = exact.format(at);
  }
}

/** The page as it is now, put over the one that is shown: what is typed, open and focused stays. */
async function refresh(morph) {
  const response = await fetch(location.href, { headers: { accept: 'text/html', 'waybill-refresh': '1' } });
  if (response.redirected) return location.reload();
  if (response.status >= 500) throw new Error(`The page could not be made: ${response.status}`);
  if (!response.ok) return undefined;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const fresh = page.getElementById('main');
  if (!fresh) return undefined;
  for (const kept of place.querySelectorAll('details[id][open]')) {
    page.getElementById(kept.id)?.setAttribute('open', '');
  }
  // Its children: a node by itself would become the only child of the place.
  morph(place, [...fresh.childNodes], { morphStyle: 'innerHTML', ignoreActiveValue: true });
  return showTimes();
}

async function listen(path) {
  const { Idiomorph } = await import(document.getElementById('page-script').dataset.morph);
  const address = new URL(path, location.href);
  let running = Promise.resolve();
  let events;
  // News counts as seen once the page shows it; until then it is asked for again.
  const catchUp = (id) => {
    running = running.then(async () => {
      try {
        await refresh(Idiomorph.morph);
        address.searchParams.set('seen', id);
      } catch {
        setTimeout(catchUp, RETRY_MS, id);
      }
    });
  };
  const open = () => {
    events = new EventSource(address);
    events.addEventListener('changed', ({ lastEventId }) => catchUp(lastEventId));
    events.addEventListener('open', () => place.setAttribute('data-link', 'open'));
    events.addEventListener('error', () => {
      place.setAttribute('data-link', events.readyState === EventSource.CLOSED ? 'over' : 'lost');
    });
  };
  // A browser has few connections to a host: a page that nobody looks at needs none.
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) events?.close();
    else open();
  });
  if (!document.hidden) open();
}

showTimes();
setInterval(showTimes, 10_000);
if (place.dataset.live) void listen(place.dataset.live);
