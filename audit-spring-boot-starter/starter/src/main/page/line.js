import { html, nothing } from './lib/lit-html.js';
import { exactly, isTime, LABELS, NAMES, PERIODS } from './filters.js';
import { count, dateTime, fromLocal, ownZone, toLocal } from './format.js';
import { icon } from './icons.js';
import { fieldOf, FIELDS, NEGATABLE, parse, spoken, tokens, write } from './query.js';
import { plain, shown } from './text.js';
import { t } from './words.js';

// The query line with its completion, the period, and the filters in force as chips.

const SPANS = ['1h', '24h', '7d', '30d'];

const CHOICES = { actorType: ['user', 'service', 'agent', 'api_key', 'system', 'anonymous'], outcome: ['success', 'failure', 'denied'],
	severity: ['info', 'warning', 'error', 'critical'], minSeverity: ['warning', 'error', 'critical'], from: SPANS, to: SPANS, occurredFrom: SPANS, occurredTo: SPANS,
	get hours() { return ['mon-fri/08:00-17:00', 'sat-sun', '22:00-06:00'].map((hours) => `${hours}/${ownZone()}`); } };

/** Attributes whose values the server suggests. */
const SUGGESTED = ['actor', 'action', 'targetType', 'category', 'service', 'tenant'];

const MOST = 12;

/** Filters beside which is said what the server says of them. */
export const SAID_HERE = NAMES.filter((name) => !isTime(name));

const wrongIn = (state) => SAID_HERE.find((name) => name === state.problem?.parameter?.replace(/^-/, ''));

export function line(state, actions) {
	const { view, completion } = state;
	const wrong = wrongIn(state);
	const options = completion?.options ?? [];
	return html`
		<div role="search" aria-label=${t('Search')}><form class="filters" @submit=${(event) => event.preventDefault()}>
			<div class="search">
				<label class="hidden" for="q">${t('Search')}</label>${icon('search')}
				<input id="q" name="q" type="text" role="combobox" aria-expanded=${options.length > 0} aria-controls="completion" aria-autocomplete="list"
					aria-activedescendant=${completion?.at >= 0 ? `option-${completion.at}` : nothing} autocomplete="off" spellcheck="false" enterkeyhint="search"
					placeholder=${t('actor:… outcome:denied after:7d or words')} .value=${write(view.filters)}
					aria-invalid=${wrong ? 'true' : nothing} aria-describedby=${wrong ? `wrong-${wrong}` : nothing}
					@input=${(event) => actions.complete(event.target)} @click=${(event) => actions.complete(event.target)} @keydown=${(event) => keys(event, completion, actions)}
					@focus=${(event) => actions.complete(event.target)} @blur=${actions.completed} @change=${(event) => actions.replace(parse(event.target.value))}><kbd aria-hidden="true">/</kbd>
				${options.length ? html`<ul class="popover completion" id="completion" role="listbox" aria-label=${t('Suggestions')}>${options.map((option, index) => html`
					<li role="option" id="option-${index}" aria-selected=${index === completion.at} @mousedown=${(event) => { event.preventDefault(); actions.take(option); }}>
						<span>${shown(option.label)}</span>${option.count === undefined ? nothing : html`<span class="faint">${count(option.count)}</span>`}</li>`)}</ul>` : html`<ul id="completion" role="listbox" aria-label=${t('Suggestions')} hidden></ul>`}
				${wrong ? html`<span class="remedy" id="wrong-${wrong}" role="alert">${shown(state.problem.message)}</span>` : nothing}
			</div>
			<label class="period">${t('Period')}<select name="period" @change=${(event) => actions.period(event.target.value)}>
				${PERIODS.map((each) => html`<option value=${each.id} ?selected=${each.id === view.period}>${t(each.label)}</option>`)}
			</select></label>
			<button type="button" class="facets-button" aria-pressed=${state.facetsShown && !state.entry && !state.missing} @click=${actions.facets}>${icon('filter')} ${t('Facets')}</button>
			${view.period === 'custom' ? html`<div class="fields">${moment(state, actions, 'from')} ${moment(state, actions, 'to')}</div>` : nothing}
		</form>
		${chips(view, actions)}</div>`;
}

function chips(view, { filter, clear, reading }) {
	const active = Object.entries(view.filters);
	return html`<ul class="chips" aria-label=${t('Active filters')}>${active.map(([name, values]) => {
		const not = name.startsWith('-');
		const label = `${t(LABELS[not ? name.slice(1) : name])}${not ? ` ${t('not')}` : ''}`;
		const said = values.map((value) => isTime(name) ? dateTime(value) : value);
		return html`<li><button type="button" class=${not ? 'not' : ''} @click=${() => filter({ [name]: '' })} aria-label=${t('Remove the filter {filter}', { filter: `${label} ${values.map(plain).join(', ')}` })}><span class="faint">${label}</span>
			<b>${said.map((value, index) => html`${index ? ', ' : ''}${shown(value)}`)}</b>${icon('close')}</button></li>`;
	})}
		${active.length ? html`<li><button type="button" class="quiet" @click=${clear}>${t('Clear')}</button></li>` : nothing}
		<li class="check-item"><label class="check"><input type="checkbox" name="reading" .checked=${view.reading} @change=${(event) => reading(event.target.checked)}>${t('Show reading of the trail')}</label></li></ul>`;
}

const moment = (state, { filter }, name) => html`<label>${t(LABELS[name])}<input name=${name} type="datetime-local" .value=${toLocal(state.view.filters[name]?.[0])}
	@change=${(event) => filter({ [name]: fromLocal(event.target.value) })}></label>`;

// Completion

/** What the caret is in: the part of the line, and the value in it that is being typed. */
function placeIn(input) {
	const caret = input.selectionStart ?? input.value.length;
	const token = tokens(input.value).find((each) => each.start < caret && caret <= each.end) ?? { text: '', start: caret, end: caret };
	const field = fieldOf(token.text);
	const comma = field ? token.text.lastIndexOf(field.name === 'target' ? ':' : ',', caret - token.start - 1) : -1;
	const begin = field ? token.start + Math.max(comma, token.text.indexOf(':')) + 1 : token.start + (token.text.startsWith('-') ? 1 : 0);
	return { field, not: token.text.startsWith('-'), begin, end: token.end, typed: input.value.slice(begin, caret).replaceAll('"', '') };
}

/** What could be meant, as far as that is known: names of filters, or values of one. */
export async function completion(input, state, suggestions) {
	const { field, not, begin, end, typed } = placeIn(input);
	const prefix = typed.toLowerCase();
	const fits = (text) => text.toLowerCase().includes(prefix);
	if (!field) {
		const names = (not ? NEGATABLE : FIELDS).filter((name) => name.toLowerCase().startsWith(prefix));
		return typed || not || !input.value ? { begin, end, at: -1, options: names.slice(0, MOST).map((name) => ({ label: `${name}:`, text: `${name}:`, goesOn: true })) } : null;
	}
	const name = field.name === 'target' ? 'targetType' : field.name;
	const counted = (state.facets?.fields?.[name] ?? []).filter(({ value }) => value !== null && fits(value));
	const known = new Set(counted.map(({ value }) => value));
	const others = (CHOICES[name] ?? (SUGGESTED.includes(name) ? await suggestions(name, typed) : [])).filter((value) => !known.has(value) && fits(value));
	const options = [...counted, ...others.map((value) => ({ value }))].slice(0, MOST).filter(({ value }) => value.toLowerCase() !== prefix);
	return { begin, end, at: -1, options: options.map(({ value, count: number }) => ({ label: value, count: number, text: spoken(name, exactly(name, value)) + (field.field === 'target' ? '/' : ''), goesOn: field.field === 'target' })) };
}

/** The line with an option in the place of what was typed. */
export function completed(input, { begin, end }, option) {
	const rest = input.value.slice(end);
	input.value = `${input.value.slice(0, begin)}${option.text}${option.goesOn ? '' : rest.startsWith(' ') ? '' : ' '}${rest}`;
	const caret = begin + option.text.length + (option.goesOn ? 0 : 1);
	input.setSelectionRange(caret, caret);
}

function keys(event, completion, actions) {
	const options = completion?.options ?? [];
	const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
	if (step && options.length) {
		actions.point((completion.at + step + options.length + (completion.at < 0 && step < 0 ? 1 : 0)) % options.length);
		event.preventDefault();
	} else if ((event.key === 'Enter' || event.key === 'Tab') && completion?.at >= 0) {
		actions.take(options[completion.at]);
		event.preventDefault();
	} else if (event.key === 'Enter') {
		actions.completed();
		actions.replace(parse(event.target.value));
	} else if (event.key === 'Escape' && options.length) {
		actions.completed();
		event.stopPropagation();
	}
}

