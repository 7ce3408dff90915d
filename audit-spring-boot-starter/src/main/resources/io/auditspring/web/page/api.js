// What the page asks the server. Everything else it shows is made of these answers.

export class Problem extends Error {
	constructor(status, detail) {
		super(detail || `The server answered ${status}`);
		this.status = status;
	}
}

async function get(path, parameters = {}, options = {}) {
	const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
	const response = await fetch(`api/${path}${query.size ? `?${query}` : ''}`, {
		headers: { Accept: 'application/json' }, credentials: 'same-origin', ...options
	});
	const type = response.headers.get('Content-Type') || '';
	const body = type.includes('json') ? await response.json() : null;
	if (!response.ok) {
		throw new Problem(response.status, body?.detail);
	}
	if (!body) {
		// A login page, most likely: the session is over.
		throw new Problem(401, 'You are signed out. Reload the page to sign in again.');
	}
	return body;
}

export const reader = () => get('reader');

export const entries = (filters, cursor, limit = 60, options) => get('entries', { ...filters, cursor, limit }, options);

export const entry = (id) => get(`entries/${encodeURIComponent(id)}`);

// By parameters: web servers refuse slashes in parts of a path, and ids have some.
export const target = (type, id) => get('entries', { targetType: type, targetId: id, limit: 100 });

export const statistics = (filters, options) => get('statistics', filters, options);

export const verification = () => get('verification');

export const exportUrl = (filters) => {
	const query = new URLSearchParams(Object.entries({ ...filters, format: 'csv' }).filter(([, value]) => value));
	return `api/export?${query}`;
};
