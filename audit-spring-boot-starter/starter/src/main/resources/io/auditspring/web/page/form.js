import { html, nothing } from './lib/lit-html.js';
import { LABELS, PERIODS } from './filters.js';
import { dateTime, fromLocal, toLocal } from './format.js';
import { icon } from './icons.js';
import { plain, shown } from './text.js';

// The filters as fields, and those that are in force as chips.

const USUAL = ['actor', 'action', 'targetType', 'outcome'];
const MORE = ['actorType', 'targetId', 'severity', 'minSeverity', 'category', 'related', 'ip', 'service', 'tenant', 'operation', 'trace'];
const SUGGESTED = ['actor', 'action', 'targetType', 'category', 'service', 'tenant'];
const CHOICES = { actorType: ['user', 'service', 'agent', 'api_key', 'system', 'anonymous'],
	 outcome: ['success', 'failure', 'denied'], severity: ['info', 'warning', 'error', 'critical'],
	minSeverity: ['warning', 'error', 'critical'] };

/** Fields beside which is said what the server says of them. */
export const FIELDS = ['q', ...USUAL, ...MORE];

export const isSuggested = (name) => SUGGESTED.includes(name);

export function form(state, actions) {
	const { view } = state;
	const more = state.more || MORE.some((name) => view.filters[name]);
	return html`
		<form class="filters ${more ? 'more' : ''}" role="search" @submit=${(event) => event.preventDefault()}>
			<label class="search"><span class="hidden">Search</span>${icon('search')}
				<input name="q" type="search" placeholder="Search messages, targets, people" autocomplete="off" .value=${view.filters.q ?? ''}
					aria-invalid=${wrong(state, 'q') ? 'true' : nothing} aria-describedby=${wrong(state, 'q') ? 'wrong-q' : nothing}
					@change=${(event) => actions.filter({ q: event.target.value.trim() })}><kbd aria-hidden="true">/</kbd>${remedy(state, 'q')}</label>
			<label class="period">Period<select name="period" @change=${(event) => actions.period(event.target.value)}>
				${PERIODS.map((each) => html`<option value=${each.id} ?selected=${each.id === view.period}>${each.label}</option>`)}
			</select></label>
			<button type="button" class="toggle" aria-expanded=${more} @click=${actions.toggle}>${more ? 'Fewer filters' : 'More filters'}</button>
			<div class="fields">
				${view.period === 'custom' ? html`${moment(state, actions, 'from')} ${moment(state, actions, 'to')}` : nothing}
				${USUAL.map((name) => field(state, actions, name))}
				${more ? MORE.map((name) => field(state, actions, name)) : nothing}
				<label class="check"><input type="checkbox" name="reading" .checked=${view.reading} @change=${(event) => actions.reading(event.target.checked)}>Show reading of the trail</label>
			</div>
		</form>
		${chips(view, actions)}`;
}

function chips(view, { filter, clear }) {
	const active = Object.entries(view.filters);
	return active.length ? html`<ul class="chips" aria-label="Active filters">${active.map(([name, value]) => html`
		<li><button type="button" @click=${() => filter({ [name]: '' })} aria-label="Remove the filter ${LABELS[name]} ${plain(value)}"><span class="faint">${LABELS[name]}</span>
			<b>${isTime(name) ? dateTime(value) : shown(value)}</b>${icon('close')}</button></li>`)}
		<li><button type="button" class="quiet" @click=${clear}>Clear</button></li></ul>` : nothing;
}

const isTime = (name) => name === 'from' || name === 'to';

const wrong = (state, name) => state.problem?.parameter === name;

const remedy = (state, name) => wrong(state, name) ? html`<span class="remedy" id="wrong-${name}" role="alert">${shown(state.problem.message)}</span>` : nothing;

const field = (state, actions, name) => CHOICES[name] ? choice(state, actions, name) : input(state, actions, name);

const input = (state, actions, name) => html`<label>${LABELS[name]}
	<input name=${name} list=${isSuggested(name) ? `known-${name}` : nothing} autocomplete="off"
		placeholder=${name === 'related' ? 'Type:id' : 'Any'}
		aria-invalid=${wrong(state, name) ? 'true' : nothing} aria-describedby=${wrong(state, name) ? `wrong-${name}` : nothing}
		.value=${state.view.filters[name] ?? ''} @focus=${(event) => actions.suggest(name, event.target.value)} @input=${(event) => actions.suggest(name, event.target.value)}
		@change=${(event) => actions.filter({ [name]: event.target.value.trim() })}>
	${remedy(state, name)}
	${isSuggested(name) ? html`<datalist id="known-${name}">${(state.suggestions[name] ?? []).map((value) => html`<option value=${value}
		label=${plain(value) === value ? nothing : plain(value)}></option>`)}</datalist>` : nothing}
	</label>`;

const choice = (state, { filter }, name) => html`<label>${LABELS[name]}<select name=${name} @change=${(event) => filter({ [name]: event.target.value })}>
	<option value="">Any</option>
	${CHOICES[name].map((value) => html`<option value=${value} ?selected=${state.view.filters[name] === value}>${value}</option>`)}</select>${remedy(state, name)}</label>`;

const moment = (state, { filter }, name) => html`<label>${LABELS[name]}<input name=${name} type="datetime-local" .value=${toLocal(state.view.filters[name])}
	@change=${(event) => filter({ [name]: fromLocal(event.target.value) })}></label>`;
