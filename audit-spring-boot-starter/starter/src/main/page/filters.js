// What is looked for. It lives in the address of the page, so that a view can be shared. Filters are the parameters of the
// API, each with its values: any of them may fit. With a minus before its name, none may.

export const NAMES = ['q', 'actor', 'actorType', 'impersonator', 'action', 'category', 'severity', 'minSeverity', 'outcome', 'target', 'targetType', 'targetId',
	'related', 'metadata', 'tenant', 'service', 'chain', 'operation', 'trace', 'session', 'ip', 'changed', 'hours', 'from', 'to', 'occurredFrom', 'occurredTo'];

export const isTime = (name) => ['from', 'to', 'occurredFrom', 'occurredTo'].includes(name);

const NEGATED = NAMES.filter((name) => !isTime(name)).map((name) => `-${name}`);

/** Filters of which the server takes several values. */
const MANY = NEGATED.flatMap((name) => [name, name.slice(1)]).filter((name) => !['q', 'minSeverity', '-minSeverity'].includes(name));

/** Filters whose values are patterns where they have a star. */
const PATTERNED = ['actor', 'action', 'target', 'targetType', 'targetId'];

export const isPatterned = (name) => PATTERNED.includes(name.replace(/^-/, ''));

/** The value of a filter that finds just this text: a star that it has itself gets a backslash. */
export const exactly = (name, text) => isPatterned(name) && text.includes('*') ? text.replace(/[\\*]/g, '\\$&') : text;

export const canNegate = (name) => NEGATED.includes(`-${name}`);

export const LABELS = { q: 'Search', actor: 'Actor', actorType: 'Kind of actor', impersonator: 'Really acting', action: 'Action', category: 'Category', severity: 'Severity', minSeverity: 'Severity at least', outcome: 'Outcome',
	target: 'Target', targetType: 'Target type', targetId: 'Target id', related: 'Related', tenant: 'Tenant', service: 'Service', chain: 'Chain', operation: 'Operation',
	trace: 'Trace', session: 'Session', ip: 'IP address', changed: 'Changed', hours: 'Hours', metadata: 'Metadata', from: 'From', to: 'To', occurredFrom: 'Happened from', occurredTo: 'Happened before' };

export const PERIODS = [
	{ id: '', label: 'All time' },
	{ id: '1h', label: 'Last hour', seconds: 3600 },
	{ id: '24h', label: 'Last 24 hours', seconds: 86400 },
	{ id: '7d', label: 'Last 7 days', seconds: 604800 },
	{ id: '30d', label: 'Last 30 days', seconds: 2592000 },
	{ id: '90d', label: 'Last 90 days', seconds: 7776000 },
	{ id: 'custom', label: 'Custom …' }
];

const READING = 'audit.read';

const isOfReading = (action) => action === READING || action.endsWith('*') && READING.startsWith(action.slice(0, -1));

/** What an entry is shown by. */
export const TABS = ['changes', 'context', 'history', 'proof', 'json'];

export const one = (filters, name) => filters[name]?.[0];

/** Filters in the one order that there is, so that the same ones are the same address. */
export function ordered(valuesOf) {
	const filters = {};
	[...NAMES, ...NEGATED].forEach((name) => {
		const values = valuesOf(name);
		if (values?.length) {
			filters[name] = values;
		}
	});
	return filters;
}

/** The view that an address stands for. */
export function fromAddress(search = location.search) {
	const parameters = new URLSearchParams(search);
	const filters = ordered((name) => parameters.getAll(name).filter(Boolean));
	return {
		filters,
		period: parameters.get('period') ?? (filters.from || filters.to ? 'custom' : ''),
		reading: parameters.get('reading') === 'shown',
		clock: parameters.get('order') === 'happened' ? 'happened' : 'recorded',
		open: parameters.get('entry'),
		tab: TABS.find((tab) => tab === parameters.get('tab')) ?? 'changes'
	};
}

const pairs = (filters) => Object.entries(filters).flatMap(([name, values]) => values.map((value) => [name, value]));

export function toAddress(view) {
	const parameters = new URLSearchParams(pairs(view.filters));
	if (view.period && view.period !== 'custom') {
		parameters.set('period', view.period);
	}
	if (view.reading) {
		parameters.set('reading', 'shown');
	}
	if (view.clock === 'happened') {
		parameters.set('order', view.clock);
	}
	if (view.open) {
		parameters.set('entry', view.open);
		if (view.tab !== 'changes') {
			parameters.set('tab', view.tab);
		}
	}
	return parameters.size ? `?${parameters}` : location.pathname;
}

const since = (view, now) => {
	const seconds = PERIODS.find((period) => period.id === view.period)?.seconds;
	return seconds ? { from: [new Date(now - seconds * 1000).toISOString()] } : {};
};

/** The filters with those that the period stands for, which begins so long before now. */
export const spanned = (view, now = Date.now()) => ({ ...view.filters, ...since(view, now) });

/** The same view with times that do not move: what somebody is sent is what was seen. */
export const settled = (view, now = Date.now()) => view.filters.to ? view
	: { ...view, period: 'custom', filters: { ...spanned(view, now), to: [new Date(now).toISOString()] } };


/** Reading of the trail is left out, unless somebody wants it. */
export const leavesReadingOut = (view) => !view.reading && !view.filters.action?.some(isOfReading);

/** What the server is asked for. */
export function toRequest(view, now = Date.now()) {
	const wanted = spanned(view, now);
	if (leavesReadingOut(view)) {
		wanted['-action'] = [...new Set([...(wanted['-action'] ?? []), READING])];
	}
	return wanted;
}

/** Filters with some of them changed: a value, values, or nothing for one that goes. */
export function changed(filters, changes) {
	const result = { ...filters };
	Object.entries(changes).forEach(([name, value]) => {
		const values = [value].flat().filter(Boolean);
		if (values.length) {
			result[name] = values;
		} else {
			delete result[name];
		}
	});
	return ordered((name) => result[name]);
}

/** What is left of filters without those for one thing. */
export const without = (filters, name) => changed(filters, { [name]: '', [`-${name}`]: '' });

/** Filters with a value taken in, or out again where it is in. */
export function toggled(filters, name, value) {
	const values = filters[name] ?? [];
	return changed(filters, { [name]: values.includes(value) ? values.filter((each) => each !== value) : MANY.includes(name) ? [...values, value] : [value] });
}
