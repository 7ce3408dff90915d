import { html, render, nothing } from './lib/lit-html.js';
import * as api from './api.js';
import { avatar, badges, who } from './entry.js';
import { ago, dateTime, readIn } from './format.js';
import { problemCard } from './problem.js';
import { beginning, plain, shown } from './text.js';
import { speak, t } from './words.js';

// What was done to one thing, for pages of the application to show in a frame. It only reads.

const state = { entries: [], next: null, until: null, loading: true, problem: null };
const root = document.getElementById('history');

/** The thing that the address names: in its path, or in its parameters where the id has slashes. Where it names none there is no page. */
function subject() {
	const parameters = new URLSearchParams(location.search);
	const [, type, id] = /\/embed\/targets\/([^/]+)\/([^/]+)$/.exec(location.pathname) ?? [];
	return api.thing(type ? { type: decodeURIComponent(type), id: decodeURIComponent(id) } : { type: parameters.get('targetType'), id: parameters.get('targetId') });
}

async function load() {
	Object.assign(state, { loading: true, problem: null });
	draw();
	try {
		const page = await api.entries(subject(), state.next, 50);
		state.entries.push(...page.entries);
		Object.assign(state, { next: page.next, until: page.lookedUntil });
	} catch (problem) {
		state.problem = problem;
	}
	state.loading = false;
	draw();
}

const row = (entry) => html`<li>${avatar(entry.actor)}<div><p>${who(entry.actor)} <time class="faint" datetime=${plain(entry.recordedAt)} title=${dateTime(entry.recordedAt)}>${ago(entry.recordedAt)}</time> ${badges(entry)}</p>
	<p class=${entry.outcome === 'success' ? '' : 'wrong'}>${shown(beginning((entry.outcome === 'success' ? entry.message : entry.error ?? entry.message) ?? entry.action, 300))}</p>
	${entry.changeSummary ? html`<p class="faint">${shown(beginning(entry.changeSummary, 300))}</p>` : nothing}</div></li>`;

function draw() {
	root.setAttribute('aria-busy', String(state.loading));
	render(html`<h1 class="hidden">${t('History')}</h1>
		<ol class="embedded-entries">${state.entries.map(row)}</ol>
		${state.problem ? problemCard(state.problem, load) : state.loading ? html`<p class="faint" role="status">${t('Loading …')}</p>`
			: html`${state.entries.length ? nothing : html`<p class="faint">${state.until ? t('No entries match since {time}.', { time: dateTime(state.until) }) : t('No entries match.')}</p>`}
				${state.next ? html`<button class="quiet" @click=${load}>${state.until ? t('Look further back') : t('More')}</button>` : nothing}`}`, root);
}

speak().then(() => {
	readIn('local');
	document.title = t('History');
	load();
});
