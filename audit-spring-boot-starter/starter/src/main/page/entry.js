import { html, nothing } from './lib/lit-html.js';
import { entryUrl } from './api.js';
import { icon } from './icons.js';
import { differences, own, words } from './difference.js';
import { canNegate, exactly, TABS } from './filters.js';
import { actorName, ago, apart, count, dateTime, duration, hue, initials, program, value } from './format.js';
import { hasParts, same, write } from './numbers.js';
import { problemCard } from './problem.js';
import { canProve } from './proof.js';
import { beginning, plain, shown } from './text.js';
import { drawn, t } from './words.js';

// One entry in full: what it was, what it changed, what belongs to it, who it was and from where, and the proof of it.

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

const KNOWN = { outcome: OUTCOMES, severity: SEVERITIES, actorType: KINDS };

/** What is one of a few is said in the language of the reader; what somebody wrote, as they wrote it. */
export const inWords = (value, name) => KNOWN[name]?.includes(value) ? t(value) : shown(value);

const badge = (entry, name) => html`<span class="badge ${KNOWN[name].includes(entry[name]) ? entry[name] : ''}">${inWords(entry[name], name)}</span>`;

export const outcome = (entry) => badge(entry, 'outcome');

/** What is out of the ordinary. */
export const badges = (entry) => html`${entry.severity !== 'info' ? badge(entry, 'severity') : nothing} ${
	entry.outcome !== 'success' ? outcome(entry) : nothing}`;

/** Where a name begins with the type it says that already. */
export const target = ({ type, id, name }) => html`${type && name !== type && !String(name ?? '').startsWith(`${type} `) ? shown(type) : nothing} ${name || id ? shown(name || id) : nothing}`;

const NAMES = { changes: 'Changes', context: 'Context', history: 'History', proof: 'Proof', json: 'JSON' };

export function detail(view) {
	const { entry, missing } = view;
	return html`
		<article class="detail card" aria-labelledby="entry-title">
			<header>
				<div>
					<h2 id="entry-title" tabindex="-1">${missing ? t('The entry cannot be shown') : shown(entry.action)}</h2>
					${missing ? nothing : when(entry)}
				</div>
				<div class="tools">
					<button class="plain-button back" @click=${view.close}>${icon('left')} ${t('All entries')}</button>
					<button class="plain-button" @click=${(event) => view.copy(location.href, event)} aria-label=${t('Copy the link to this entry')} title=${t('Copy link')}>${icon('link')}</button>
					<button class="plain-button close" @click=${view.close} aria-label=${t('Close the entry')} title=${t('Close (Esc)')}>${icon('close')}</button>
				</div>
			</header>
			${missing ? problemCard(missing, () => view.show(view.wanted)) : content(view)}
		</article>`;
}

function when(entry) {
	const between = apart(entry);
	return html`<p>${outcome(entry)} ${entry.severity !== 'info' ? badge(entry, 'severity') : nothing}
		<time datetime=${plain(entry.recordedAt)} title=${t('Recorded at {time}', { time: plain(entry.recordedAt) })}>${dateTime(entry.recordedAt)}</time>
		<span class="faint">${ago(entry.recordedAt)}</span>
		${between ? html`<span class="badge apart">${between}</span>` : nothing}</p>`;
}

function content(view) {
	const { entry, whole, tab } = view;
	return html`
		${entry.error ? html`<div class="error filterable">${long(entry.error)}${copying(view, entry.error)}</div>` : nothing}
		${entry.message ? html`<div class="message">${long(entry.message)}</div>` : nothing}
		${entry.justification ? html`<blockquote><span class="faint">${t('Reason given')}</span> ${long(entry.justification)}</blockquote>` : nothing}
		<div class="tabs" role="tablist" aria-label=${t('The entry')} @keydown=${(event) => turn(event, view)}>${TABS.map((id) => html`
			<button role="tab" id="tab-${id}" aria-selected=${tab === id} aria-controls="panel" tabindex=${tab === id ? 0 : -1} @click=${() => view.turnTo(id)}>${t(NAMES[id])}</button>`)}</div>
		<div role="tabpanel" id="panel" aria-labelledby="tab-${tab}">${!whole ? waiting() : view.unlooked[tab] ? problemCard(view.unlooked[tab], view.look) : PANELS[tab](view, entry)}</div>`;
}

function turn(event, view) {
	const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
	if (step) {
		view.turnTo(TABS[(TABS.indexOf(view.tab) + step + TABS.length) % TABS.length]);
		event.preventDefault();
		event.stopPropagation();
	}
}

const PANELS = {
	changes: (view, entry) => html`${states(view, entry)}${actor(view, entry)}${what(view, entry)}${metadata(view, entry)}`,
	context: (view, entry) => html`${context(view)}${operation(view, entry)}`,
	history: (view) => view.history === null ? waiting() : view.history.length > 1 || view.rest.older || view.rest.newer ? timeline(view, view.history)
		: html`<p class="faint">${view.entry.target?.id ? t('Nothing else was done to this target, as far as you may see.') : t('This entry is about no target.')}</p>`,
	proof: (view, entry) => html`${place(view, entry)}${verifying(view, entry)}`,
	json: (view, entry) => json(view, entry)
};

const waiting = () => html`<p class="faint" role="status">${t('Loading …')}</p>`;

const LONG = 400;
const LINES = 8;

/** What is long hides nothing of what comes after it. */
function long(text) {
	const start = beginning(text.split('\n', LINES).join('\n'), LONG);
	return start.length >= text.length ? shown(text) : html`<details class="long"><summary><span class="start">${shown(start)}</span>
		<span class="link">${t('Show all {n} characters', { n: count(text.length) })}</span><span class="less">${t('Show less')}</span></summary>${shown(text)}</details>`;
}

function actor(view, entry) {
	const { actor } = entry;
	const place = entry.geolocation && [entry.geolocation.city, entry.geolocation.country].filter((part) => typeof part === 'string').join(', ');
	return section(t('Who and from where'), html`
		<div class="person">${avatar(actor)}<div>
			<b>${actor.id ? filterable(view, { actor: actor.id }, shown(actorName(actor))) : shown(actorName(actor))}</b>
			<span class="faint">${actor.id && actor.name && actor.name !== actor.id ? html`<span class="id">${shown(actor.id)}</span> · ` : nothing}${
				actor.type === 'api_key' ? t('API key') : inWords(actor.type ?? '', 'actorType')}</span>
			${actor.impersonatorId ? filterable(view, { impersonator: actor.impersonatorId }, html`<span class="badge warning">${drawn('really {actor}', { actor: shown(actor.impersonatorId) })}</span>`) : nothing}
		</div></div>
		${facts([
			[t('IP address'), entry.ipAddress ? filterable(view, { ip: entry.ipAddress }, shown(entry.ipAddress)) : null, place ? copyable(view, place) : null],
			[t('Location'), entry.geolocation && !place ? copyable(view, value(entry.geolocation)) : null],
			[t('Program'), entry.userAgent ? copyable(view, entry.userAgent, html`<span title=${plain(entry.userAgent)}>${shown(program(entry.userAgent) ?? entry.userAgent)}</span>`) : null],
			[t('Request'), requested(entry) ? ['method', 'path'].filter((name) => typeof entry.metadata.request[name] === 'string').map((name) =>
				html`${filterable(view, { metadata: `request.${name}:${entry.metadata.request[name]}` }, html`<code>${shown(entry.metadata.request[name])}</code>`, entry.metadata.request[name])} `) : null],
			[t('Session'), entry.sessionId ? filterable(view, { session: entry.sessionId }, html`<code>${shown(entry.sessionId)}</code>`) : null],
			[t('Device'), entry.deviceFingerprint ? copyable(view, entry.deviceFingerprint, html`<code>${shown(entry.deviceFingerprint)}</code>`) : null],
			[t('Trace'), entry.traceId ? filterable(view, { trace: entry.traceId }, html`<code>${shown(entry.traceId)}</code>`) : null]
		])}`);
}

/** A request is shown with who made it, where it is one that was recorded as such. */
const requested = ({ metadata }) => hasParts(metadata?.request) && typeof metadata.request.method === 'string';

const what = (view, entry) => facts([
	[t('Target'), entry.target?.type ? filterable(view, { targetType: entry.target.type, targetId: entry.target.id },
		html`${shown(entry.target.type)} ${entry.target.id ? shown(entry.target.id) : nothing}`) : null, entry.target?.name ? copyable(view, entry.target.name) : null],
	[t('Related'), entry.related.length ? entry.related.map((thing) => html`${filterable(view,
		{ related: `${thing.type}:${thing.id}` }, html`${shown(thing.type)} ${shown(thing.id)}`)} `) : null],
	[t('Action'), filterable(view, { action: entry.action }, shown(entry.action))],
	[t('Outcome'), filterable(view, { outcome: entry.outcome }, inWords(entry.outcome, 'outcome'))],
	[t('Severity'), filterable(view, { severity: entry.severity }, inWords(entry.severity, 'severity'))],
	[t('Category'), entry.category ? filterable(view, { category: entry.category }, shown(entry.category)) : null],
	[t('Service'), entry.service ? filterable(view, { service: entry.service }, shown(entry.service)) : null],
	[t('Tenant'), entry.tenant ? filterable(view, { tenant: entry.tenant }, shown(entry.tenant)) : null],
	[t('Operation'), filterable(view, { operation: entry.operationId }, html`<code>${shown(entry.operationId)}</code>`)], [t('Took'), duration(entry.durationMicros)]
]);

const section = (title, content) => content === nothing ? nothing : html`<section><h3>${title}</h3>${content}</section>`;

function facts(rows) {
	const known = rows.filter(([, content]) => content !== null && content !== undefined && content !== '');
	return known.length ? html`<dl>${known.map(([name, content, more]) => html`
		<div><dt>${name}</dt><dd>${content}${more ? html` <span class="faint">${more}</span>` : nothing}</dd></div>`)}</dl>` : nothing;
}

/** A value that leads to the entries that have it, or to those that have it not, or to where it can be pasted. */
function filterable(view, filters, text, copied = Object.values(filters).filter(Boolean).join(' ')) {
	const values = Object.entries(filters).filter(([, value]) => value);
	const said = values.map(([name, value]) => [name, exactly(name, value)]);
	// What was left out before is wanted now.
	const wanted = Object.fromEntries([...said, ...[...said.map(([name]) => name), ...(values.length === 1 ? [] : ['target'])].map((name) => [`-${name}`, ''])]);
	// A thing is left out as a whole, not all of its kind.
	const unwanted = values.length === 1 ? said[0] : ['target', said.map(([, value]) => value).join(':')];
	return html`<span class="filterable" data-filter=${said[0][0]}><button class="link" title=${t('Show only these entries')} @click=${() => view.filter(wanted)}>${text}</button>${copying(view, copied,
		canNegate(unwanted[0]) && (values.length === 1 || !values[0][1].includes(':')) ? html`<button class="plain-button small" title=${t('All but these')} aria-label=${t('All but {value}', { value: plain(copied) })} @click=${() => view.exclude(...unwanted)}>${icon('exclude')}</button>` : nothing)}</span>`;
}

const copying = (view, text, more = nothing) => html`<span class="deeds">${more}<button class="plain-button small" title=${t('Copy')} aria-label=${t('Copy {value}', { value: plain(beginning(text, 100)) })}
	@click=${(event) => view.copy(text, event)}>${icon('copy')}</button></span>`;

/** A value that no filter knows. */
const copyable = (view, text, content = shown(text)) => html`<span class="filterable">${content}${copying(view, text)}</span>`;

/** What metadata can be looked for by: names are paths there, and end at a colon. */
const isFindable = (name, content) => !hasParts(content) && content !== null && !/[.:]/.test(name) && String(content).length < 200;

// What the call recorded about itself; the request is shown with who it was.
function metadata(view, entry) {
	const rows = Object.entries(entry.metadata ?? {}).filter(([name]) => !(name === 'request' && requested(entry)));
	return rows.length ? section(t('Metadata'), html`<dl>${rows.map(([name, content]) => html`
		<div><dt>${shown(name)}</dt><dd>${hasParts(content) ? html`<pre>${long(value(content))}</pre>${copying(view, value(content))}`
			: isFindable(name, content) ? filterable(view, { metadata: `${name}:${content}` }, shown(value(content)), String(content)) : html`${long(value(content))}${copying(view, value(content))}`}</dd></div>`)}</dl>`) : nothing;
}

// What changed

function states(view, entry) {
	const { before, after } = entry;
	if (!before && !after) {
		return nothing;
	}
	const title = !before ? t('Created') : !after ? t('Deleted') : t('Before and after');
	const found = before && after ? differences(before, after) : [];
	const kept = before && after ? Object.keys(after).filter((name) => same(own(before, name), own(after, name))) : [];
	const only = Object.keys((before ? after ? {} : before : after) ?? {});
	return section(title, html`
		${found.length ? modes(view) : nothing}
		<div class="scroll" tabindex="0" role="region" aria-label=${title}>
			${found.length ? compared(view, found, entry.changes) : nothing}
			${only.length ? html`<table class="states"><thead><tr><th scope="col">${t('Property')}</th><th scope="col">${t('Value')}</th></tr></thead><tbody>${
				only.map((name) => html`<tr><th scope="row">${shown(name)}</th><td class=${before ? 'before' : 'after'}><pre>${long(value(own(before ?? after, name)))}</pre></td></tr>`)}</tbody></table>` : nothing}
			${kept.length ? html`<details class="same"><summary>${t('{n} unchanged', { n: count(kept.length) })}</summary><table class="states"><tbody>${
				kept.map((name) => html`<tr><th scope="row">${shown(name)}</th><td><pre>${long(value(own(after, name)))}</pre></td></tr>`)}</tbody></table></details>` : nothing}
		</div>`);
}

const modes = (view) => html`<p class="modes"><label class="check"><input type="checkbox" name="inline" .checked=${view.inline} @change=${view.switchInline}>${t('In one column')}</label></p>`;

const side = (any, name) => any === undefined ? html`<span class="faint">${t(name)}</span>` : html`<pre>${long(value(any))}</pre>`;

/** The change that a place belongs to, which is looked for by its name. */
const property = (path, changes) => Object.keys(changes ?? {}).find((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`));

/** What differs, place by place. Long texts are told apart word by word. */
const compared = (view, found, changes) => html`
	<table class="states ${view.inline ? 'inline' : ''}"><thead><tr><th scope="col">${t('Property')}</th>${view.inline ? html`<th scope="col">${t('Change')}</th>`
		: html`<th scope="col">${t('Before')}</th><th scope="col">${t('After')}</th>`}</tr></thead>
		<tbody>${found.map(({ path, before, after }) => {
			const parts = words(before, after);
			const changed = property(path, changes);
			const name = html`<th scope="row">${changed ? filterable(view, { changed }, shown(path)) : shown(path)}<span class="hidden"> ${t('(changed)')}</span></th>`;
			const some = (left) => html`<pre>${parts.filter((part) => part.kind !== left).map(word)}</pre>`;
			return view.inline ? html`<tr class="changed">${name}<td>${parts ? html`<pre>${parts.map(word)}</pre>`
					: html`${before === undefined ? nothing : html`<del>${side(before)}</del>`} ${after === undefined ? nothing : html`<ins>${side(after)}</ins>`}`}</td></tr>`
				: html`<tr class="changed">${name}<td class="before">${parts ? some('come') : side(before, 'not there')}</td><td class="after">${parts ? some('gone') : side(after, 'not there')}</td></tr>`;
		})}</tbody></table>`;

const word = ({ kind, text }) => kind === 'gone' ? html`<del>${shown(text)}</del>` : kind === 'come' ? html`<ins>${shown(text)}</ins>` : shown(text);

// What belongs to it

const AROUND = { operation: 'Same operation', actor: 'By the same actor, five minutes before and after', session: 'Same session', address: 'Same address', trace: 'Same trace' };

const context = (view) => view.context === null ? waiting() : section(t('Around it'), html`<ul class="around">${Object.entries(AROUND)
	.filter(([name]) => view.context[name]).map(([name, label]) => html`<li><button class="link" @click=${() => view.around(view.context[name].filter)}>${t(label)}</button>
		<b>${view.context[name].exact ? nothing : t('at least ')}${count(view.context[name].count)}</b></li>`)}</ul>`);

const operation = ({ operation, rest, show }, entry) => operation?.length > 1 ? section(t('The same operation'), html`<ol class="operation">${[...operation].reverse().map((other) => html`
	<li class=${other.id === entry.id ? 'here' : ''}><i class="dot ${OUTCOMES.includes(other.outcome) ? other.outcome : ''}"></i>
		<button class="link" ?disabled=${other.id === entry.id} @click=${() => show(other.id)}>${shown(other.action)}</button>
		<span class="faint">${other.target ? target(other.target) : ''}</span>
		${other.outcome !== 'success' ? outcome(other) : nothing}</li>`)}</ol>
	${rest.operation ? html`<p class="faint">${t('These are the newest {n}; there are more.', { n: count(operation.length) })}</p>` : nothing}`) : nothing;

/** What a thing was after an entry; undefined where that says nothing of it, as one of reading or of what was refused. */
const told = ({ before, after, outcome }) => after ?? (before && outcome === 'success' ? {} : undefined);

// History is newest first; the slider runs from the oldest to the newest.
function timeline(view, history) {
	const { at } = view;
	const nth = (index) => history[history.length - 1 - index];
	const version = nth(at) ?? history[0];
	const against = view.against ?? at - 1;
	const other = nth(against);
	// What it was then is what the last entry before said that tells it.
	const then = (index) => history.slice(history.length - 1 - index).map(told).find((state) => state !== undefined);
	const [older, state] = [other && then(against), then(at)];
	const found = older && state ? differences(older, state) : [];
	const all = history.length;
	return section(t('History of this target'), html`
		<div class="slider">
			<button class="plain-button" ?disabled=${at <= 0} @click=${() => view.moveTo(at - 1)} aria-label=${t('Older version')}>${icon('left')}</button>
			<input type="range" min="0" max=${history.length - 1} .value=${String(at)} aria-label=${t('Version of the target')}
				aria-valuetext="${dateTime(version.recordedAt)}, ${plain(version.action)}" @input=${(event) => view.moveTo(Number(event.target.value))}>
			<button class="plain-button" ?disabled=${at >= history.length - 1} @click=${() => view.moveTo(at + 1)} aria-label=${t('Newer version')}>${icon('right')}</button>
		</div>
		<p class="moment"><span class="faint">${view.rest.older || view.rest.newer ? t('{n} of the {all} that are loaded', { n: count(at + 1), all: count(all) }) : t('{n} of {all}', { n: count(at + 1), all: count(all) })}</span>
			<time datetime=${plain(version.recordedAt)}>${dateTime(version.recordedAt)}</time>
			<button class="link" @click=${() => view.show(version.id)}>${shown(version.action)}</button> <span>${drawn('by {actor}', { actor: who(version.actor) })}</span></p>
		${view.rest.older || view.rest.newer ? html`<p class="rest">${view.rest.older ? html`<button class="small" @click=${view.loadOlder}>${t('Older ones')}</button>` : nothing}
			${view.rest.newer ? html`<button class="small" @click=${view.loadNewer}>${t('Newer ones')}</button>` : nothing}</p>` : nothing}
		<label class="against">${t('Compared with')} <select name="against" @change=${(event) => view.compareWith(event.target.value === '' ? null : Number(event.target.value))}>
			<option value="" ?selected=${view.against === null}>${t('the version before')}</option>
			${[...history].reverse().map((each, index) => index === at ? nothing : html`<option value=${index} ?selected=${index === view.against}>${t('{n}: {time}', { n: index + 1, time: dateTime(each.recordedAt) })} ${plain(each.action)}</option>`)}
		</select></label>
		${version.changeSummary ? html`<p class="summary">${long(version.changeSummary)}</p>` : nothing}
		${told(version) === undefined ? html`<p class="faint">${t('This entry says nothing of what it was like: it is taken to be as it was before.')}</p>` : nothing}
		${!other || told(version) === undefined && against === at - 1 ? nothing : !older ? html`<p class="faint">${t('What it was like before was not recorded.')}</p>`
			: found.length ? html`${modes(view)}<div class="scroll" tabindex="0" role="region" aria-label=${t('What differs')}>${compared(view, found)}</div>`
			: html`<p class="faint">${t('Both are the same, as far as their state was recorded.')}</p>`}
		${version.after ? html`<details class="state-then" ?open=${!other}><summary>${t('As it was then')}</summary><dl class="version">${Object.entries(version.after).map(([name, content]) => html`
			<div class=${version.changes && Object.hasOwn(version.changes, name) ? 'changed' : ''}><dt>${shown(name)}</dt><dd><pre>${long(value(content))}</pre></dd></div>`)}</dl></details>` : nothing}`);
}

// Evidence

const place = (view, entry) => section(t('In the ledger'), facts([
	[t('Chain'), entry.chain === null ? null : filterable(view, { chain: entry.chain }, entry.seq === null ? shown(entry.chain) : drawn('{chain}, entry {n}', { chain: shown(entry.chain), n: entry.seq }))],
	[t('Recorded'), dateTime(entry.recordedAt)], [t('Happened'), dateTime(entry.occurredAt)], [t('Revision'), entry.revision === null ? null : shown(entry.revision)],
	[t('Id'), copied(view, entry.id)], [t('Hash'), entry.hash && copied(view, entry.hash)], [t('Previous'), entry.prevHash && copied(view, entry.prevHash)]
]));

const copied = (view, text) => html`<code>${shown(text)}</code> <button class="plain-button small" aria-label=${t('Copy')} title=${t('Copy')} @click=${(event) => view.copy(text, event)}>${icon('copy')}</button>`;

function verifying(view, entry) {
	if (!entry.hash) {
		return html`<p class="faint">${t('Proofs are for those who may read all entries.')}</p>`;
	}
	return section(t('Verify here'), html`
		<p class="faint">${t('This browser computes the entry’s hash from everything that is said in it, and the root of the ledger from that hash. Nothing of it is taken on trust but the checkpoint’s signature, which is for whoever keeps the public key elsewhere to check.')}</p>
		${canProve() ? html`<button class="primary" @click=${view.prove}>${icon('shield')} ${t('Verify this entry')}</button>`
			: html`<p class="faint">${t('Browsers compute hashes only on pages that are encrypted on their way (https).')}</p>`}
		<div role="status" class="proved">${view.proof?.of !== entry.id ? nothing : view.proof.running ? t('Computing …') : view.proof.failed ? html`<p class="result failure"><b>${t('It could not be verified here')}</b></p><p>${shown(view.proof.failed)}</p>`
			: proved(view, entry)}</div>`);
}

const mark = (fine, said) => html`<li class=${fine ? 'fine' : fine === null ? 'open' : 'wrong'}><span aria-hidden="true">${fine ? '✓' : fine === null ? '–' : '✗'}</span> <span>${said}</span></li>`;

function proved(view, entry) {
	const { proof } = view;
	const right = proof.root !== null && proof.root === proof.checkpoint.root;
	return html`<ul class="marks-list">
		${mark(proof.same, proof.same ? t('Its hash is what its content gives.') : t('Its content gives another hash: it is not what was written.'))}
		${mark(!proof.differing.length, proof.differing.length ? drawn('What this page shows differs from what was hashed: {names}', { names: shown(proof.differing.join(', ')) }) : t('What this page shows is what was hashed.'))}
		${mark(proof.covered ? right : null, !proof.covered ? t('No checkpoint covers it yet.') : right ? t('It is in the ledger at place {seq} of the {n} that checkpoint signs.', { seq: count(entry.seq), n: count(proof.checkpoint.size) })
			: proof.root === null ? t('The checkpoint covers it, but no path leads from it to the root: it was kept back.') : t('It is not in the ledger whose root the checkpoint names.'))}
		${proof.checkpoint && !proof.ofChain ? mark(false, t('The checkpoint is of another chain.')) : nothing}
		${proof.checkpoint ? mark(null, t('Who signed the checkpoint: to be checked with the public key that you keep.')) : nothing}</ul>
		<dl><div><dt>${t('Computed')}</dt><dd><code>${proof.hash}</code></dd></div>${proof.root !== null ? html`<div><dt>${t('Root')}</dt><dd><code>${proof.root}</code></dd></div>` : nothing}
			${proof.checkpoint ? html`<div><dt>${t('Checkpoint')}</dt><dd><pre>${shown(proof.checkpoint.note)}</pre></dd></div>` : nothing}</dl>
		<p class="buttons"><button class="small" @click=${() => view.save(`${proof.lines.join('\n')}\n`, `entry-${entry.id}.ndjson`)}>${icon('download')} ${t('Download this evidence')}</button></p>`;
}

const json = (view, entry) => html`
	<p class="buttons"><button class="small" @click=${(event) => view.copy(write(entry, 2), event)}>${icon('copy')} ${t('Copy as JSON')}</button>
		<button class="small" @click=${(event) => view.copy(`curl -H 'Accept: application/json' '${entryUrl(entry.id)}'`, event)}>${icon('copy')} ${t('Copy as curl')}</button>
		<button class="small" @click=${(event) => view.copy(citation(entry), event)}>${icon('copy')} ${t('Copy citation')}</button></p>
	<pre class="json scroll" tabindex="0" role="region" aria-label="JSON">${shown(write(entry, 2))}</pre>`;

/** An entry named so that whoever reads of it finds it, and can tell whether it is still the same. */
const citation = (entry) => `${plain(entry.action)}, ${new Date(entry.recordedAt).toISOString()}, entry ${entry.id}${entry.seq === null ? '' : ` (${plain(entry.chain)} #${entry.seq}, SHA-256 ${entry.hash})`}, ${location.href}`;
