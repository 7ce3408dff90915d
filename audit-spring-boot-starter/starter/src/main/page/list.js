import { html, nothing, render } from './lib/lit-html.js';
import { avatar, badges, target, who } from './entry.js';
import { ago, apart, clockTime, count, date, dateTime, day, moment, shortTime } from './format.js';
import { icon } from './icons.js';
import { hasParts, write } from './numbers.js';
import { problemCard } from './problem.js';
import { beginning, plain, shown } from './text.js';
import { t } from './words.js';

// The entries that were found, newest first, under the days they belong to. Recording leads: by it the trail is read,
// filtered and counted. When things happened is what somebody said. Only the rows that can be seen are in the document,
// however many there are.

export const CLOCKS = { recorded: 'recordedAt', happened: 'occurredAt' };

/** In the order they are shown, which can only be that of what was loaded. */
export const sorted = (entries, clock) => clock === 'recorded' ? entries
	: [...entries].sort((one, other) => new Date(other.occurredAt) - new Date(one.occurredAt));

const place = ({ recordedAt }) => moment(recordedAt);

/** Whether the list has the place of an entry that comes: what is further down is loaded there. */
export const reachesTo = (entry, entries) => !entries.length || place(entry) >= place(entries[entries.length - 1]);

/** Some more entries among those there are, each once, the newest first. */
export function among(entries, more) {
	const known = new Set(entries.map(({ id }) => id));
	return [...more.filter(({ id }) => !known.has(id) && known.add(id)), ...entries]
		.sort((one, other) => place(one) === place(other) ? one.chain === other.chain ? other.seq - one.seq : 0 : place(one) < place(other) ? 1 : -1);
}

/** Who writes to the database may give two entries one id. */
export const same = (one, other) => one.id === other.id && one.recordedAt === other.recordedAt;

/** Rows as they follow one another: days, entries, and those that are folded into the entry of their operation. */
export function itemsOf(entries, clock, unfolded) {
	const items = [];
	const keys = new Set();
	const keyOf = ({ id, recordedAt }) => {
		const key = keys.has(id) ? `${id} ${recordedAt}` : id;
		keys.add(key);
		return key;
	};
	let name = null;
	operations(sorted(entries, clock)).forEach((group) => {
		const today = day(group[0][CLOCKS[clock]]);
		if (today !== name) {
			name = today;
			items.push({ kind: 'day', key: `day ${name}`, name });
		}
		const lead = group.find((entry) => entry.durationMicros !== null) ?? group[group.length - 1];
		const open = unfolded.has(lead.operationId);
		items.push({ kind: 'entry', key: keyOf(lead), entry: lead, more: group.length - 1, open });
		if (open) {
			group.filter((entry) => entry !== lead).forEach((entry) => items.push({ kind: 'entry', key: keyOf(entry), entry, part: true, more: 0 }));
		}
	});
	return items;
}

function operations(entries) {
	const groups = [];
	entries.forEach((entry) => {
		const last = groups[groups.length - 1];
		if (last && entry.operationId && last[0].operationId === entry.operationId) {
			last.push(entry);
		} else {
			groups.push([entry]);
		}
	});
	return groups;
}

const BEYOND = 500;

/** Keeps the rows that can be seen, each as long as it can be, so that what has the focus keeps it. */
export class Rows {

	constructor() {
		this.element = document.createElement('ol');
		this.element.className = 'entries';
		this.elements = new Map();
		this.items = [];
		this.tops = [0];
	}

	show(items, view) {
		const style = getComputedStyle(document.documentElement);
		const height = { day: parseFloat(style.getPropertyValue('--day')), entry: parseFloat(style.getPropertyValue(view.dense ? '--dense-row' : '--row')) };
		this.items = items;
		this.tops = [0];
		items.forEach((item) => this.tops.push(this.tops[this.tops.length - 1] + height[item.kind]));
		this.element.style.height = `${this.tops[items.length]}px`;
		this.paint(view);
	}

	/** Paints the rows in view, and the one that is in the order of tabs. */
	paint(view) {
		const above = this.element.isConnected ? -this.element.getBoundingClientRect().top : 0;
		const [from, to] = [above - BEYOND, above + innerHeight + BEYOND];
		const wanted = new Map();
		for (let index = this.at(from); index < this.items.length && this.tops[index] < to; index++) {
			wanted.set(this.items[index].key, index);
		}
		const reached = this.items.findIndex((item) => item.key === view.reached);
		if (reached >= 0) {
			wanted.set(view.reached, reached);
		}
		for (const [key, element] of this.elements) {
			if (!wanted.has(key)) {
				element.remove();
				this.elements.delete(key);
			}
		}
		let before = null;
		[...wanted].sort(([, one], [, other]) => one - other).forEach(([key, index]) => {
			const element = this.elements.get(key) ?? document.createElement('li');
			this.elements.set(key, element);
			const item = this.items[index];
			element.className = `${item.kind === 'day' ? 'day' : 'line'} ${item.more ? 'has-more' : ''} ${item.part ? 'part' : ''}`;
			element.setAttribute('aria-posinset', index + 1);
			element.setAttribute('aria-setsize', view.more ? -1 : this.items.length);
			element.style.transform = `translateY(${this.tops[index]}px)`;
			render(item.kind === 'day' ? html`<h2>${item.name}</h2>` : row(view, item), element);
			const place = before ? before.nextSibling : this.element.firstChild;
			if (place !== element) {
				this.element.insertBefore(element, place);
			}
			before = element;
		});
	}

	/** The row that is so far from the top. */
	at(distance) {
		let [low, high] = [0, this.items.length];
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.tops[middle + 1] <= distance) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}
		return low;
	}

	/** Scrolls so that a row can be seen, below what stays at the top. */
	reveal(key) {
		const index = this.items.findIndex((item) => item.key === key);
		if (index < 0) {
			return;
		}
		const top = this.element.getBoundingClientRect().top + this.tops[index];
		const bottom = top + this.tops[index + 1] - this.tops[index];
		if (top < 60) {
			window.scrollBy({ top: top - 60, behavior: 'instant' });
		} else if (bottom > innerHeight - 20) {
			window.scrollBy({ top: bottom - innerHeight + 20, behavior: 'instant' });
		}
	}

	focus(key) {
		this.elements.get(key)?.querySelector('.entry')?.focus({ preventScroll: true });
	}
}

export function list(view, rows) {
	if (!view.entries.length) {
		return html`${fromArchive(view)}${view.until ? end(view) : nothingYet(view)}`;
	}
	return html`
		${tools(view)}
		${fromArchive(view)}
		<div class="${view.dense ? 'dense' : ''} ${['place', 'service', 'category'].map((each) => view.columns.includes(each) ? `with-${each}` : '').join(' ')}"
			@keydown=${view.move} @focusin=${view.reach}>${rows.element}</div>
		${end(view)}`;
}

/** Where it was read, as that is slower. */
const fromArchive = ({ archived }) => archived ? html`<p class="archived faint">${saidOfArchive(archived)}</p>` : nothing;

export const saidOfArchive = (archived) => html`${icon('server')} ${t('From {from} to {to} it is read from the archive, which takes longer.',
	{ from: date(archived[0]), to: date(archived[1]) })}`;

function nothingYet({ loading, problem, elsewhere, again }) {
	if (loading) {
		return skeleton();
	}
	if (problem) {
		// What the server says of one filter is said there.
		return elsewhere ? html`<p class="end">${t('Nothing was looked for: mend the filter that is marked above.')}</p>` : problemCard(problem, problem.parameter ? null : again);
	}
	return html`<div class="empty"><p><b>${t('No entries match.')}</b></p><p class="faint">${t('Look at a longer period, or take filters away.')}</p></div>`;
}

const tools = (view) => html`
	<div class="order"><label>${t('Order')} <select name="clock" @change=${(event) => view.sort(event.target.value)}>
		<option value="recorded" ?selected=${view.clock === 'recorded'}>${t('as recorded')}</option>
		<option value="happened" ?selected=${view.clock === 'happened'}>${t('as it happened')}</option></select></label>
		${view.clock === 'happened' ? html`<span class="faint">${view.next ? t('Sorted among the {n} entries that are loaded, not among all; filters and counts go by when they were recorded.', { n: count(view.entries.length) })
			: t('Sorted among the {n} entries that are loaded; filters and counts go by when they were recorded.', { n: count(view.entries.length) })}</span>` : nothing}
		<details class="menu columns"><summary class="button small">${t('Layout')} ${icon('down')}</summary>
			<div class="popover" role="group" aria-label=${t('Layout')}>
				${[['place', t('Address')], ['service', t('Service')], ['category', t('Category')]].map(([name, label]) => html`
					<label class="check wide"><input type="checkbox" .checked=${view.columns.includes(name)} @change=${() => view.column(name)}>${label}</label>`)}
				<label class="check"><input type="checkbox" name="dense" .checked=${view.dense} @change=${view.density}>${t('Dense rows')}</label>
			</div></details>
		<button class="small quiet keys" @click=${view.help}><kbd>?</kbd> ${t('Keys')}</button></div>`;

function end(view) {
	if (view.problem) {
		return problemCard(view.problem, view.loadMore);
	}
	if (view.until) {
		// What is rare may be far away.
		return html`<div class="end"><p>${t(view.entries.length ? 'Everything since {time} was looked at.' : 'No entries match since {time}.', { time: dateTime(view.until) })}</p>
			<button class="quiet" id="more" @click=${view.loadMore}>${view.loading ? t('Looking further back …') : t('Look further back')}</button></div>`;
	}
	return html`<p class="end">${view.next ? html`<button class="quiet" id="more" @click=${view.loadMore}>${view.loading ? t('Loading …') : t('More')}</button>`
		: t('This is all.')}</p>`;
}

function row(view, { entry, more, open, part }) {
	const chosen = entry.id === view.entry?.id;
	const said = entry.outcome === 'success' ? entry.message ?? entry.changeSummary ?? entry.error
		: entry.error ?? entry.message ?? entry.changeSummary;
	const time = entry[CLOCKS[view.clock]];
	const between = apart(entry);
	return html`
	<button class="entry ${chosen ? 'open' : ''} ${view.arrived.has(entry.id) ? 'arrived' : ''}" data-id=${entry.id}
			tabindex=${entry.id === view.reached ? 0 : -1} @click=${() => view.show(entry.id)} aria-expanded=${chosen}>
		<time datetime=${plain(time)} title="${dateTime(time)}, ${ago(time)}">${clockTime(time)}</time>
		${part ? html`<span class="avatar none" aria-hidden="true"></span>` : avatar(entry.actor)}
		<span class="actor">${who(entry.actor)}</span>
		<span class="what">
			${said ? html`<span class="said"><span class="text ${entry.outcome === 'success' ? '' : 'wrong'}">${shown(beginning(said, 500))}</span></span>` : nothing}
			<span class="more"><b>${shown(entry.action)}</b>${entry.target ? html` <span class="target">${target(entry.target)}</span>` : nothing}
				${chips(entry)}${between ? html`<span class="apart">${view.clock === 'recorded' ? between
					: t('recorded {time}', { time: shortTime(entry.recordedAt) })}</span>` : nothing}</span>
		</span>
		<span class="place">${entry.ipAddress ? html`<code>${shown(entry.ipAddress)}</code>` : nothing}</span>
		<span class="service">${entry.service ? shown(entry.service) : nothing}</span>
		<span class="category">${entry.category ? shown(entry.category) : nothing}</span>
		<span class="marks">${badges(entry)}${entry.outcome === 'success' ? html`<i class="dot success"></i><span class="hidden">${t('success')}</span>` : nothing}</span>
	</button>
	${more ? html`<button class="fold small" tabindex="-1" aria-expanded=${open} title=${t('The same operation')}
		aria-label=${t('{n} more entries of the same operation', { n: more })} @click=${() => view.fold(entry.operationId)}>+${count(more)} ${icon(open ? 'down' : 'right')}</button>` : nothing}`;
}

const MOST_CHIPS = 2;

/** What changed, as far as there is room for it. */
function chips(entry) {
	const changes = Object.entries(entry.changes ?? {}).filter(([, change]) => hasParts(change) && 'to' in change);
	const further = changes.length - MOST_CHIPS + (entry.furtherChanges ?? 0);
	return html`${changes.slice(0, MOST_CHIPS).map(([name, { from, to }]) => html`<span class="change"><span class="faint">${shown(beginning(name, 30))}:</span> ${
		brief(from)} → ${brief(to)}</span>`)}${further > 0 ? html`<span class="change faint">${t('{n} more', { n: count(further) })}</span>` : nothing}`;
}

const brief = (any) => shown(beginning(any === null || any === undefined ? '–' : hasParts(any) ? write(any) : String(any), 24));

const skeleton = () => html`<p class="hidden" role="status">${t('Loading …')}</p><div class="skeleton" aria-hidden="true">${Array.from({ length: 9 },
	() => html`<div><i></i><i></i><i></i></div>`)}</div>`;
