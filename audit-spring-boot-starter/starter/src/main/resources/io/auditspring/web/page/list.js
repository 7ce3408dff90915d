import { html, nothing } from './lib/lit-html.js';
import { avatar, badges, target, who } from './entry.js';
import { ago, apart, clockTime, count, dateTime, day, shortTime } from './format.js';
import { problemCard } from './problem.js';
import { beginning, plain, shown } from './text.js';

// The entries that were found, newest first, under the days they belong to. Recording leads: by it the trail is read,
// filtered and counted. When things happened is what somebody said.

export const CLOCKS = { recorded: 'recordedAt', happened: 'occurredAt' };

/** In the order they are shown, which can only be that of what was loaded. */
export const sorted = (entries, clock) => clock === 'recorded' ? entries
	: [...entries].sort((one, other) => new Date(other.occurredAt) - new Date(one.occurredAt));

export function list(view) {
	const { entries, clock } = view;
	if (!entries.length) {
		return nothingYet(view);
	}
	const days = [];
	sorted(entries, clock).forEach((entry) => {
		const name = day(entry[CLOCKS[clock]]);
		if (days[days.length - 1]?.name !== name) {
			days.push({ name, entries: [] });
		}
		days[days.length - 1].entries.push(entry);
	});
	return html`
		${order(view)}
		<div @keydown=${view.move} @focusin=${view.reach}>${days.map((each) => html`
			<h2 class="day">${each.name}</h2>
			<ol class="entries">${each.entries.map((entry) => html`<li>${row(view, entry)}</li>`)}</ol>`)}</div>
		${end(view)}`;
}

function nothingYet({ loading, problem, elsewhere, again }) {
	if (loading) {
		return skeleton();
	}
	if (problem) {
		// What the server says of one field is said there.
		return elsewhere ? html`<p class="end">Nothing was looked for: mend the filter that is marked above.</p>` : problemCard(problem, problem.parameter ? null : again);
	}
	return html`<div class="empty"><p><b>No entries match.</b></p><p class="faint">Look at a longer period, or take filters away.</p></div>`;
}

const order = (view) => html`
	<div class="order"><label>Order <select name="clock" @change=${(event) => view.sort(event.target.value)}>
		<option value="recorded" ?selected=${view.clock === 'recorded'}>as recorded</option>
		<option value="happened" ?selected=${view.clock === 'happened'}>as it happened</option></select></label>
		${view.clock === 'happened' ? html`<span class="faint">Sorted among the ${count(view.entries.length)} entries that are loaded${
			view.next ? ', not among all' : ''}; filters and counts go by when they were recorded.</span>` : nothing}
		<span class="keys"><kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>o</kbd> <kbd>x</kbd> open, close</span></div>`;

function end(view) {
	if (view.problem) {
		return problemCard(view.problem, view.loadMore);
	}
	return html`<p class="end">${view.next ? html`<button class="quiet" id="more" @click=${view.loadMore}>${view.loading ? 'Loading …' : 'More'}</button>`
		: 'This is all.'}</p>`;
}

function row(view, entry) {
	const open = entry.id === view.entry?.id;
	const said = entry.outcome === 'success' ? entry.changeSummary ?? entry.message ?? entry.error
		: entry.error ?? entry.message ?? entry.changeSummary;
	const time = entry[CLOCKS[view.clock]];
	const between = apart(entry);
	return html`
	<button class="entry ${open ? 'open' : ''} ${view.arrived.has(entry.id) ? 'arrived' : ''}" data-id=${entry.id}
			tabindex=${entry.id === view.reached ? 0 : -1} @click=${() => view.show(entry.id)} aria-expanded=${open}>
		${avatar(entry.actor)}
		<span class="actor">${who(entry.actor)}</span>
		<span class="what"><b>${shown(entry.action)}</b>${entry.target ? html` <span class="target">${target(entry.target)}</span>` : nothing}</span>
		<span class="said">${said ? html`<span class="text ${entry.outcome === 'success' ? '' : 'wrong'}">${shown(beginning(said, 500))}</span>` : nothing}</span>
		<span class="marks">${badges(entry)}${entry.outcome === 'success' ? html`<i class="dot success"></i><span class="hidden">success</span>` : nothing}</span>
		<time datetime=${plain(time)} title="${dateTime(time)}, ${ago(time)}">${clockTime(time)}</time>
		${between ? html`<span class="apart">${view.clock === 'recorded' ? between : `recorded ${shortTime(entry.recordedAt)}`}</span>` : nothing}
	</button>`;
}

const skeleton = () => html`<p class="hidden" role="status">Loading …</p><div class="skeleton" aria-hidden="true">${Array.from({ length: 9 },
	() => html`<div><i></i><i></i><i></i></div>`)}</div>`;
