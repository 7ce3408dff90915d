import { html, render, nothing } from './lib/lit-html.js';
import * as api from './api.js';
import { approvals, Requests } from './approvals.js';
import { chart } from './chart.js';
import { detail } from './entry.js';
import { facets, FIELDS as FACETS } from './facets.js';
import { changed, fromAddress, settled, toAddress, toggled, toRequest, without } from './filters.js';
import { count, dateTime, readIn, zoneName } from './format.js';
import { icon } from './icons.js';
import { ledger, newest } from './ledger.js';
import { completed, completion, line, SAID_HERE } from './line.js';
import { among, itemsOf, list, reachesTo, Rows, same } from './list.js';
import { Live } from './live.js';
import { exports, keepViews, ownViews, report, views } from './menus.js';
import { prove } from './proof.js';
import { shown } from './text.js';
import { currentLanguage, LANGUAGES, speak, t } from './words.js';

// The page: one state, one function that draws it, and the actions that change it.

const kept = (name, otherwise) => {
	try {
		return JSON.parse(localStorage.getItem(`audit-${name}`)) ?? otherwise;
	} catch (blocked) {
		return otherwise;
	}
};

const keep = (name, value) => {
	try {
		localStorage.setItem(`audit-${name}`, JSON.stringify(value));
	} catch (blocked) {
		// It lasts as long as the page.
	}
};

const columns = kept('columns', ['place']);

const state = {
	view: fromAddress(), reader: null, entries: [], next: null, until: null, turns: 0, archived: null, loading: false, problem: null,
	statistics: null, counting: false, uncounted: null, bar: null, brush: null, facets: null, unfaceted: null, number: null, unnumbered: null,
	entry: null, whole: false, missing: null, operation: null, history: null, rest: {}, unlooked: {}, at: 0, against: null, context: null, proof: null, reached: null,
	chains: null, progress: null, unread: null, approvals: null, furtherApprovals: null, unapproved: null, undecided: null, deciding: null, decided: null, report: null, letters: kept('letters', true) === true, completion: null,
	live: false, paused: false, fresh: [], tooFresh: false, arrived: new Set(), said: '', views: ownViews(), unfolded: new Set(),
	columns: Array.isArray(columns) ? columns : [], dense: kept('dense', false) === true, inline: kept('inline', false) === true,
	zone: kept('zone', 'local'), facetsShown: kept('facets', true) === true && matchMedia('(min-width: 1240px)').matches
};

const root = document.getElementById('app');
const rows = new Rows();
const requests = new Requests();
let running = new AbortController();
let polling = null;

function draw() {
	const lines = itemsOf(state.entries, state.view.clock, state.unfolded);
	render(state.report ? report({ ...state, report: state.report }, { print: () => window.print(), close: () => { state.report = null; draw(); } }) : page(), root);
	rows.show(lines, rowView());
	requests.show(state.approvals ?? [], { ...state, decide });
	root.setAttribute('aria-busy', String(state.loading));
	root.classList.toggle('reading', Boolean(state.view.open && (state.entry || state.missing)));
}

const rowView = () => ({ more: Boolean(state.next), clock: state.view.clock, entry: state.entry, reached: state.reached, arrived: state.arrived, dense: state.dense, show, fold });

// Looking for entries

async function search() {
	running.abort();
	live.stop();
	running = new AbortController();
	const { signal } = running;
	Object.assign(state, { entries: [], next: null, until: null, turns: 0, archived: null, loading: true, problem: null, fresh: [], tooFresh: false, reached: null, number: null, unnumbered: null, brush: null, unfolded: new Set(), facets: null });
	draw();
	const request = toRequest(state.view);
	countEntries();
	countFacets();
	await read(async () => {
		const page = await api.entries(request, null, 40, { signal });
		Object.assign(state, { entries: page.entries, next: page.next, until: page.lookedUntil, archived: api.archivedPart(page), loading: false, reached: first(page.entries) });
		draw();
		lookAgain();
		watch();
	});
	if (state.problem) {
		live.end();
	}
}

const first = (entries) => itemsOf(entries, state.view.clock, state.unfolded).find(({ kind }) => kind === 'entry')?.key;

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

/** Counting leaves an entry of its own: nobody counts what nobody sees. What was counted before stays until then. */
async function countFacets() {
	state.unfaceted = null;
	if (!state.facetsShown) {
		return;
	}
	const { signal } = running;
	try {
		const { filters } = state.view;
		const chosen = FACETS.filter((name) => filters[name] || filters[`-${name}`]);
		const others = FACETS.filter((name) => !chosen.includes(name));
		// What is chosen is one of several: its facet counts what there would be without the choice.
		const found = await Promise.all([api.facets(toRequest(state.view), others, { signal }),
			...chosen.map((name) => api.facets(toRequest({ ...state.view, filters: without(filters, name) }), [name], { signal }))]);
		state.facets = { of: found[0].of, fields: Object.assign({}, ...found.map(({ fields }) => fields)), ofNewest: Object.assign({}, ...found.map(({ newest, of }) => Object.fromEntries(newest.map((name) => [name, of.entries])))) };
		draw();
	} catch (problem) {
		if (problem.name !== 'AbortError') {
			Object.assign(state, { facets: null, unfaceted: problem });
			draw();
		}
	}
}

/** Anew each time that somebody wants to know: entries keep coming. */
async function countExport() {
	const { signal } = running;
	Object.assign(state, { number: null, unnumbered: null });
	try {
		state.number = await api.number(toRequest(state.view), { signal });
	} catch (problem) {
		if (problem.name === 'AbortError') {
			return;
		}
		state.unnumbered = problem;
	}
	draw();
}

const forgetNumber = () => Object.assign(state, { number: null, unnumbered: null });

async function loadMore() {
	if (!state.next || state.loading) {
		return;
	}
	Object.assign(state, { loading: true, problem: null });
	draw();
	const { signal } = running;
	await read(async () => {
		const page = await api.entries(toRequest(state.view), state.next, state.entries.length > 200 ? 200 : 60, { signal });
		const next = document.activeElement?.id === 'more' ? page.entries[0]?.id : null;
		const known = new Set(state.entries.map(({ id }) => id));
		state.entries.push(...page.entries.filter(({ id }) => !known.has(id)));
		Object.assign(state, { next: page.next, until: page.lookedUntil, archived: state.archived ?? api.archivedPart(page), loading: false,
			said: page.lookedUntil ? t('Everything since {time} was looked at.', { time: dateTime(page.lookedUntil) }) : t('{n} entries are shown', { n: count(state.entries.length) }) });
		draw();
		if (next) {
			reachTo(next);
		}
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

const MOST_TURNS = 4;

/** The list goes on before its end is seen; where what is looked for is rare, a few times until somebody asks for more. */
function lookAgain() {
	const more = document.getElementById('more');
	if (more && more.getBoundingClientRect().top > 0 && more.getBoundingClientRect().top < innerHeight + 800 && (!state.until || state.turns < MOST_TURNS)) {
		state.turns += state.until ? 1 : 0;
		loadMore();
	}
}

function lookFurther() {
	state.turns = 0;
	loadMore();
}

let painting = null;

function repaint() {
	painting ??= requestAnimationFrame(() => {
		painting = null;
		if (!state.report) {
			rows.paint(rowView());
			lookAgain();
		}
	});
}

window.addEventListener('scroll', repaint, { passive: true });
window.addEventListener('resize', () => draw());

let drawing = null;

/** However much comes, it is drawn once a frame. */
function drawSoon() {
	drawing ??= requestAnimationFrame(() => {
		drawing = null;
		draw();
	});
}

// New ones, as they come

const MOST_FRESH = 200;

const live = new Live({
	watching(on) {
		if (state.live !== on) {
			state.live = on;
			draw();
		}
	},
	came(entry) {
		if (entry.action.startsWith('approval.')) {
			countApprovals();
		}
		receive([entry]);
	},
	more() {
		state.tooFresh = true;
		drawSoon();
	},
	missed() {
		catchUp();
	}
});

/** Keeps what is new, as far as a list of it would be read. What is further down than what was loaded is loaded there. */
function receive(entries) {
	const known = (entry) => (other) => same(entry, other);
	entries.filter((entry) => (!state.next || reachesTo(entry, state.entries)) && !state.entries.some(known(entry)) && !state.fresh.some(known(entry)))
		.forEach(({ before, after, metadata, ...summary }) => {
			if (state.fresh.length < MOST_FRESH) {
				state.fresh.push(summary);
			} else {
				state.tooFresh = true;
			}
		});
	drawSoon();
}

/** What came while nobody listened. */
async function catchUp() {
	const { signal } = running;
	try {
		const page = await api.entries(toRequest(state.view), null, 40, { signal });
		const known = page.entries.some((read) => state.entries.some((entry) => same(entry, read)));
		receive(page.entries);
		state.tooFresh ||= Boolean(page.next && !known);
	} catch (problem) {
		// Whoever was refused comes again.
		if (problem.name !== 'AbortError') {
			state.tooFresh = true;
		}
	}
	drawSoon();
}

const watch = (missed = false) => state.paused ? live.end() : document.hidden ? live.stop() : live.watch({ ...toRequest(state.view), from: undefined }, missed);

function pause() {
	state.paused = !state.paused;
	if (state.paused) {
		live.end();
		draw();
	} else {
		search();
	}
}

function showFresh() {
	if (state.tooFresh) {
		search();
		return;
	}
	state.arrived = new Set(state.fresh.map((entry) => entry.id));
	state.entries = among(state.entries, state.fresh);
	state.fresh = [];
	draw();
	countEntries();
	countFacets();
	window.scrollTo({ top: 0 });
	reachTo(first(state.entries));
}

// One entry

async function show(id, isThere = false) {
	const stepping = state.entry || state.missing;
	if (!stepping) {
		listPlace = window.scrollY;
	}
	state.view.open = id;
	if (!isThere) {
		// Back leads to the list, however many entries one has stepped through.
		history[stepping ? 'replaceState' : 'pushState'](null, '', toAddress(state.view));
	}
	const known = state.entries.find((each) => each.id === id);
	Object.assign(state, { whole: false, missing: null, operation: null, history: null, rest: {}, unlooked: {}, at: 0, against: null, context: null, proof: null });
	if (known) {
		Object.assign(state, { entry: known, reached: id });
		drawEntry();
	}
	try {
		const entry = await api.entry(id);
		if (state.view.open !== id) {
			return;
		}
		Object.assign(state, { entry, whole: true, missing: null, reached: id });
		if (known) {
			draw();
		} else {
			drawEntry();
		}
		look();
	} catch (problem) {
		if (state.view.open === id) {
			Object.assign(state, { entry: null, missing: problem });
			drawEntry();
		}
	}
}

/** Asks for what a tab shows, when it is shown. */
async function look() {
	const { entry, view: { tab } } = state;
	if (tab === 'context' && state.operation === null) {
		await find(async () => {
			const [around, operation] = await Promise.all([api.context(entry.id), api.entries({ operation: entry.operationId }, null, 50)]);
			return () => Object.assign(state, { context: around, operation: operation.entries, rest: { ...state.rest, operation: operation.next } });
		});
	} else if (tab === 'history' && state.history === null) {
		await find(async () => {
			const { entries, older, newer } = await versions(entry);
			return () => Object.assign(state, { history: entries, rest: { ...state.rest, older, newer },
				at: entries.length - 1 - Math.max(0, entries.findIndex((other) => other.id === entry.id)) });
		});
	}
}

/** Finds something for the entry that is open, and says what is wrong in its place. Who has turned to another gets nothing of it. */
async function find(what) {
	const { entry, view: { tab } } = state;
	const { [tab]: _, ...unlooked } = state.unlooked;
	state.unlooked = unlooked;
	draw();
	let found;
	try {
		found = await what();
	} catch (problem) {
		found = () => { state.unlooked = { ...state.unlooked, [tab]: problem }; };
	}
	if (state.entry === entry) {
		found();
		draw();
	}
}

/** What was done to an entry's target: the newest, or else what was done just before and after. */
async function versions(entry) {
	const { id, target } = entry;
	if (!target?.type || !target.id) {
		return { entries: [] };
	}
	const page = await api.target(target);
	if (!page.next || page.entries.some((other) => other.id === id)) {
		return { entries: page.entries, older: page.next };
	}
	const [older, newer] = await Promise.all([api.target(target, { cursor: api.after(entry) }), api.target(target, { cursor: api.after(entry), order: 'asc' })]);
	return { entries: [...newer.entries.reverse(), entry, ...older.entries], older: older.next, newer: newer.next };
}

const loadOlder = () => find(async () => {
	const page = await api.target(state.entry.target, { cursor: state.rest.older });
	return () => Object.assign(state, { history: [...state.history, ...page.entries], rest: { ...state.rest, older: page.next },
		at: state.at + page.entries.length, against: state.against === null ? null : state.against + page.entries.length });
});

const loadNewer = () => find(async () => {
	const page = await api.target(state.entry.target, { cursor: state.rest.newer, order: 'asc' });
	return () => Object.assign(state, { history: [...page.entries.reverse(), ...state.history], rest: { ...state.rest, newer: page.next } });
});

function turnTo(tab) {
	state.view.tab = tab;
	history.replaceState(null, '', toAddress(state.view));
	draw();
	document.getElementById(`tab-${tab}`)?.focus();
	look();
}

/** Whoever is typing goes on. */
function drawEntry() {
	draw();
	if (isTyping(document.activeElement)) {
		return;
	}
	if (isNarrow()) {
		window.scrollTo({ top: 0 });
	}
	document.querySelector('aside').scrollTo({ top: 0 });
	document.getElementById('entry-title').focus({ preventScroll: true });
}

async function proveEntry() {
	const { entry } = state;
	state.proof = { of: entry.id, running: true };
	draw();
	let proof;
	try {
		proof = await prove(entry, await api.evidence(entry));
	} catch (problem) {
		proof = { of: entry.id, failed: problem.message };
	}
	if (state.entry === entry) {
		state.proof = proof;
		draw();
	}
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
	reachTo(id);
}

async function copy(text, event) {
	const button = event.currentTarget;
	try {
		await navigator.clipboard.writeText(text);
		state.said = t('Copied');
		button.classList.add('done');
		setTimeout(() => button.classList.remove('done'), 1500);
	} catch (refused) {
		state.said = t('This browser does not let the page copy');
	}
	draw();
}

function save(text, name) {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

// Filters

function lookFor(filters, period = state.view.period) {
	state.view = { ...state.view, filters, period };
	address();
	search();
}

const filter = (changes) => lookFor(changed(state.view.filters, changes), 'from' in changes || 'to' in changes ? 'custom' : state.view.period);

const around = (filters) => {
	close();
	// All of them were counted, also those of reading.
	state.view.reading = true;
	lookFor(changed({}, filters), filters.from || filters.to ? 'custom' : '');
};

const replace = (filters) => {
	if (JSON.stringify(filters) !== JSON.stringify(state.view.filters)) {
		lookFor(filters, filters.from || filters.to ? 'custom' : state.view.period === 'custom' ? '' : state.view.period);
	}
};

const include = (name, value) => lookFor(toggled(changed(state.view.filters, { [`-${name}`]: '' }), name, value));

const exclude = (name, value) => lookFor(toggled(changed(state.view.filters, { [name]: '' }), `-${name}`, value));

function period(id) {
	lookFor(changed(state.view.filters, { from: '', to: '' }), id);
}

function reading(shown) {
	state.view.reading = shown;
	address();
	search();
}

function sort(clock) {
	state.view.clock = clock;
	state.reached = first(state.entries);
	address();
	draw();
}

const clear = () => lookFor({}, '');

function toggleFacets() {
	// An entry is shown in their place.
	if (state.entry || state.missing) {
		close();
		if (state.facetsShown) {
			return;
		}
	}
	state.facetsShown = !state.facetsShown;
	if (matchMedia('(min-width: 1240px)').matches) {
		keep('facets', state.facetsShown);
	}
	draw();
	if (state.facetsShown) {
		countFacets();
	}
}

let asking = new AbortController();
let asked = 0;

async function complete(input) {
	const turn = ++asked;
	asking.abort();
	asking = new AbortController();
	const { signal } = asking;
	const found = await completion(input, state, (name, prefix) => api.suggestions(name, prefix, { signal }).then(({ values }) => values, () => []));
	if (turn === asked && document.activeElement === input) {
		state.completion = found;
		draw();
	}
}

function endCompletion() {
	asked++;
	state.completion = null;
	draw();
}

function take(option) {
	const input = root.querySelector('[name=q]');
	completed(input, state.completion, option);
	complete(input);
}

// The ledger

const loadLedger = () => ask(async () => {
	const [found, progress] = await Promise.all([api.ledger(), api.progress()]);
	state.chains = found.chains;
	goesOn(progress);
});

const loadProgress = () => ask(async () => goesOn(await api.progress()));

const verify = () => ask(async () => goesOn(await api.verify(state.reader?.csrf)));

const cancel = () => ask(async () => goesOn(await api.cancel(state.reader?.csrf)));

const MOST_UNKNOWN = 20;

let unknown = 0;

/** Where there are several servers, others than the one that verifies know nothing of it. */
function goesOn({ scheduled, ...progress }) {
	const running = state.progress?.state === 'running' ? state.progress : null;
	unknown = running && progress.state !== 'running' && progress.startedAt !== running.startedAt ? unknown + 1 : 0;
	if (unknown === 0 || unknown > MOST_UNKNOWN) {
		state.progress = newest(progress, scheduled, running ? null : state.progress);
	}
}

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

// Approvals

let lookingFor = 0;

/** Of what was asked for, only the last is what waits: an answer may come after a later one. */
async function lookForApprovals(after, all) {
	const turn = ++lookingFor;
	let found;
	try {
		const { approvals: waiting, next } = await api.approvals(after);
		found = () => ({ approvals: all(waiting), furtherApprovals: next, unapproved: null });
	} catch (problem) {
		found = () => ({ unapproved: problem });
	}
	if (turn === lookingFor) {
		Object.assign(state, found());
		draw();
	}
}

// Who has seen one wait may want to see that none does.
const loadApprovals = () => lookForApprovals(null, (waiting) => waiting.length ? waiting : state.approvals && []);

const loadFurtherApprovals = () => lookForApprovals(state.furtherApprovals, (waiting) => {
	const known = new Set(state.approvals.map(({ id }) => id));
	return [...state.approvals, ...waiting.filter(({ id }) => !known.has(id))];
});

/** Somebody who is deciding has them stay as they are. */
function countApprovals() {
	if (state.reader?.decides && !root.querySelector('.approvals[open]')) {
		loadApprovals();
	}
}

async function decide(request, event) {
	event.preventDefault();
	const granted = event.submitter?.value === 'grant';
	const justification = new FormData(event.target).get('justification');
	Object.assign(state, { deciding: request.id, undecided: null, decided: null });
	draw();
	try {
		await api.decide(request.id, granted ? 'grant' : 'reject', justification, state.reader.csrf);
		Object.assign(state, { deciding: null, decided: { granted, action: request.action }, approvals: state.approvals.filter((each) => each.id !== request.id) });
		draw();
		root.querySelector('.approvals summary').focus();
		loadApprovals();
	} catch (problem) {
		Object.assign(state, { deciding: null, undecided: { id: request.id, problem } });
		draw();
	}
}

// What the page is like

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

function switchZone() {
	state.zone = state.zone === 'UTC' ? 'local' : 'UTC';
	keep('zone', state.zone);
	readIn(state.zone);
	draw();
}

async function switchLanguage(language) {
	await speak(language);
	readIn(state.zone);
	document.title = t('Audit trail');
	draw();
}

function column(name) {
	state.columns = state.columns.includes(name) ? state.columns.filter((each) => each !== name) : [...state.columns, name];
	keep('columns', state.columns);
	draw();
}

function density() {
	state.dense = !state.dense;
	keep('dense', state.dense);
	draw();
}

function switchInline() {
	state.inline = !state.inline;
	keep('inline', state.inline);
	draw();
}

function fold(operation) {
	state.unfolded = new Set(state.unfolded);
	if (!state.unfolded.delete(operation)) {
		state.unfolded.add(operation);
	}
	draw();
}

function keepView(event) {
	event.preventDefault();
	const name = new FormData(event.target).get('view').trim();
	if (name) {
		const { open, ...view } = state.view;
		state.views = [...state.views.filter((each) => each.name !== name), { name, address: toAddress({ ...view, open: null }).replace(/^[^?]*$/, '?') }];
		keepViews(state.views);
		event.target.reset();
		draw();
	}
}

function forgetView(view) {
	state.views = state.views.filter((each) => each !== view);
	keepViews(state.views);
	draw();
}

function aboutOnePerson() {
	closeMenus();
	const input = root.querySelector('[name=q]');
	input.focus();
	input.value = 'actor:';
	complete(input);
}

const MOST_PRINTED = 1000;
const MOST_PAGES = 20;

async function makeReport() {
	closeMenus();
	const at = new Date();
	const request = toRequest(settled(state.view, at.getTime()));
	await read(async () => {
		const entries = [];
		let [next, until, pages] = [null, null, 0];
		do {
			const page = await api.entries(request, next, 200);
			entries.push(...page.entries);
			({ next } = page);
			until = page.lookedUntil;
		} while (next && entries.length < MOST_PRINTED && ++pages < MOST_PAGES);
		const chains = state.reader?.verifies ? (await api.ledger()).chains : null;
		Object.assign(state, { report: { entries, all: !next, until, at }, chains });
		draw();
		window.scrollTo({ top: 0 });
	});
}

// What is drawn

const ICON = document.querySelector('link[rel=icon]').href;

function page() {
	const { reader } = state;
	const open = state.entry || state.missing;
	return html`
		<header class="top">
			<h1><img src=${ICON} alt="" width="28" height="28"> ${t('Audit trail')}</h1>
			<div class="actions">
				${state.live || state.paused ? html`<button class="live plain-button ${state.paused ? 'paused' : ''}" aria-pressed=${state.paused} title=${state.paused ? t('New entries are not shown') : t('New entries are shown as they come')}
					@click=${pause}>${state.paused ? icon('pause') : html`<i></i>`}${state.paused ? t('Paused') : t('Live')}</button>` : nothing}
				${approvals(state, requests, () => { state.decided = null; loadApprovals(); }, loadFurtherApprovals)}
				${reader?.verifies ? ledger({ ...state, load: loadLedger, verify, cancel, copy, show }) : nothing}
				${views(state, { open: (filters, chosen) => { closeMenus(); lookFor(filters, chosen); }, person: aboutOnePerson, keep: keepView, forget: forgetView,
					link: (event) => copy(new URL(toAddress(settled(state.view)), location.href).href, event) })}
				${exports(state, toRequest(state.view), { counted: countExport, closed: forgetNumber, report: makeReport })}
				<span class="settings">
				<button class="plain-button zone" @click=${switchZone} title=${t('Times are those of {zone}. Switch', { zone: zoneName() })}>${zoneName()}</button>
				<label class="language"><span class="hidden">${t('Language')}</span><select name="language" @change=${(event) => switchLanguage(event.target.value)}>${Object.entries(LANGUAGES).map(([code, name]) => html`
					<option value=${code} lang=${code} ?selected=${code === currentLanguage()}>${name}</option>`)}</select></label>
				<button class="plain-button" @click=${switchTheme} aria-label=${dark() ? t('Switch to light') : t('Switch to dark')} title=${dark() ? t('Light') : t('Dark')}>${icon(dark() ? 'sun' : 'moon')}</button>
				</span>
				${reader ? html`<span class="reader"><b>${shown(reader.actor)}</b><span class="faint">${reads(reader)}</span></span>` : nothing}
			</div>
		</header>
		${line(state, { filter, period, reading, clear, replace, complete, completed: endCompletion, take, facets: toggleFacets, point: (at) => { state.completion.at = at; draw(); } })}
		${chart({ ...state, at: state.bar, choose: (from, to) => filter({ from, to }), filter, count: countEntries, point: (at) => { state.bar = at; draw(); },
			select: (brush) => { state.brush = brush; draw(); } })}
		<main class="${open ? 'split' : ''} ${state.facetsShown ? 'faceted' : ''}">
			${state.facetsShown ? facets(state, { include, exclude, close: toggleFacets }) : nothing}
			<section class="list card" aria-label=${t('Entries')}>
				<div aria-live="polite">${fresh()}</div>
				${list({ ...state, elsewhere: SAID_HERE.includes(state.problem?.parameter?.replace(/^-/, '')), clock: state.view.clock, show, loadMore: lookFurther, move, sort, again: search, reach, column, density, help }, rows)}
			</section>
			${open ? html`<div class="handle" role="separator" tabindex="0" aria-orientation="vertical" aria-label=${t('Width of the entry')} aria-valuemin="25" aria-valuemax="75" aria-valuenow=${width}
					@pointerdown=${grip} @pointermove=${pull} @keydown=${nudge}></div>
				<aside aria-label=${t('Entry')}>${detail({ ...state, tab: state.view.tab, wanted: state.view.open, close, show, filter, exclude, copy, around, turnTo, look, loadOlder, loadNewer, save, prove: proveEntry, switchInline,
				moveTo: (at) => { state.at = at; draw(); }, compareWith: (against) => { state.against = against; draw(); } })}</aside>` : nothing}
		</main>
		<p class="hidden" role="status">${state.said}</p>
		${keysShown()}`;
}

const KEYS_SAID = [['/', 'Type what is looked for'], ['j', 'Next entry'], ['k', 'Previous entry'], ['o', 'Open the entry'], ['x', 'Close the entry'], ['→ ←', 'Unfold, fold an operation'], ['?', 'These keys'], ['Esc', 'Close what is open']];

const keysShown = () => html`<dialog class="card" aria-labelledby="keys-title" @click=${(event) => event.target === event.currentTarget && help()}><div><h2 id="keys-title">${t('Keys')}</h2>
	<dl>${KEYS_SAID.map(([key, what]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(what)}</dd></div>`)}</dl>
	<label class="check"><input type="checkbox" name="letters" .checked=${state.letters} @change=${switchLetters}>${t('Keys of one letter work')}</label>
	<p class="buttons"><button @click=${help}>${t('Close')}</button></p></div></dialog>`;

function help() {
	const dialog = root.querySelector('dialog');
	if (dialog.open) {
		dialog.close();
	} else {
		dialog.showModal();
	}
}

/** Who speaks to their computer says letters that are no keys. */
function switchLetters() {
	state.letters = !state.letters;
	keep('letters', state.letters);
	draw();
}

const reads = ({ sees, verifies, tenant }) => sees === 'own' ? t('own entries') : verifies ? t('all entries')
	: tenant ? html`${t('all entries of')} ${shown(tenant)}` : t('all entries of no tenant');

const fresh = () => state.fresh.length || state.tooFresh ? html`<button class="fresh" @click=${showFresh}>${state.tooFresh ? t('Many new entries')
	: t(state.fresh.length === 1 ? '{n} new entry' : '{n} new entries', { n: count(state.fresh.length) })}</button>` : nothing;

// The entry's width

let width = Math.min(75, Math.max(25, Number(kept('drawer', 46)) || 46));

function widen(percent) {
	width = Math.round(Math.min(75, Math.max(25, percent)));
	document.documentElement.style.setProperty('--drawer', `${width}%`);
	keep('drawer', width);
	draw();
}

/** The entry is at the end of the line. */
const mirrored = () => document.documentElement.dir === 'rtl';

const grip = (event) => event.currentTarget.setPointerCapture(event.pointerId);

function pull(event) {
	if (event.currentTarget.hasPointerCapture(event.pointerId)) {
		const box = root.querySelector('main').getBoundingClientRect();
		widen(((mirrored() ? event.clientX - box.left : box.right - event.clientX) / box.width) * 100);
	}
}

function nudge(event) {
	const step = { ArrowLeft: 4, ArrowRight: -4 }[event.key];
	if (step) {
		widen(width + (mirrored() ? -step : step));
		event.preventDefault();
	}
}

// Keys

const lines = () => rows.items.filter(({ kind }) => kind === 'entry');

/** One row is in the order of tabs; from there the arrows lead to the others. */
function reach(event) {
	const id = event.target.closest('.entry')?.dataset.id;
	if (id && id !== state.reached) {
		state.reached = id;
		rows.paint(rowView());
	}
}

function reachTo(id) {
	if (!id || !rows.items.some(({ key }) => key === id)) {
		return;
	}
	state.reached = id;
	rows.reveal(id);
	rows.paint(rowView());
	rows.focus(id);
}

function move(event) {
	const at = lines().findIndex(({ key }) => key === state.reached);
	const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -at, End: lines().length - 1 - at }[event.key];
	if (!event.target.matches('.entry')) {
		return;
	}
	if (step !== undefined) {
		reachTo(lines()[Math.max(0, Math.min(lines().length - 1, at + step))]?.key);
		event.preventDefault();
	} else if ((event.key === 'ArrowRight' || event.key === 'ArrowLeft') && lines()[at]?.more && lines()[at].open === (event.key === 'ArrowLeft')) {
		fold(lines()[at].entry.operationId);
		event.preventDefault();
	}
}

/** From wherever one is to the next row, which is opened where one was open. */
function step(by) {
	const all = lines();
	const last = all.findIndex(({ key }) => key === state.reached);
	const isThere = document.activeElement?.dataset?.id === state.reached;
	const next = all[isThere || state.entry ? last + by : Math.max(last, 0)];
	if (!next) {
		return by > 0 && lookFurther();
	}
	if (state.entry) {
		state.reached = next.key;
		rows.reveal(next.key);
		show(next.key);
	} else {
		reachTo(next.key);
	}
}

const KEYS = {
	j: () => step(1),
	k: () => step(-1),
	o: () => (document.activeElement?.closest('.entry') ?? rows.elements.get(state.reached)?.querySelector('.entry'))?.click(),
	x: () => state.view.open && close(),
	'?': help,
	'/': () => root.querySelector('[name=q]')?.focus()
};

const isTyping = (element) => Boolean(element?.closest?.('input:not([type=checkbox], [type=range]), select, textarea'));

const closeMenus = () => root.querySelectorAll('.menu[open]').forEach((menu) => { menu.open = false; });

document.addEventListener('keydown', (event) => {
	const typing = isTyping(event.target);
	const menu = root.querySelector('.menu[open]');
	if (root.querySelector('dialog[open]')) {
		// It has the keys for itself.
	} else if (event.key === 'Escape' && menu) {
		menu.open = false;
		menu.querySelector('summary').focus();
	} else if (event.key === 'Escape' && state.view.open) {
		close();
	} else if (state.letters && KEYS[event.key] && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
		KEYS[event.key]();
		event.preventDefault();
	}
});

document.addEventListener('click', (event) => root.querySelectorAll('.menu[open]').forEach((menu) => {
	if (!menu.contains(event.target)) {
		menu.open = false;
	}
}));

/** Which entries an address shows, whichever of them is open. */
const listed = (view) => toAddress({ ...view, open: null });

window.addEventListener('popstate', () => {
	const before = state.view;
	state.view = fromAddress();
	if (!state.view.open) {
		Object.assign(state, { entry: null, missing: null });
	}
	if (listed(state.view) !== listed(before)) {
		search();
	}
	draw();
	if (state.view.open && state.view.open !== before.open) {
		show(state.view.open, true);
	} else if (before.open && !state.view.open) {
		if (isNarrow()) {
			window.scrollTo({ top: listPlace });
		}
		reachTo(before.open);
	}
});

// A page that is left may be kept for when its reader comes back. Until then it takes no connection, of which browsers have six.
window.addEventListener('pagehide', () => live.end());
window.addEventListener('pageshow', (event) => event.persisted && search());

// Nor does one that nobody sees, or has used for long: what asks keeps a session alive that was to end.
document.addEventListener('visibilitychange', () => {
	if (document.hidden) {
		live.stop();
	} else {
		used = Date.now();
		if (!state.loading && !state.problem) {
			watch(true);
		}
		goOn();
	}
});

const AGAIN = 30000;
const LEFT = 15 * 60000;

let used = Date.now();

['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'].forEach((name) => window.addEventListener(name, () => { used = Date.now(); }, { passive: true, capture: true }));

function goOn() {
	if (document.hidden) {
		return;
	}
	if (Date.now() - used > LEFT) {
		if (state.live) {
			pause();
		}
		return;
	}
	countApprovals();
	if (state.reader?.verifies && !root.querySelector('.ledger[open]')) {
		loadLedger();
	}
	// What was said to be a minute ago is older now.
	draw();
}

async function begin() {
	await speak();
	readIn(state.zone);
	document.title = t('Audit trail');
	document.documentElement.style.setProperty('--drawer', `${width}%`);
	search();
	if (state.view.open) {
		show(state.view.open, true);
	}
	api.reader().then((reader) => {
		state.reader = reader;
		draw();
		if (reader.verifies) {
			loadLedger();
		}
		countApprovals();
		setInterval(goOn, AGAIN);
	}, () => { /* The list says what is wrong. */ });
}

begin();
