import { html, nothing } from './lib/lit-html.js';
import { avatar, outcome } from './entry.js';
import { actorName, ago, clockTime, dateTime, day } from './format.js';

// The entries that were found, newest first, under the days they belong to.

export function list(view) {
	const { entries, loading, problem } = view;
	if (!entries.length) {
		return loading ? skeleton() : problem ? nothing : html`<div class="empty"><p><b>No entries match.</b></p>
			<p class="faint">Look at a longer period, or take filters away.</p></div>`;
	}
	const days = [];
	entries.forEach((entry) => {
		const name = day(entry.occurredAt);
		if (days[days.length - 1]?.name !== name) {
			days.push({ name, entries: [] });
		}
		days[days.length - 1].entries.push(entry);
	});
	return html`
		<div @keydown=${view.move}>${days.map((each) => html`
			<h2 class="day">${each.name}</h2>
			<ol class="entries">${each.entries.map((entry) => html`<li>${row(view, entry)}</li>`)}</ol>`)}</div>
		<p class="end">${view.next ? html`<button class="quiet" id="more" @click=${view.loadMore}>${loading ? 'Loading …' : 'More'}</button>`
			: 'This is all.'}</p>`;
}

const row = (view, entry) => html`
	<button class="entry ${entry.id === view.entry?.id ? 'open' : ''} ${view.arrived.has(entry.id) ? 'arrived' : ''}" data-id=${entry.id}
			@click=${() => view.show(entry.id)} aria-expanded=${entry.id === view.entry?.id}>
		${avatar(entry.actor)}
		<span class="who">${actorName(entry.actor)}</span>
		<span class="what"><b>${entry.action}</b>${entry.target ? html` <span class="target">${[entry.target.type, entry.target.name ?? entry.target.id].filter(Boolean).join(' ')}</span>` : nothing}</span>
		<span class="said">${entry.changeSummary ?? entry.message ?? entry.error ?? ''}</span>
		<span class="marks">${entry.severity !== 'info' ? html`<span class="badge ${entry.severity}">${entry.severity}</span>` : nothing}
			${entry.outcome !== 'success' ? outcome(entry) : html`<i class="dot success"></i><span class="hidden">success</span>`}</span>
		<time datetime=${entry.occurredAt} title="${dateTime(entry.occurredAt)}, ${ago(entry.occurredAt)}">${clockTime(entry.occurredAt)}</time>
	</button>`;

const skeleton = () => html`<p class="hidden" role="status">Loading …</p><div class="skeleton" aria-hidden="true">${Array.from({ length: 9 },
	() => html`<div><i></i><i></i><i></i></div>`)}</div>`;
