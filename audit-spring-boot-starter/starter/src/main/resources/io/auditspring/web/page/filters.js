// What is looked for. It lives in the address of the page, so that a view can be shared.

export const NAMES = ['q', 'actor', 'actorType', 'action', 'category', 'severity', 'minSeverity', 'outcome', 'targetType', 'targetId',
	'related', 'tenant', 'service', 'operation', 'trace', 'ip', 'from', 'to'];

export const LABELS = { q: 'Search', actor: 'Actor', actorType: 'Kind of actor', action: 'Action', category: 'Category', severity: 'Severity', minSeverity: 'Severity at least', outcome: 'Outcome',
	targetType: 'Target type', targetId: 'Target id', related: 'Related', tenant: 'Tenant', service: 'Service', operation: 'Operation',
	trace: 'Trace', ip: 'IP address', from: 'From', to: 'To' };

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

/** The view that an address stands for. */
export function fromAddress(search = location.search) {
	const parameters = new URLSearchParams(search);
	const filters = {};
	NAMES.forEach((name) => {
		const value = parameters.get(name);
		if (value) {
			filters[name] = value;
		}
	});
	return {
		filters,
		period: parameters.get('period') ?? (filters.from || filters.to ? 'custom' : ''),
		reading: parameters.get('reading') === 'shown',
		clock: parameters.get('order') === 'happened' ? 'happened' : 'recorded',
		open: parameters.get('entry')
	};
}

export function toAddress(view) {
	const parameters = new URLSearchParams(Object.entries(view.filters).filter(([, value]) => value));
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
	}
	return parameters.size ? `?${parameters}` : location.pathname;
}

/** What the server is asked for: relative periods begin so long before now. */
export function toRequest(view, now = Date.now()) {
	const seconds = PERIODS.find((period) => period.id === view.period)?.seconds;
	const request = seconds ? { ...view.filters, from: new Date(now - seconds * 1000).toISOString() } : { ...view.filters };
	return view.reading || request.action === READING ? request : { ...request, '-action': READING };
}
