import { html, nothing } from './lib/lit-html.js';
import { canNegate, exactly, LABELS } from './filters.js';
import { count } from './format.js';
import { icon } from './icons.js';
import { inWords } from './entry.js';
import { plain, shown } from './text.js';
import { t } from './words.js';

// What there is among the entries that were found, and how many of each. A click shows only those, or with the others that
// were clicked; with Alt, or by the button beside it, all but those.

export const FIELDS = ['outcome', 'severity', 'action', 'actor', 'targetType', 'category', 'service', 'tenant', 'ip'];

export function facets(state, { include, exclude, close }) {
	const { facets: found, view } = state;
	const groups = found ? FIELDS.filter((name) => found.fields[name]?.some(({ value }) => value !== null)) : [];
	return html`<nav class="facets card" aria-label=${t('Facets')}>
		<div class="sheet-head"><h2>${t('Facets')}</h2><button type="button" class="plain-button" aria-label=${t('Close')} @click=${close}>${icon('close')}</button></div>
		${found ? groups.length ? groups.map((name) => group(name, found, view, include, exclude)) : html`<p class="faint">${t('Nothing to choose from.')}</p>`
			: html`<p class="faint">${state.unfaceted ? t('These could not be counted.') : t('Counting …')}</p>`}
		${found && !found.of.exact ? html`<p class="faint note">${t('More entries match than can be counted at once.')}</p>` : nothing}
	</nav>`;
}

function group(name, found, view, include, exclude) {
	const values = found.fields[name].filter(({ value }) => value !== null);
	const highest = Math.max(...values.map((each) => each.count), 1);
	return html`<section><h2 class="group">${t(LABELS[name])}</h2>
		${found.ofNewest[name] ? html`<p class="faint note">${t('of the newest {n}', { n: count(found.ofNewest[name]) })}</p>` : nothing}
		<ul>${values.map(({ value, count: number }) => {
			const said = exactly(name, value);
			const chosen = Boolean(view.filters[name]?.includes(said));
			const left = Boolean(view.filters[`-${name}`]?.includes(said));
			return html`<li><button type="button" class="facet ${left ? 'left-out' : ''}" aria-pressed=${chosen} title=${canNegate(name) ? t('Click: only these. Alt and click: all but these.') : t('Only these')}
				@click=${(event) => event.altKey && canNegate(name) ? exclude(name, said) : include(name, said)}>
				<span class="value">${inWords(value, name)}</span> <span class="number">${count(number)}</span><meter min="0" max=${highest} .value=${number} aria-hidden="true"></meter></button>
				${canNegate(name) ? html`<button type="button" class="plain-button small exclude" aria-pressed=${left} aria-label=${t('All but {value}', { value: plain(value) })} title=${t('All but these')} @click=${() => exclude(name, said)}>${icon('exclude')}</button>` : nothing}</li>`;
		})}</ul></section>`;
}
