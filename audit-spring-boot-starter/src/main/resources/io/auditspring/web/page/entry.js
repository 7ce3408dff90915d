import { html, nothing } from './lib/lit-html.js';
import { icon } from './icons.js';
import { actorName, ago, dateTime, duration, hue, initials, program, value } from './format.js';

// One entry in full: what it was, what it changed, what belongs to it, who it was and from where.

export const avatar = (actor) => html`<span class="avatar hue-${hue(actor)} ${actor.type}" aria-hidden="true">${
	actor.type === 'system' ? icon('gear') : actor.type === 'api_key' ? icon('key') : initials(actor)}</span>`;

export const outcome = (entry) => html`<span class="badge ${entry.outcome}">${entry.outcome}</span>`;

export function detail(view) {
	const { entry, operation, history } = view;
	return html`
		<article class="detail card" aria-labelledby="entry-title">
			<header>
				<div>
					<h2 id="entry-title" tabindex="-1">${entry.action}</h2>
					<p>${outcome(entry)} ${entry.severity !== 'info' ? html`<span class="badge ${entry.severity}">${entry.severity}</span>` : nothing}
						<time datetime=${entry.occurredAt} title=${entry.occurredAt}>${dateTime(entry.occurredAt)}</time>
						<span class="faint">${ago(entry.occurredAt)}</span></p>
				</div>
				<div class="tools">
					<button class="plain-button" @click=${(event) => view.copy(location.href, event)} aria-label="Copy the link to this entry" title="Copy link">${icon('link')}</button>
					<button class="plain-button" @click=${view.close} aria-label="Close the entry" title="Close (Esc)">${icon('close')}</button>
				</div>
			</header>
			${entry.message ? html`<p class="message">${entry.message}</p>` : nothing}
			${entry.error ? html`<p class="error">${entry.error}</p>` : nothing}
			${entry.justification ? html`<blockquote><span class="faint">Reason given</span> ${entry.justification}</blockquote>` : nothing}
			${who(view, entry)}
			${what(view, entry)}
			${states(entry)}
			${history?.length > 1 ? timeline(view, history) : nothing}
			${metadata(entry)}
			${operation?.length > 1 ? section('The same operation', html`<ol class="operation">${[...operation].reverse().map((other) => html`
				<li class=${other.id === entry.id ? 'here' : ''}><i class="dot ${other.outcome}"></i>
					<button class="link" ?disabled=${other.id === entry.id} @click=${() => view.show(other.id)}>${other.action}</button>
					<span class="faint">${other.target ? [other.target.type, other.target.name ?? other.target.id].filter(Boolean).join(' ') : ''}</span>
					${other.outcome !== 'success' ? outcome(other) : nothing}</li>`)}</ol>`) : nothing}
			${ledger(view, entry)}
		</article>`;
}

function who(view, entry) {
	const { actor } = entry;
	const place = entry.geolocation && [entry.geolocation.city, entry.geolocation.country].filter((part) => typeof part === 'string').join(', ');
	return section('Who and from where', html`
		<div class="person">${avatar(actor)}<div>
			<b>${actor.id ? filterable(view, { actor: actor.id }, actorName(actor)) : actorName(actor)}</b>
			<span class="faint">${[actor.name && actor.name !== actor.id ? actor.id : null, actor.type === 'api_key' ? 'API key' : actor.type].filter(Boolean).join(' · ')}</span>
			${actor.impersonatorId ? html`<span class="badge warning">really ${actor.impersonatorId}</span>` : nothing}
		</div></div>
		${facts([
			['IP address', entry.ipAddress ? filterable(view, { ip: entry.ipAddress }, entry.ipAddress) : null, place],
			['Location', entry.geolocation && !place ? value(entry.geolocation) : null],
			['Program', entry.userAgent ? html`<span title=${entry.userAgent}>${program(entry.userAgent) ?? entry.userAgent}</span>` : null],
			['Request', requested(entry)],
			['Session', entry.sessionId ? html`<code>${entry.sessionId}</code>` : null],
			['Device', entry.deviceFingerprint ? html`<code>${entry.deviceFingerprint}</code>` : null],
			['Trace', entry.traceId ? filterable(view, { trace: entry.traceId }, html`<code>${entry.traceId}</code>`) : null]
		])}`);
}

function requested(entry) {
	const request = entry.metadata?.request;
	return request && typeof request === 'object' && request.method ? html`<code>${request.method} ${request.path ?? ''}</code>` : null;
}

const what = (view, entry) => facts([
	['Target', entry.target?.type ? filterable(view, { targetType: entry.target.type, targetId: entry.target.id },
		[entry.target.type, entry.target.id].filter(Boolean).join(' ')) : null, entry.target?.name],
	['Related', entry.related.length ? entry.related.map((thing) => html`${filterable(view,
		{ related: `${thing.type}:${thing.id}` }, `${thing.type} ${thing.id}`)} `) : null],
	['Category', entry.category ? filterable(view, { category: entry.category }, entry.category) : null],
	['Service', entry.service], ['Tenant', entry.tenant], ['Took', duration(entry.durationMicros)]
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
		<div><dt>${name}</dt><dd>${content !== null && typeof content === 'object' ? html`<pre>${value(content)}</pre>` : value(content)}</dd></div>`)}</dl>`) : nothing;
}

function states(entry) {
	if (!entry.before && !entry.after) {
		return nothing;
	}
	const names = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])];
	const differs = (name) => JSON.stringify(entry.before?.[name]) !== JSON.stringify(entry.after?.[name]);
	const title = !entry.before ? 'Created' : !entry.after ? 'Deleted' : 'Before and after';
	const same = names.filter((name) => !differs(name));
	return section(title, html`
		<div class="scroll" tabindex="0" role="region" aria-label=${title}>
			<table class="states">
				<thead><tr><th scope="col">Property</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
				<tbody>${names.filter(differs).map((name) => row(entry, name, true))}</tbody>
			</table>
			${same.length ? html`<details class="same"><summary>${same.length} unchanged</summary>
				<table class="states"><thead class="hidden"><tr><th scope="col">Property</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
					<tbody>${same.map((name) => row(entry, name, false))}</tbody></table></details>` : nothing}
		</div>`);
}

const row = (entry, name, changed) => html`
	<tr class=${changed ? 'changed' : ''}>
		<th scope="row">${name}${changed ? html`<span class="hidden"> (changed)</span>` : nothing}</th>
		<td><pre>${value(entry.before?.[name])}</pre></td><td><pre>${value(entry.after?.[name])}</pre></td>
	</tr>`;

// History is newest first; the slider runs from the oldest to the newest.
function timeline(view, history) {
	const { at } = view;
	const shown = history[history.length - 1 - at] ?? history[0];
	return section('History of this target', html`
		<div class="slider">
			<button class="plain-button" ?disabled=${at <= 0} @click=${() => view.moveTo(at - 1)} aria-label="Older version">${icon('left')}</button>
			<input type="range" min="0" max=${history.length - 1} .value=${String(at)} aria-label="Version of the target"
				aria-valuetext="${dateTime(shown.occurredAt)}, ${shown.action}" @input=${(event) => view.moveTo(Number(event.target.value))}>
			<button class="plain-button" ?disabled=${at >= history.length - 1} @click=${() => view.moveTo(at + 1)} aria-label="Newer version">${icon('right')}</button>
		</div>
		<p class="moment"><span class="faint">${at + 1} of ${history.length}</span>
			<time datetime=${shown.occurredAt}>${dateTime(shown.occurredAt)}</time>
			<button class="link" @click=${() => view.show(shown.id)}>${shown.action}</button> by ${actorName(shown.actor)}</p>
		${shown.changeSummary ? html`<p class="summary">${shown.changeSummary}</p>` : nothing}
		${shown.after ? html`<dl class="version">${Object.entries(shown.after).map(([name, content]) => html`
			<div class=${shown.changes && name in shown.changes ? 'changed' : ''}><dt>${name}</dt><dd><pre>${value(content)}</pre></dd></div>`)}</dl>` : nothing}`);
}

const ledger = (view, entry) => section('In the ledger', facts([
	['Chain', entry.seq === null ? entry.chain : `${entry.chain}, entry ${entry.seq}`], ['Recorded', dateTime(entry.recordedAt)], ['Revision', entry.revision],
	['Id', copied(view, entry.id)], ['Hash', entry.hash && copied(view, entry.hash)], ['Previous', entry.prevHash && copied(view, entry.prevHash)]
]));

const copied = (view, text) => html`<code>${text}</code> <button class="plain-button small" aria-label="Copy" title="Copy" @click=${(event) => view.copy(text, event)}>${icon('copy')}</button>`;
