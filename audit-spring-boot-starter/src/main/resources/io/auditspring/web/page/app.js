import { html, render, nothing } from './lib/lit-html.js';
import * as api from './api.js';
import { chart } from './chart.js';
import { detail, outcome } from './entry.js';
import { fromAddress, PERIODS, toAddress, toRequest } from './filters.js';
import { actorName, ago, count, dateTime, fromLocal, toLocal } from './format.js';

// The page: one state, one function that draws it, and the actions that change it.

const state = {
	view: fromAddress(), reader: null, entries: [], next: null, loading: false, problem: null, statistics: null,
	entry: null, operation: null, history: null, at: 0, verification: null, more: false
};

const root = document.getElementById('app');
let running = new AbortController();

function draw() {
	render(page(), root);
	root.setAttribute('aria-busy', String(state.loading));
}

// Actions

async function search() {
	running.abort();
	running = new AbortController();
	const { signal } = running;
	Object.assign(state, { entries: [], next: null, loading: true, problem: null });
	draw();
	const request = toRequest(state.view);
	try {
		const page = await api.entries(request, null, 60, { signal });
		Object.assign(state, { entries: page.entries, next: page.next, loading: false });
		draw();
		state.statistics = await api.statistics(chartPeriod(request), { signal });
	} catch (problem) {
		if (problem.name === 'AbortError') {
			return;
		}
		Object.assign(state, { problem, loading: false });
	}
	draw();
}

// Without a period the chart shows the one of the entries on the first page, at least a day.
function chartPeriod(request) {
	if (request.from) {
		return request;
	}
	const oldest = state.entries.length ? new Date(state.entries[state.entries.length - 1].recordedAt) : Date.now();
	const end = request.to ? new Date(request.to) : Date.now();
	return { ...request, from: new Date(Math.min(oldest, end - 86400000)).toISOString() };
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
		state.entries.push(...page.entries);
		state.next = page.next;
	} catch (problem) {
		if (problem.name === 'AbortError') {
			return;
		}
		state.problem = problem;
		state.next = null;
	}
	state.loading = false;
	draw();
}

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
	document.querySelector(`[data-id="${CSS.escape(id ?? '')}"]`)?.focus();
}

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

function clear() {
	state.view = { filters: {}, period: '', open: state.view.open };
	address();
	search();
}

async function verify() {
	state.verification = { running: true };
	draw();
	try {
		state.verification = await api.verification();
	} catch (problem) {
		state.verification = { problem };
	}
	draw();
}

const address = () => history.pushState(null, '', toAddress(state.view));

// What is drawn

function page() {
	return html`
		<header class="top">
			<h1>Audit trail</h1>
			<div class="actions">
				${state.reader?.verifies ? verification() : nothing}
				<a class="button" href=${api.exportUrl(toRequest(state.view))} download>Export CSV</a>
				${state.reader ? html`<span class="faint">${state.reader.actor}${state.reader.sees === 'own' ? ' · own entries' : ''}</span>` : nothing}
			</div>
		</header>
		<form class="filters" role="search" @submit=${(event) => event.preventDefault()}>
			${field('q', 'Search', 'search')} ${field('actor', 'Actor')} ${field('action', 'Action')}
			${field('targetType', 'Target type')} ${field('targetId', 'Target id', 'text', !state.view.filters.targetType)}
			${choice('outcome', 'Outcome', ['success', 'failure', 'denied'])}
			<label>Period<select name="period" @change=${(event) => period(event.target.value)}>
				${PERIODS.map((each) => html`<option value=${each.id} ?selected=${each.id === state.view.period}>${each.label}</option>`)}
			</select></label>
			${state.view.period === 'custom' ? html`${moment('from', 'From')} ${moment('to', 'To')}` : nothing}
			${state.more || hidden() ? html`${choice('severity', 'Severity', ['info', 'warning', 'error', 'critical'])}
				${field('category', 'Category')} ${field('related', 'Related (Type:id)')} ${field('ip', 'IP address')}
				${field('service', 'Service')} ${field('tenant', 'Tenant')} ${field('operation', 'Operation')} ${field('trace', 'Trace')}`
				: html`<button type="button" class="quiet" @click=${() => { state.more = true; draw(); }}>More filters</button>`}
			${Object.keys(state.view.filters).length || state.view.period ? html`<button type="button" class="quiet" @click=${clear}>Clear</button>` : nothing}
		</form>
		${chart(state.statistics, (from, to) => filter({ from, to }))}
		<main class=${state.entry ? 'split' : ''}>
			<section class="list" aria-label="Entries">${problem()}${list()}</section>
			${state.entry ? html`<aside>${detail({ ...state, close, show, filter,
				moveTo: (at) => { state.at = at; draw(); } })}</aside>` : nothing}
		</main>`;
}

const hidden = () => ['severity', 'category', 'related', 'ip', 'service', 'tenant', 'operation', 'trace']
	.some((name) => state.view.filters[name]);

const field = (name, label, type = 'text', disabled = false) => html`<label>${label}
	<input name=${name} type=${type} list=${suggestions(name).length ? `known-${name}` : nothing} ?disabled=${disabled} autocomplete="off"
		.value=${state.view.filters[name] ?? ''} @change=${(event) => filter({ [name]: event.target.value.trim() })}>
	${suggestions(name).length ? html`<datalist id="known-${name}">${suggestions(name).map((value) => html`<option value=${value}></option>`)}</datalist>` : nothing}
	</label>`;

// Only what this reader has been shown already: suggestions must not tell of what else there is.
function suggestions(name) {
	const known = { actor: () => [...Object.keys(state.statistics?.actors ?? {}), ...state.entries.map((entry) => entry.actor.id)],
		action: () => [...Object.keys(state.statistics?.actions ?? {}), ...state.entries.map((entry) => entry.action)],
		targetType: () => state.entries.map((entry) => entry.target?.type),
		category: () => state.entries.map((entry) => entry.category), service: () => state.entries.map((entry) => entry.service) }[name];
	return known ? [...new Set(known())].filter(Boolean).slice(0, 30) : [];
}

const choice = (name, label, values) => html`<label>${label}<select name=${name} @change=${(event) => filter({ [name]: event.target.value })}>
	<option value="">Any</option>
	${values.map((value) => html`<option value=${value} ?selected=${state.view.filters[name] === value}>${value}</option>`)}</select></label>`;

const moment = (name, label) => html`<label>${label}<input name=${name} type="datetime-local" .value=${toLocal(state.view.filters[name])}
	@change=${(event) => filter({ [name]: fromLocal(event.target.value) })}></label>`;

const problem = () => state.problem ? html`<p class="error" role="alert">${state.problem.message}</p>` : nothing;

function list() {
	if (!state.entries.length) {
		return state.loading ? html`<p class="empty">Loading …</p>`
			: state.problem ? nothing : html`<p class="empty">No entries match.</p>`;
	}
	return html`
		<ol class="entries" @keydown=${move}>${state.entries.map((entry) => html`
			<li><button class="entry ${entry.id === state.entry?.id ? 'open' : ''}" data-id=${entry.id} @click=${() => show(entry.id)}
					aria-expanded=${entry.id === state.entry?.id}>
				<span class="dot ${entry.outcome}" title=${entry.outcome}></span>
				<span class="what"><b>${entry.action}</b>
					${entry.target ? html`<span class="target">${entry.target.type} ${entry.target.name ?? entry.target.id}</span>` : nothing}
					${entry.outcome !== 'success' ? outcome(entry) : nothing}</span>
				<span class="who">${actorName(entry.actor)}</span>
				<span class="said">${entry.changeSummary ?? entry.message ?? entry.error ?? ''}</span>
				<time datetime=${entry.occurredAt} title=${dateTime(entry.occurredAt)}>${ago(entry.occurredAt)}</time>
			</button></li>`)}</ol>
		<p class="end">${state.next ? html`<button class="quiet" id="more" @click=${loadMore}>${state.loading ? 'Loading …' : 'More'}</button>`
			: 'This is all.'}</p>`;
}

function verification() {
	const found = state.verification;
	if (found?.running) {
		return html`<label class="verifying">Verifying <progress></progress></label>`;
	}
	const problems = found?.chains?.flatMap((chain) => chain.problems) ?? [];
	return html`
		${found?.problem ? html`<span class="badge failure" role="alert">${found.problem.message}</span>` : nothing}
		${found?.chains ? html`<span class="badge ${found.valid ? 'success' : 'failure'}" role="status"
			title=${problems.slice(0, 5).map((each) => JSON.stringify(each)).join('\n')}>
			${found.valid ? `Valid: ${count(found.chains.reduce((sum, chain) => sum + chain.entries, 0))} entries`
				: `${count(problems.length)} problems`}</span>` : nothing}
		<button @click=${verify}>Verify</button>`;
}

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
	if (event.key === 'Escape' && state.entry) {
		close();
	} else if (event.key === '/' && !typing) {
		root.querySelector('[name=q]')?.focus();
		event.preventDefault();
	}
});

window.addEventListener('popstate', () => {
	state.view = fromAddress();
	state.entry = null;
	search();
	if (state.view.open) {
		show(state.view.open);
	}
});

new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && loadMore(), { rootMargin: '600px' })
	.observe(Object.assign(document.body.appendChild(document.createElement('div')), { className: 'bottom' }));

draw();
search();
if (state.view.open) {
	show(state.view.open);
}
api.reader().then((reader) => { state.reader = reader; draw(); }, () => { /* The list says what is wrong. */ });
