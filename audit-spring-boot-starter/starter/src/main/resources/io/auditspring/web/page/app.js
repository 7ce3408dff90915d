import { html, render, nothing } from './lib/lit-html.js';
import * as api from './api.js';
import { chart } from './chart.js';
import { detail } from './entry.js';
import { fromAddress, toAddress, toRequest } from './filters.js';
import { FIELDS, form, isSuggested } from './form.js';
import { count } from './format.js';
import { icon } from './icons.js';
import { ledger } from './ledger.js';
import { list, sorted } from './list.js';
import { Live } from './live.js';
import { shown } from './text.js';

// The page: one state, one function that draws it, and the actions that change it.

const state = {
	view: fromAddress(), reader: null, entries: [], next: null, loading: false, problem: null,
	statistics: null, counting: false, uncounted: null, bar: null,
	entry: null, missing: null, operation: null, history: null, at: 0, reached: null,
	chains: null, progress: null, unread: null, more: false,
	live: false, fresh: [], tooFresh: false, arrived: new Set(), suggestions: {}, said: ''
};

const root = document.getElementById('app');
let running = new AbortController();
let polling = null;

function draw() {
	render(page(), root);
	root.setAttribute('aria-busy', String(state.loading));
	root.classList.toggle('reading', Boolean(state.view.open && (state.entry || state.missing)));
}

// Looking for entries

async function search() {
	running.abort();
	running = new AbortController();
	const { signal } = running;
	Object.assign(state, { entries: [], next: null, loading: true, problem: null, fresh: [], tooFresh: false, reached: null });
	draw();
	const request = toRequest(state.view);
	countEntries();
	await read(async () => {
		const page = await api.entries(request, null, 60, { signal });
		Object.assign(state, { entries: page.entries, next: page.next, loading: false, reached: sorted(page.entries, state.view.clock)[0]?.id });
		draw();
		lookAgain();
		live.watch({ ...request, from: undefined });
	});
	if (state.problem) {
		live.end();
	}
}

/** How many there are of what was chosen, whatever part of it is loaded. */
async function countEntries() {
	const { signal } = running;
	Object.assign(state, { counting: true, uncounted: null });
	draw();
	try {
		Object.assign(state, { statistics: await api.statistics(toRequest(state.view), { signal }), counting: false, bar: null });
	} catch (problem) {
		if (problem.name === 'AbortError') {
			return;
		}
		Object.assign(state, { statistics: null, counting: false, uncounted: problem });
	}
	draw();
}

async function loadMore() {
	if (!state.next || state.loading) {
		return;
	}
	Object.assign(state, { loading: true, problem: null });
	draw();
	const { signal } = running;
	await read(async () => {
		const page = await api.entries(toRequest(state.view), state.next, 60, { signal });
		const first = document.activeElement?.id === 'more' ? page.entries[0]?.id : null;
		state.entries.push(...page.entries);
		Object.assign(state, { next: page.next, loading: false, said: `${count(state.entries.length)} entries are shown` });
		draw();
		focus(first);
		lookAgain();
	});
}

/** Shows what goes wrong where the entries are; what somebody gave up for something else is nothing to tell of. */
async function read(what) {
	try {
		await what();
	} catch (problem) {
		if (problem.name !== 'AbortError') {
			Object.assign(state, { problem, loading: false });
			draw();
		}
	}
}

const focus = (id) => id && document.querySelector(`[data-id="${CSS.escape(id)}"]`)?.focus();

// New ones, as they come

const live = new Live({
	watching(on) {
		if (state.live !== on) {
			state.live = on;
			draw();
		}
	},
	came(entry) {
		const known = (other) => other.id === entry.id;
		if (!state.entries.some(known) && !state.fresh.some(known)) {
			state.fresh.unshift(entry);
			draw();
		}
	},
	more() {
		state.tooFresh = true;
		draw();
	}
});

function showFresh() {
	if (state.tooFresh) {
		search();
		return;
	}
	state.arrived = new Set(state.fresh.map((entry) => entry.id));
	state.entries = [...state.fresh, ...state.entries];
	const first = state.fresh[0]?.id;
	state.fresh = [];
	draw();
	countEntries();
	window.scrollTo({ top: 0 });
	focus(first);
}

// One entry

async function show(id) {
	if (!state.entry && !state.missing) {
		listPlace = window.scrollY;
	}
	state.view.open = id;
	address();
	try {
		const entry = state.entries.find((known) => known.id === id) ?? await api.entry(id);
		Object.assign(state, { entry, missing: null, operation: null, history: null, at: 0, reached: id });
		drawEntry();
		const [operation, history] = await Promise.all([api.entries({ operation: entry.operationId }, null, 50),
			entry.target?.type && entry.target.id ? api.target(entry.target.type, entry.target.id) : { entries: [] }]);
		if (state.entry === entry) {
			const index = history.entries.findIndex((other) => other.id === id);
			Object.assign(state, { operation: operation.entries, history: history.entries,
				at: history.entries.length - 1 - Math.max(index, 0) });
			draw();
		}
	} catch (problem) {
		if (state.entry?.id !== id) {
			Object.assign(state, { entry: null, missing: problem });
			drawEntry();
		}
	}
}

function drawEntry() {
	draw();
	if (isNarrow()) {
		window.scrollTo({ top: 0 });
	}
	document.querySelector('aside').scrollTo({ top: 0 });
	document.getElementById('entry-title').focus({ preventScroll: true });
}

/** Then an entry has the page for itself. */
const isNarrow = () => matchMedia('(max-width: 1000px)').matches;

let listPlace = 0;

function close() {
	const id = state.view.open;
	Object.assign(state, { entry: null, missing: null });
	state.view.open = null;
	address();
	draw();
	if (isNarrow()) {
		window.scrollTo({ top: listPlace });
	}
	focus(id);
}

async function copy(text, event) {
	const button = event.currentTarget;
	try {
		await navigator.clipboard.writeText(text);
		state.said = 'Copied';
		button.classList.add('done');
		setTimeout(() => button.classList.remove('done'), 1500);
	} catch (refused) {
		state.said = 'This browser does not let the page copy';
	}
	draw();
}

// Filters

function filter(changes) {
	state.view.filters = { ...state.view.filters, ...changes };
	if ('from' in changes || 'to' in changes) {
		state.view.period = 'custom';
	}
	Object.keys(state.view.filters).forEach((name) => state.view.filters[name] || delete state.view.filters[name]);
	address();
	search();
}

function period(id) {
	state.view.period = id;
	delete state.view.filters.from;
	delete state.view.filters.to;
	address();
	search();
}

function reading(shown) {
	state.view.reading = shown;
	address();
	search();
}

function sort(clock) {
	state.view.clock = clock;
	address();
	draw();
}

function clear() {
	state.view = { ...state.view, filters: {}, period: '' };
	address();
	search();
}

let asking = new AbortController();

async function suggest(name, prefix) {
	if (!isSuggested(name)) {
		return;
	}
	asking.abort();
	asking = new AbortController();
	try {
		const { values } = await api.suggestions(name, prefix, { signal: asking.signal });
		state.suggestions[name] = values;
		draw();
	} catch (missing) {
		// A field works without, too.
	}
}

// The ledger

const loadLedger = () => ask(async () => {
	const [found, progress] = await Promise.all([api.ledger(), api.progress()]);
	Object.assign(state, { chains: found.chains, progress });
});

const loadProgress = () => ask(async () => { state.progress = await api.progress(); });

const verify = () => ask(async () => { state.progress = await api.verify(state.reader?.csrf); });

const cancel = () => ask(async () => { state.progress = await api.cancel(state.reader?.csrf); });

/** A verification runs on the server, whoever looks: this only asks how far it is. */
async function ask(what) {
	clearTimeout(polling);
	try {
		await what();
		state.unread = null;
		if (state.progress?.state === 'running') {
			polling = setTimeout(loadProgress, 500);
		}
	} catch (problem) {
		state.unread = problem;
	}
	draw();
}

const address = () => history.pushState(null, '', toAddress(state.view));

const dark = () => (document.documentElement.dataset.theme
	?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark';

function switchTheme() {
	const theme = dark() ? 'light' : 'dark';
	document.documentElement.dataset.theme = theme;
	try {
		localStorage.setItem('audit-theme', theme);
	} catch (blocked) {
		// It lasts as long as the page.
	}
	draw();
}

// What is drawn

const ICON = new URL('icon.svg', import.meta.url).href;

function page() {
	const { reader } = state;
	const open = state.entry || state.missing;
	return html`
		<header class="top">
			<h1><img src=${ICON} alt="" width="28" height="28"> Audit trail</h1>
			<div class="actions">
				${state.live ? html`<span class="live" title="New entries are shown as they come"><i></i>Live</span>` : nothing}
				${reader?.verifies ? ledger({ ...state, load: loadLedger, verify, cancel, copy }) : nothing}
				${exports()}
				<button class="plain-button" @click=${switchTheme} aria-label=${dark() ? 'Switch to light' : 'Switch to dark'} title=${dark() ? 'Light' : 'Dark'}>${icon(dark() ? 'sun' : 'moon')}</button>
				${reader ? html`<span class="reader"><b>${shown(reader.actor)}</b><span class="faint">${reads(reader)}</span></span>` : nothing}
			</div>
		</header>
		${form(state, { filter, period, reading, clear, suggest, toggle: () => { state.more = !state.more; draw(); } })}
		${chart({ ...state, at: state.bar, choose: (from, to) => filter({ from, to }), filter, count: countEntries, point: (at) => { state.bar = at; draw(); } })}
		<main class=${open ? 'split' : ''}>
			<section class="list card" aria-label="Entries">
				<div aria-live="polite">${fresh()}</div>
				${list({ ...state, elsewhere: FIELDS.includes(state.problem?.parameter), clock: state.view.clock, show, loadMore, move, sort, again: search, reach })}
			</section>
			${open ? html`<aside aria-label="Entry">${detail({ ...state, wanted: state.view.open, close, show, filter, copy,
				moveTo: (at) => { state.at = at; draw(); } })}</aside>` : nothing}
		</main>
		<p class="hidden" role="status">${state.said}</p>`;
}

const reads = ({ sees, verifies, tenant }) => sees === 'own' ? 'own entries' : verifies ? 'all entries'
	: tenant ? html`all entries of ${shown(tenant)}` : 'all entries of no tenant';

const fresh = () => state.fresh.length ? html`<button class="fresh" @click=${showFresh}>${state.tooFresh ? 'Many' : count(state.fresh.length)}
	new ${state.fresh.length === 1 ? 'entry' : 'entries'}</button>` : nothing;

const exports = () => html`
	<details class="menu"><summary class="button">${icon('download')} Export ${icon('down')}</summary>
		<div class="popover" role="group" aria-label="Formats">
			${[['csv', 'CSV', 'For spreadsheets'], ['ndjson', 'JSON, verifiable', 'With hashes and proofs, for auditors'], ['ecs', 'Elastic Common Schema', 'JSON lines for a SIEM'], ['ocsf', 'OCSF', 'JSON lines of the Open Cybersecurity Schema Framework']]
				.filter(([format]) => format !== 'ndjson' || state.reader?.sees !== 'own')
				.map(([format, name, why]) => html`<a href=${api.exportUrl(toRequest(state.view), format)} download><b>${name}</b><span class="faint">${why}</span></a>`)}
			${state.reader?.verifies ? html`<a href=${api.exportUrl({}, 'ndjson')} download><b>Whole ledger, verifiable</b><span class="faint">Everything, to prove that nothing is missing</span></a>` : nothing}
		</div>
	</details>`;

// Keys

const rows = () => [...root.querySelectorAll('.entry')];

/** One row is in the order of tabs; from there the arrows lead to the others. */
function reach(event) {
	const id = event.target.closest('.entry')?.dataset.id;
	if (id && id !== state.reached) {
		state.reached = id;
		draw();
	}
}

function move(event) {
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	if (step) {
		rows()[rows().indexOf(document.activeElement) + step]?.focus();
		event.preventDefault();
	}
}

/** From wherever one is to the next row, which is opened where one was open. */
function step(by) {
	const all = rows();
	const last = all.findIndex((row) => row.dataset.id === state.reached);
	const next = all[document.activeElement === all[last] || state.entry ? last + by : Math.max(last, 0)];
	if (!next) {
		return by > 0 && loadMore();
	}
	if (state.entry) {
		show(next.dataset.id);
	} else {
		next.focus();
	}
}

const KEYS = {
	j: () => step(1),
	k: () => step(-1),
	o: () => document.activeElement?.closest('.entry')?.click(),
	x: () => state.view.open && close(),
	'/': () => root.querySelector('[name=q]')?.focus()
};

document.addEventListener('keydown', (event) => {
	const typing = event.target.closest?.('input:not([type=checkbox], [type=range]), select, textarea');
	const menu = root.querySelector('.menu[open]');
	if (event.key === 'Escape' && menu) {
		menu.open = false;
		menu.querySelector('summary').focus();
	} else if (event.key === 'Escape' && state.view.open) {
		close();
	} else if (KEYS[event.key] && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
		KEYS[event.key]();
		event.preventDefault();
	}
});

document.addEventListener('click', (event) => root.querySelectorAll('.menu[open]').forEach((menu) => {
	if (!menu.contains(event.target)) {
		menu.open = false;
	}
}));

window.addEventListener('popstate', () => {
	state.view = fromAddress();
	Object.assign(state, { entry: null, missing: null });
	search();
	if (state.view.open) {
		show(state.view.open);
	}
});

// A page that is left may be kept for when its reader comes back. Until then it takes no connection, of which browsers have six.
window.addEventListener('pagehide', () => live.end());
window.addEventListener('pageshow', (event) => event.persisted && search());

const bottom = document.body.appendChild(document.createElement('div'));
const observer = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && loadMore(), { rootMargin: '600px' });
observer.observe(bottom);

// The observer tells of changes only, and the end may still be in sight.
function lookAgain() {
	observer.unobserve(bottom);
	observer.observe(bottom);
}

draw();
search();
if (state.view.open) {
	show(state.view.open);
}
api.reader().then((reader) => {
	state.reader = reader;
	draw();
	if (reader.verifies) {
		loadProgress();
	}
}, () => { /* The list says what is wrong. */ });
