import { html, nothing } from './lib/lit-html.js';
import { actorName, ago, dateTime, duration, value } from './format.js';

// One entry in full: what it was, what it changed, what belongs to it, who it was and from where.

export function detail(view) {
	const { entry, operation, history, at } = view;
	return html`
		<article class="detail" aria-labelledby="entry-title">
			<header>
				<div>
					<h2 id="entry-title" tabindex="-1">${entry.action}</h2>
					<p>${outcome(entry)} ${entry.severity !== 'info' ? html`<span class="badge ${entry.severity}">${entry.severity}</span>` : nothing}
						<time datetime=${entry.occurredAt} title=${entry.occurredAt}>${dateTime(entry.occurredAt)}</time>
						<span class="faint">${ago(entry.occurredAt)}</span></p>
				</div>
				<button class="quiet" @click=${view.close} aria-label="Close the entry">✕</button>
			</header>
			${entry.message ? html`<p class="message">${entry.message}</p>` : nothing}
			${entry.error ? html`<p class="error">${entry.error}</p>` : nothing}
			${entry.justification ? html`<blockquote>${entry.justification}</blockquote>` : nothing}
			${facts([
				['Actor', filterable(view, { actor: entry.actor.id }, actorName(entry.actor)), entry.actor.type],
				['Acting as somebody else', entry.actor.impersonatorId],
				['Target', entry.target && entry.target.type ? filterable(view,
					{ targetType: entry.target.type, targetId: entry.target.id },
					[entry.target.type, entry.target.id].filter(Boolean).join(' ')) : null, entry.target?.name],
				['Related', entry.related.length ? entry.related.map((thing) => html`${filterable(view,
					{ related: `${thing.type}:${thing.id}` }, `${thing.type} ${thing.id}`)} `) : null],
				['Category', entry.category], ['Service', entry.service], ['Tenant', entry.tenant],
				['Took', duration(entry.durationMicros)]
			])}
			${states(entry)}
			${history?.length > 1 ? timeline(view, history, at) : nothing}
			${section('Metadata', entry.metadata && Object.keys(entry.metadata).length
				? html`<pre>${value(entry.metadata)}</pre>` : nothing)}
			${section('From where', facts([
				['IP address', entry.ipAddress ? filterable(view, { ip: entry.ipAddress }, entry.ipAddress) : null],
				['Program', entry.userAgent], ['Session', entry.sessionId], ['Device', entry.deviceFingerprint],
				['Location', entry.geolocation ? value(entry.geolocation) : null],
				['Trace', entry.traceId ? filterable(view, { trace: entry.traceId }, entry.traceId) : null]
			]))}
			${operation?.length > 1 ? section('The same operation', html`<ul class="plain">${operation.map((other) => html`
				<li><button class="link" ?disabled=${other.id === entry.id} @click=${() => view.show(other.id)}>
					${other.action} ${other.target ? `${other.target.type ?? ''} ${other.target.id ?? ''}` : ''}</button>
					${outcome(other)}</li>`)}</ul>`) : nothing}
			${section('In the ledger', facts([
				['Chain', `${entry.chain}, entry ${entry.seq}`], ['Recorded', dateTime(entry.recordedAt)],
				['Revision', entry.revision], ['Id', html`<code>${entry.id}</code>`],
				['Hash', html`<code>${entry.hash}</code>`], ['Previous', html`<code>${entry.prevHash}</code>`]
			]))}
		</article>`;
}

export const outcome = (entry) => html`<span class="badge ${entry.outcome}">${entry.outcome}</span>`;

const section = (title, content) => content === nothing ? nothing : html`<section><h3>${title}</h3>${content}</section>`;

function facts(rows) {
	const known = rows.filter(([, content]) => content !== null && content !== undefined && content !== '');
	return known.length ? html`<dl>${known.map(([name, content, more]) => html`
		<div><dt>${name}</dt><dd>${content}${more ? html` <span class="faint">${more}</span>` : nothing}</dd></div>`)}</dl>` : nothing;
}

const filterable = (view, filters, text) => html`<button class="link" title="Show only these entries"
	@click=${() => view.filter(filters)}>${text}</button>`;

function states(entry) {
	if (!entry.before && !entry.after) {
		return nothing;
	}
	const names = [...new Set([...Object.keys(entry.before ?? {}), ...Object.keys(entry.after ?? {})])];
	const differs = (name) => JSON.stringify(entry.before?.[name]) !== JSON.stringify(entry.after?.[name]);
	const title = !entry.before ? 'Created' : !entry.after ? 'Deleted' : 'Before and after';
	return section(title, html`
		<div class="scroll"><table class="states">
			<thead><tr><th scope="col">Property</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
			<tbody>${names.sort((a, b) => differs(b) - differs(a)).map((name) => html`
				<tr class=${differs(name) ? 'changed' : ''}>
					<th scope="row">${name}${differs(name) ? html`<span class="hidden"> (changed)</span>` : nothing}</th>
					<td><pre>${value(entry.before?.[name])}</pre></td><td><pre>${value(entry.after?.[name])}</pre></td>
				</tr>`)}</tbody>
		</table></div>`);
}

// History is newest first; the slider runs from the oldest to the newest.
function timeline(view, history, at) {
	const shown = history[history.length - 1 - at] ?? history[0];
	return section('History of this target', html`
		<input type="range" min="0" max=${history.length - 1} .value=${String(at)} aria-label="Version of the target"
			aria-valuetext="${dateTime(shown.occurredAt)}, ${shown.action}" @input=${(event) => view.moveTo(Number(event.target.value))}>
		<p class="moment"><time datetime=${shown.occurredAt}>${dateTime(shown.occurredAt)}</time>
			<button class="link" @click=${() => view.show(shown.id)}>${shown.action}</button> by ${actorName(shown.actor)}
			<span class="faint">${at + 1} of ${history.length}</span></p>
		${shown.changeSummary ? html`<p>${shown.changeSummary}</p>` : nothing}
		${shown.after ? html`<pre>${value(shown.after)}</pre>` : nothing}`);
}
