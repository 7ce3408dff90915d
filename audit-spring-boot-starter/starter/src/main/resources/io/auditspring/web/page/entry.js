import { html, nothing } from './lib/lit-html.js';
import { icon } from './icons.js';
import { actorName, ago, apart, dateTime, duration, hue, initials, program, value } from './format.js';
import { problemCard } from './problem.js';
import { beginning, plain, shown } from './text.js';

// One entry in full: what it was, what it changed, what belongs to it, who it was and from where.

const KINDS = ['user', 'system', 'api_key', 'service', 'agent', 'anonymous'];
/** People have initials, machines a drawing of what they are. */
const DRAWN = { system: 'gear', api_key: 'key', service: 'server', agent: 'robot' };
const OUTCOMES = ['success', 'failure', 'denied'];
const SEVERITIES = ['info', 'warning', 'error', 'critical'];

export const avatar = (actor) => html`<span class="avatar hue-${hue(actor)} ${KINDS.includes(actor.type) ? actor.type : ''}" aria-hidden="true">${
	DRAWN[actor.type] ? icon(DRAWN[actor.type]) : plain(initials(actor))}</span>`;

/** A name is what somebody chose; the id beside it is who it is. */
export const who = (actor) => html`<span class="who">${shown(actorName(actor))}</span>${
	actor.name && actor.id && actor.name !== actor.id ? html` <span class="id">${shown(actor.id)}</span>` : nothing}`;

const badge = (text, known) => html`<span class="badge ${known.includes(text) ? text : ''}">${shown(text)}</span>`;

export const outcome = (entry) => badge(entry.outcome, OUTCOMES);

/** What is out of the ordinary. */
export const badges = (entry) => html`${entry.severity !== 'info' ? badge(entry.severity, SEVERITIES) : nothing} ${
	entry.outcome !== 'success' ? outcome(entry) : nothing}`;

export const target = ({ type, id, name }) => html`${type ? shown(type) : nothing} ${name || id ? shown(name || id) : nothing}`;

export function detail(view) {
	const { entry, missing } = view;
	return html`
		<article class="detail card" aria-labelledby="entry-title">
			<header>
				<div>
					<h2 id="entry-title" tabindex="-1">${missing ? 'The entry cannot be shown' : shown(entry.action)}</h2>
					${missing ? nothing : when(entry)}
				</div>
				<div class="tools">
					<button class="plain-button back" @click=${view.close}>${icon('left')} All entries</button>
					<button class="plain-button" @click=${(event) => view.copy(location.href, event)} aria-label="Copy the link to this entry" title="Copy link">${icon('link')}</button>
					<button class="plain-button close" @click=${view.close} aria-label="Close the entry" title="Close (Esc)">${icon('close')}</button>
				</div>
			</header>
			${missing ? problemCard(missing, () => view.show(view.wanted)) : content(view)}
		</article>`;
}

function when(entry) {
	const between = apart(entry);
	return html`<p>${outcome(entry)} ${entry.severity !== 'info' ? badge(entry.severity, SEVERITIES) : nothing}
		<time datetime=${plain(entry.recordedAt)} title="Recorded at ${plain(entry.recordedAt)}">${dateTime(entry.recordedAt)}</time>
		<span class="faint">${ago(entry.recordedAt)}</span>
		${between ? html`<span class="badge apart">${between}</span>` : nothing}</p>`;
}

function content(view) {
	const { entry, operation, history } = view;
	return html`
		${entry.error ? html`<div class="error">${long(entry.error)}</div>` : nothing}
		${entry.message ? html`<div class="message">${long(entry.message)}</div>` : nothing}
		${entry.justification ? html`<blockquote><span class="faint">Reason given</span> ${long(entry.justification)}</blockquote>` : nothing}
		${actor(view, entry)}
		${what(view, entry)}
		${states(entry)}
		${history?.length > 1 ? timeline(view, history) : nothing}
		${metadata(entry)}
		${operation?.length > 1 ? section('The same operation', html`<ol class="operation">${[...operation].reverse().map((other) => html`
			<li class=${other.id === entry.id ? 'here' : ''}><i class="dot ${OUTCOMES.includes(other.outcome) ? other.outcome : ''}"></i>
				<button class="link" ?disabled=${other.id === entry.id} @click=${() => view.show(other.id)}>${shown(other.action)}</button>
				<span class="faint">${other.target ? target(other.target) : ''}</span>
				${other.outcome !== 'success' ? outcome(other) : nothing}</li>`)}</ol>`) : nothing}
		${ledger(view, entry)}`;
}

const LONG = 400;
const LINES = 8;

/** What is long hides nothing of what comes after it. */
function long(text) {
	const start = beginning(text.split('\n', LINES).join('\n'), LONG);
	return start.length >= text.length ? shown(text) : html`<details class="long"><summary><span class="start">${shown(start)}</span>
		<span class="link">Show all ${text.length.toLocaleString()} characters</span></summary>${shown(text)}</details>`;
}

function actor(view, entry) {
	const { actor } = entry;
	const place = entry.geolocation && [entry.geolocation.city, entry.geolocation.country].filter((part) => typeof part === 'string').join(', ');
	return section('Who and from where', html`
		<div class="person">${avatar(actor)}<div>
			<b>${actor.id ? filterable(view, { actor: actor.id }, shown(actorName(actor))) : shown(actorName(actor))}</b>
			<span class="faint">${actor.id && actor.name && actor.name !== actor.id ? html`<span class="id">${shown(actor.id)}</span> · ` : nothing}${
				actor.type === 'api_key' ? 'API key' : shown(actor.type ?? '')}</span>
			${actor.impersonatorId ? html`<span class="badge warning">really ${shown(actor.impersonatorId)}</span>` : nothing}
		</div></div>
		${facts([
			['IP address', entry.ipAddress ? filterable(view, { ip: entry.ipAddress }, shown(entry.ipAddress)) : null, place ? shown(place) : null],
			['Location', entry.geolocation && !place ? shown(value(entry.geolocation)) : null],
			['Program', entry.userAgent ? html`<span title=${plain(entry.userAgent)}>${shown(program(entry.userAgent) ?? entry.userAgent)}</span>` : null],
			['Request', requested(entry)],
			['Session', entry.sessionId ? html`<code>${shown(entry.sessionId)}</code>` : null],
			['Device', entry.deviceFingerprint ? html`<code>${shown(entry.deviceFingerprint)}</code>` : null],
			['Trace', entry.traceId ? filterable(view, { trace: entry.traceId }, html`<code>${shown(entry.traceId)}</code>`) : null]
		])}`);
}

function requested(entry) {
	const request = entry.metadata?.request;
	return request && typeof request === 'object' && request.method ? html`<code>${shown(request.method)} ${shown(request.path ?? '')}</code>` : null;
}

const what = (view, entry) => facts([
	['Target', entry.target?.type ? filterable(view, { targetType: entry.target.type, targetId: entry.target.id },
		html`${shown(entry.target.type)} ${entry.target.id ? shown(entry.target.id) : nothing}`) : null, entry.target?.name ? shown(entry.target.name) : null],
	['Related', entry.related.length ? entry.related.map((thing) => html`${filterable(view,
		{ related: `${thing.type}:${thing.id}` }, html`${shown(thing.type)} ${shown(thing.id)}`)} `) : null],
	['Category', entry.category ? filterable(view, { category: entry.category }, shown(entry.category)) : null],
	['Service', entry.service ? shown(entry.service) : null], ['Tenant', entry.tenant ? shown(entry.tenant) : null], ['Took', duration(entry.durationMicros)]
]);

const section = (title, content) => content === nothing ? nothing : html`<section><h3>${title}</h3>${content}</section>`;

function facts(rows) {
	const known = rows.filter(([, content]) => content !== null && content !== undefined && content !== '');
	return known.length ? html`<dl>${known.map(([name, content, more]) => html`
		<div><dt>${name}</dt><dd>${content}${more ? html` <span class="faint">${more}</span>` : nothing}</dd></div>`)}</dl>` : nothing;
}

const filterable = (view, filters, text) => html`<button class="link" title="Show only these entries"
	@click=${() => view.filter(filters)}>${text}</button>`;

// What the call recorded about itself; the request is shown with who it was.
function metadata(entry) {
	const rows = Object.entries(entry.metadata ?? {}).filter(([name]) => !(name === 'request' && requested(entry)));
	return rows.length ? section('Metadata', html`<dl>${rows.map(([name, content]) => html`
		<div><dt>${shown(name)}</dt><dd>${content !== null && typeof content === 'object' ? html`<pre>${long(value(content))}</pre>` : long(value(content))}</dd></div>`)}</dl>`) : nothing;
}

/** Every object has members that nobody recorded, such as a constructor. */
const own = (state, name) => state && Object.hasOwn(state, name) ? state[name] : undefined;

function states(entry) {
	const sides = [['Before', entry.before], ['After', entry.after]].filter(([, state]) => state);
	if (!sides.length) {
		return nothing;
	}
	const names = [...new Set(sides.flatMap(([, state]) => Object.keys(state)))];
	const differs = (name) => JSON.stringify(own(entry.before, name)) !== JSON.stringify(own(entry.after, name));
	const title = !entry.before ? 'Created' : !entry.after ? 'Deleted' : 'Before and after';
	const same = names.filter((name) => !differs(name));
	return section(title, html`
		<div class="scroll" tabindex="0" role="region" aria-label=${title}>
			${table(sides, names.filter(differs), sides.length > 1)}
			${same.length ? html`<details class="same"><summary>${same.length} unchanged</summary>${table(sides, same, false)}</details>` : nothing}
		</div>`);
}

/** What was created has no state before, and what was deleted none after. */
const table = (sides, names, changed) => html`
	<table class="states"><thead><tr><th scope="col">Property</th>${sides.map(([side]) => html`<th scope="col">${sides.length > 1 ? side : 'Value'}</th>`)}</tr></thead>
		<tbody>${names.map((name) => html`<tr class=${changed ? 'changed' : ''}>
			<th scope="row">${shown(name)}${changed ? html`<span class="hidden"> (changed)</span>` : nothing}</th>
			${sides.map(([side, state]) => html`<td class=${side.toLowerCase()}><pre>${long(value(own(state, name)))}</pre></td>`)}</tr>`)}</tbody></table>`;

// History is newest first; the slider runs from the oldest to the newest.
function timeline(view, history) {
	const { at } = view;
	const version = history[history.length - 1 - at] ?? history[0];
	return section('History of this target', html`
		<div class="slider">
			<button class="plain-button" ?disabled=${at <= 0} @click=${() => view.moveTo(at - 1)} aria-label="Older version">${icon('left')}</button>
			<input type="range" min="0" max=${history.length - 1} .value=${String(at)} aria-label="Version of the target"
				aria-valuetext="${dateTime(version.recordedAt)}, ${plain(version.action)}" @input=${(event) => view.moveTo(Number(event.target.value))}>
			<button class="plain-button" ?disabled=${at >= history.length - 1} @click=${() => view.moveTo(at + 1)} aria-label="Newer version">${icon('right')}</button>
		</div>
		<p class="moment"><span class="faint">${at + 1} of ${history.length}</span>
			<time datetime=${plain(version.recordedAt)}>${dateTime(version.recordedAt)}</time>
			<button class="link" @click=${() => view.show(version.id)}>${shown(version.action)}</button> <span>by ${who(version.actor)}</span></p>
		${version.changeSummary ? html`<p class="summary">${long(version.changeSummary)}</p>` : nothing}
		${version.after ? html`<dl class="version">${Object.entries(version.after).map(([name, content]) => html`
			<div class=${version.changes && Object.hasOwn(version.changes, name) ? 'changed' : ''}><dt>${shown(name)}</dt><dd><pre>${long(value(content))}</pre></dd></div>`)}</dl>` : nothing}`);
}

const ledger = (view, entry) => section('In the ledger', facts([
	['Chain', entry.seq === null ? shown(entry.chain) : html`${shown(entry.chain)}, entry ${entry.seq}`],
	['Recorded', dateTime(entry.recordedAt)], ['Happened', dateTime(entry.occurredAt)], ['Revision', entry.revision === null ? null : shown(entry.revision)],
	['Id', copied(view, entry.id)], ['Hash', entry.hash && copied(view, entry.hash)], ['Previous', entry.prevHash && copied(view, entry.prevHash)]
]));

const copied = (view, text) => html`<code>${shown(text)}</code> <button class="plain-button small" aria-label="Copy" title="Copy" @click=${(event) => view.copy(text, event)}>${icon('copy')}</button>`;
