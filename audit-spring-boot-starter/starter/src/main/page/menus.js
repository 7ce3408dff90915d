import { html, nothing } from './lib/lit-html.js';
import * as api from './api.js';
import { leavesReadingOut, settled, spanned } from './filters.js';
import { count, dateTime, ownZone, zoneName } from './format.js';
import { inWords } from './entry.js';
import { icon } from './icons.js';
import { saidOfArchive } from './list.js';
import { write } from './query.js';
import { shown } from './text.js';
import { t } from './words.js';

// Views that one comes back to, and what can be taken away.

/** What auditors ask first. */
const BUILT_IN = [
	{ name: 'Denials', filters: { outcome: ['denied'] } },
	{ name: 'Failed sign-ins', filters: { category: ['authentication'], outcome: ['failure'] } },
	{ name: 'Changes of roles and rights', filters: { changed: ['role', 'roles', 'authority', 'authorities', 'permission', 'permissions'] }, period: '30d' },
	{ name: 'Changes of configuration', filters: { category: ['configuration_change'] } },
	{ name: 'What is severe', filters: { minSeverity: ['error'] } },
	// By the reader's clock, wherever they are when they ask.
	{ name: 'Out of hours', get filters() { return { actorType: ['user'], '-hours': [`mon-fri/08:00-17:00/${ownZone()}`] }; }, period: '30d' },
	{ name: 'Exports and downloads', filters: { action: ['*.export', '*.exported', '*.download', '*.downloaded'] } },
	{ name: 'Reading and exports of the trail', filters: { action: ['audit.read'] } }
];

const KEY = 'audit-views';

export function ownViews() {
	try {
		const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]');
		return Array.isArray(kept) ? kept.filter((each) => typeof each?.name === 'string' && typeof each?.address === 'string') : [];
	} catch (blocked) {
		return [];
	}
}

export function keepViews(views) {
	try {
		localStorage.setItem(KEY, JSON.stringify(views));
	} catch (blocked) {
		// They last as long as the page.
	}
}

export const views = (state, { open, person, keep, forget, link }) => html`
	<details class="menu views"><summary class="button">${icon('views')} <span class="word">${t('Views')}</span> ${icon('down')}</summary>
		<div class="popover" role="group" aria-label=${t('Views')}>
			${BUILT_IN.map(({ name, filters, period }) => html`<button class="item" @click=${() => open(filters, period)}>${t(name)}</button>`)}
			<button class="item" @click=${person}>${t('Everything about one person …')}</button>
			${state.views.length ? html`<h3>${t('Your own')}</h3>${state.views.map((view) => html`<div class="own"><a class="item" href=${safe(view.address)}>${shown(view.name)}</a>
				<button class="plain-button" aria-label=${t('Forget the view {view}', { view: view.name })} @click=${() => forget(view)}>${icon('close')}</button></div>`)}` : nothing}
			<form class="keep" @submit=${keep}><input name="view" required maxlength="60" aria-label=${t('Name of the view')} placeholder=${t('Name of the view')}><button class="small">${t('Keep this view')}</button></form>
			<button class="item" @click=${link}>${icon('link')} ${t('Copy a link with fixed times')}</button>
		</div></details>`;

/** Only ever filters of this page: what is kept in the browser could have been put there by others. */
const safe = (address) => address.startsWith('?') ? address : '?';

const FORMATS = [['csv', 'CSV', 'For spreadsheets'],
	['csv', 'CSV, short', 'When, who, what, and how it ended', 'recordedAt,actorId,actorName,impersonatorId,action,targetType,targetId,targetName,outcome,message,error'], ['ndjson', 'JSON, verifiable', 'With hashes and proofs, for auditors'],
	['ecs', 'Elastic Common Schema', 'JSON lines for a SIEM'], ['ocsf', 'OCSF', 'JSON lines of the Open Cybersecurity Schema Framework']];

/** What was asked for, as the line says it; the period belongs to it. */
function asked(filters) {
	const said = write(filters);
	return said ? shown(said) : t('everything you may see');
}

export function exports(state, request, { counted, closed, report }) {
	const archived = state.number && api.archivedPart(state.number);
	return html`
	<details class="menu exports" @toggle=${(event) => event.target.open ? counted() : closed()}><summary class="button">${icon('download')} <span class="word">${t('Export')}</span> ${icon('down')}</summary>
		<div class="popover" role="group" aria-label=${t('Formats')}>
			<p class="scope">${state.number ? html`<b>${state.number.exact ? t(state.number.count === 1 ? '{n} entry' : '{n} entries', { n: count(state.number.count) }) : t('at least {n} entries', { n: count(state.number.count) })}</b>` : html`<span class="faint">${state.unnumbered ? t('These could not be counted.') : t('Counting …')}</span>`}
				<span class="faint">${asked(spanned(state.view))}</span>${leavesReadingOut(state.view) ? html`<span class="faint">${t('without reading of the trail')}</span>` : nothing}<span class="faint">${zoneName() === 'UTC' ? t('Times in exports are in UTC.') : t('Times in exports are in UTC; those shown here are in {zone}.', { zone: zoneName() })}</span></p>
			${archived ? html`<p class="scope faint"><span>${saidOfArchive(archived)}</span></p>` : nothing}
			${FORMATS.filter(([format]) => format !== 'ndjson' || state.reader?.verifies)
				.map(([format, name, why, fields]) => html`<a href=${api.exportUrl({ ...request, fields }, format)} download><b>${t(name)}</b><span class="faint">${t(why)}</span></a>`)}
			${state.reader?.verifies ? html`<a href=${api.exportUrl({}, 'ndjson')} download><b>${t('Whole ledger, verifiable')}</b><span class="faint">${t('Everything, to prove that nothing is missing')}</span></a>` : nothing}
			<button class="item" @click=${report}><b>${icon('print')} ${t('Evidence report')}</b><span class="faint">${t('To be printed: filters, entries, checkpoint')}</span></button>
			<p class="scope faint">${t('How to verify: java -jar audit-ledger-cli.jar verify-export FILE --public-key KEY')}</p>
		</div>
	</details>`;
}

/** What is printed: so much as a person reads, with what anybody needs who wants to check it. */
export const report = ({ report: { entries, all, until, at }, view, chains, reader }, { print, close }) => html`
	<main class="report" data-theme="light">
		<p class="buttons no-print"><button class="primary-button" @click=${print}>${icon('print')} ${t('Print')}</button><button @click=${close}>${t('Back')}</button></p>
		<h1>${t('Audit evidence report')}</h1>
		<dl>
			<div><dt>${t('Made')}</dt><dd>${dateTime(at)} (${zoneName()})</dd></div>
			<div><dt>${t('By')}</dt><dd>${shown(reader?.actor ?? '')}</dd></div>
			<div><dt>${t('Filters')}</dt><dd><code>${asked(settled(view, at.getTime()).filters)}</code></dd>${leavesReadingOut(view) ? html`<dd>${t('without reading of the trail')}</dd>` : nothing}</div>
			<div><dt>${t('Entries')}</dt><dd>${all ? t('all {n}', { n: count(entries.length) }) : until ? t('{n} since {time}; what is older was not looked at, which an export does', { n: count(entries.length), time: dateTime(until) }) : t('the newest {n}; there are more, which an export has', { n: count(entries.length) })}</dd></div>
		</dl>
		<table><thead><tr><th scope="col">${t('Recorded')}</th><th scope="col">${t('Actor')}</th><th scope="col">${t('What')}</th><th scope="col">${t('Outcome')}</th><th scope="col">${t('Place and hash')}</th></tr></thead>
			<tbody>${entries.map((entry) => html`<tr><td>${dateTime(entry.recordedAt)}</td><td>${shown(entry.actor.name ?? entry.actor.id ?? '')}${entry.actor.name && entry.actor.id ? html`<br><span class="faint">${shown(entry.actor.id)}</span>` : nothing}</td>
				<td><b>${shown(entry.action)}</b> ${entry.target ? html`${shown(entry.target.type ?? '')} ${shown(entry.target.id ?? '')}` : nothing}<br>${shown(entry.error ?? entry.message ?? '')}</td><td>${inWords(entry.outcome, 'outcome')}</td>
				<td>${entry.seq === null ? nothing : html`${shown(entry.chain)} #${entry.seq}<br><code>${entry.hash}</code>`}</td></tr>`)}</tbody></table>
		${chains?.some((chain) => chain.checkpoint) ? html`<h2>${t('Checkpoints')}</h2>${chains.filter((chain) => chain.checkpoint).map((chain) => html`<pre>${shown(chain.checkpoint.note)}</pre>`)}
			<p>${t('A checkpoint says how many entries a chain had and what their root was. Kept elsewhere, it shows later whether any of these entries was altered.')}</p>` : nothing}
	</main>`;
