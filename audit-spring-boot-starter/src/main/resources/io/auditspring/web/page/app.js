import { html, render, nothing } from './lib/lit-html.js';
import * as api from './api.js';
import { chart } from './chart.js';
import { detail } from './entry.js';
import { fromAddress, LABELS, PERIODS, toAddress, toRequest } from './filters.js';
import { count, dateTime, fromLocal, toLocal } from './format.js';
import { icon } from './icons.js';
import { ledger } from './ledger.js';
import { list } from './list.js';
import { Live } from './live.js';

// The page: one state, one function that draws it, and the actions that change it.

const state = {
	view: fromAddress(), reader: null, entries: [], next: null, loading: false, problem: null, statistics: null,
	entry: null, operation: null, history: null, at: 0, chains: null, progress: null, more: false,
	live: false, fresh: [], tooFresh: false, arrived: new Set(), suggestions: {}, said: ''
};

const MORE = ['severity', 'category', 'targetId', 'related', 'ip', 'service', 'tenant', 'operation', 'trace'];
const SHOWN = ['q', 'actor', 'action', 'targetType', 'outcome', ...MORE];
const SUGGESTED = ['actor', 'action', 'targetType', 'category', 'service', 'tenant'];

const root = document.getElementById('app');
let running = new AbortController();
let polling = null;

function draw() {
	render(page(), root);
	root.setAttribute('aria-busy', String(state.loading));
}

// Looking for entries

async function search() {
	running.abort();
	running = new AbortController();
	const { signal } = running;
	Object.assign(state, { entries: [], next: null, loading: true, problem: null, fresh: [], tooFresh: false });
	draw();
	const request = toRequest(state.view);
	try {
		const page = await api.entries(request, null, 60, { signal });
		Object.assign(state, { entries: page.entries, next: page.next, loading: false });
		draw();
		lookAgain();
		live.watch({ ...request, from: undefined });
		state.statistics = await api.statistics(chartPeriod(request), { signal });
	} catch (problem) {
		if (problem.name === 'AbortError') {
			return;
		}
		live.end();
		Object.assign(state, { problem, loading: false, statistics: null });
	}
	draw();
}

// Without a period the chart shows the one of the entries on the first page, at least an hour.
function chartPeriod(request) {
	if (request.from) {
		return request;
	}
	const oldest = state.entries.length ? new Date(state.entries[state.entries.length - 1].recordedAt) : Date.now();
	const end = request.to ? new Date(request.to) : Date.now();
	return { ...request, from: new Date(Math.min(oldest, end - 3600000)).toISOString() };
}

async function loadMore() {
	if (!state.next || state.loading) {
		return;
	}
	state.loading = true;
	draw();
	const { signal } = running;
	try {
		const page = await api.entries(toRequest(state.view), state.next, 60, { signal });
		const first = document.activeElement?.id === 'more' ? page.entries[0]?.id : null;
		state.entries.push(...page.entries);
		Object.assign(state, { next: page.next, loading: false, said: `${count(state.entries.length)} entries are shown` });
		draw();
		focus(first);
		lookAgain();
		return;
	} catch (problem) {
		if (problem.name === 'AbortError') {
			return;
		}
		Object.assign(state, { problem, next: null, loading: false });
	}
	draw();
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
	window.scrollTo({ top: 0 });
	focus(first);
}

// One entry

async function show(id) {
	state.view.open = id;
	address();
	try {
		const entry = state.entries.find((known) => known.id === id) ?? await api.entry(id);
		Object.assign(state, { entry, operation: null, history: null, at: 0 });
		draw();
		document.getElementById('entry-title')?.focus();
		const [operation, history] = await Promise.all([api.entries({ operation: entry.operationId }, null, 50),
			entry.target?.type && entry.target.id ? api.target(entry.target.type, entry.target.id) : { entries: [] }]);
		if (state.entry === entry) {
			const index = history.entries.findIndex((other) => other.id === id);
			Object.assign(state, { operation: operation.entries, history: history.entries,
				at: history.entries.length - 1 - Math.max(index, 0) });
		}
	} catch (problem) {
		state.problem = problem;
	}
	draw();
}

function close() {
	const id = state.entry?.id;
	Object.assign(state, { entry: null });
	state.view.open = null;
	address();
	draw();
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
	if (!state.view.filters.targetType) {
		delete state.view.filters.targetId;
	}
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

function clear() {
	state.view = { filters: {}, period: '', reading: state.view.reading, open: state.view.open };
	address();
	search();
}

let asking = new AbortController();

async function suggest(name, prefix) {
	if (!SUGGESTED.includes(name)) {
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

async function loadLedger() {
	try {
		const [found, progress] = await Promise.all([api.ledger(), api.progress()]);
		Object.assign(state, { chains: found.chains, progress });
		follow();
	} catch (problem) {
		state.problem = problem;
	}
	draw();
}

const verify = () => change(api.verify);

const cancel = () => change(api.cancel);

async function change(what) {
	try {
		state.progress = await what(state.reader?.csrf);
		follow();
	} catch (problem) {
		state.problem = problem;
	}
	draw();
}

// It runs on the server, whoever looks: this only asks how far it is.
function follow() {
	clearTimeout(polling);
	if (state.progress?.state === 'running') {
		polling = setTimeout(async () => {
			try {
				state.progress = await api.progress();
			} catch (problem) {
				state.problem = problem;
				state.progress = null;
			}
			draw();
			follow();
		}, 500);
	}
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

function page() {
	const { reader } = state;
	return html`
		<header class="top">
			<h1><img src="page/icon.svg" alt="" width="28" height="28"> Audit trail</h1>
			<div class="actions">
				${state.live ? html`<span class="live" title="New entries are shown as they come"><i></i>Live</span>` : nothing}
				${reader?.verifies ? ledger({ ...state, load: loadLedger, verify, cancel, copy }) : nothing}
				${exports()}
				<button class="plain-button" @click=${switchTheme} aria-label=${dark() ? 'Switch to light' : 'Switch to dark'} title=${dark() ? 'Light' : 'Dark'}>${icon(dark() ? 'sun' : 'moon')}</button>
				${reader ? html`<span class="reader"><b>${reader.actor}</b><span class="faint">${[reader.sees === 'own' ? 'own entries' : reader.verifies ? 'all entries' : 'all entries of',
					reader.sees !== 'own' && !reader.verifies ? reader.tenant ?? 'no tenant' : null].filter(Boolean).join(' ')}</span></span>` : nothing}
			</div>
		</header>
		${filters()}
		${chart(state.statistics, (from, to) => filter({ from, to }), filter)}
		<main class=${state.entry ? 'split' : ''}>
			<section class="list card" aria-label="Entries">
				<div aria-live="polite">${fresh()}</div>
				${problem()}${list({ ...state, show, loadMore, move })}
			</section>
			${state.entry ? html`<aside aria-label="Entry">${detail({ ...state, close, show, filter, copy,
				moveTo: (at) => { state.at = at; draw(); } })}</aside>` : nothing}
		</main>
		<p class="hidden" role="status">${state.said}</p>`;
}

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

function filters() {
	const { view } = state;
	const extra = state.more || MORE.some((name) => view.filters[name]);
	return html`
		<form class="filters" role="search" @submit=${(event) => event.preventDefault()}>
			<label class="search"><span class="hidden">Search</span>${icon('search')}
				<input name="q" type="search" placeholder="Search messages, targets, people" autocomplete="off" .value=${view.filters.q ?? ''}
					aria-invalid=${wrong('q') ? 'true' : nothing} aria-describedby=${wrong('q') ? 'wrong-q' : nothing}
					@change=${(event) => filter({ q: event.target.value.trim() })}><kbd aria-hidden="true">/</kbd>${remedy('q')}</label>
			${field('actor')} ${field('action')} ${field('targetType')}
			${choice('outcome', ['success', 'failure', 'denied'])}
			<label>Period<select name="period" @change=${(event) => period(event.target.value)}>
				${PERIODS.map((each) => html`<option value=${each.id} ?selected=${each.id === view.period}>${each.label}</option>`)}
			</select></label>
			${view.period === 'custom' ? html`${moment('from')} ${moment('to')}` : nothing}
			${extra ? html`${field('targetId', !view.filters.targetType)} ${choice('severity', ['info', 'warning', 'error', 'critical'])} ${field('category')}
				${field('related')} ${field('ip')} ${field('service')} ${field('tenant')} ${field('operation')} ${field('trace')}` : nothing}
			<div class="switches">
				<label class="check"><input type="checkbox" name="reading" .checked=${view.reading} @change=${(event) => reading(event.target.checked)}>Show reading of the trail</label>
				${extra ? nothing : html`<button type="button" class="quiet" @click=${() => { state.more = true; draw(); }}>More filters</button>`}
			</div>
		</form>
		${chips()}`;
}

function chips() {
	const active = Object.entries(state.view.filters);
	return active.length ? html`<ul class="chips" aria-label="Active filters">${active.map(([name, value]) => html`
		<li><button type="button" @click=${() => filter({ [name]: '' })} aria-label="Remove the filter ${LABELS[name]} ${value}"><span class="faint">${LABELS[name]}</span>
			<b>${name === 'from' || name === 'to' ? dateTime(value) : value}</b>${icon('close')}</button></li>`)}
		<li><button type="button" class="quiet" @click=${clear}>Clear</button></li></ul>` : nothing;
}

// What the server says of one field is shown there.
const wrong = (name) => state.problem?.parameter === name;

const remedy = (name) => wrong(name) ? html`<span class="remedy" id="wrong-${name}" role="alert">${state.problem.message}</span>` : nothing;

const field = (name, disabled = false) => html`<label>${LABELS[name]}
	<input name=${name} list=${SUGGESTED.includes(name) ? `known-${name}` : nothing} ?disabled=${disabled} autocomplete="off" placeholder=${name === 'related' ? 'Type:id' : 'Any'}
		aria-invalid=${wrong(name) ? 'true' : nothing} aria-describedby=${wrong(name) ? `wrong-${name}` : nothing}
		.value=${state.view.filters[name] ?? ''} @focus=${(event) => suggest(name, event.target.value)} @input=${(event) => suggest(name, event.target.value)}
		@change=${(event) => filter({ [name]: event.target.value.trim() })}>
	${remedy(name)}
	${SUGGESTED.includes(name) ? html`<datalist id="known-${name}">${(state.suggestions[name] ?? []).map((value) => html`<option value=${value}></option>`)}</datalist>` : nothing}
	</label>`;

const choice = (name, values) => html`<label>${LABELS[name]}<select name=${name} @change=${(event) => filter({ [name]: event.target.value })}>
	<option value="">Any</option>
	${values.map((value) => html`<option value=${value} ?selected=${state.view.filters[name] === value}>${value}</option>`)}</select>${remedy(name)}</label>`;

const moment = (name) => html`<label>${LABELS[name]}<input name=${name} type="datetime-local" .value=${toLocal(state.view.filters[name])}
	@change=${(event) => filter({ [name]: fromLocal(event.target.value) })}></label>`;

const problem = () => state.problem && !SHOWN.includes(state.problem.parameter) ? html`<p class="error" role="alert">${state.problem.message}</p>` : nothing;

// Keys

function move(event) {
	const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
	if (step) {
		const rows = [...root.querySelectorAll('.entry')];
		rows[rows.indexOf(document.activeElement) + step]?.focus();
		event.preventDefault();
	}
}

document.addEventListener('keydown', (event) => {
	const typing = event.target.closest?.('input, select, textarea');
	const menu = root.querySelector('.menu[open]');
	if (event.key === 'Escape' && menu) {
		menu.open = false;
		menu.querySelector('summary').focus();
	} else if (event.key === 'Escape' && state.entry) {
		close();
	} else if (event.key === '/' && !typing) {
		root.querySelector('[name=q]')?.focus();
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
	state.entry = null;
	search();
	if (state.view.open) {
		show(state.view.open);
	}
});

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
api.reader().then((reader) => { state.reader = reader; draw(); }, () => { /* The list says what is wrong. */ });
