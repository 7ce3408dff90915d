// What the page asks the server. Everything else it shows is made of these answers.

export class Problem extends Error {
	constructor(status, detail, parameter) {
		super(detail || `The server answered ${status}`);
		this.status = status;
		this.parameter = parameter;
	}
}

const query = (parameters) => {
	const given = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
	return given.size ? `?${given}` : '';
};

async function ask(path, parameters = {}, options = {}) {
	const response = await fetch(`api/${path}${query(parameters)}`, {
		credentials: 'same-origin', ...options, headers: { Accept: 'application/json', ...options.headers }
	});
	const type = response.headers.get('Content-Type') || '';
	const body = type.includes('json') ? await response.json() : null;
	if (!response.ok) {
		throw new Problem(response.status, body?.detail, body?.parameter);
	}
	if (!body) {
		// A login page, most likely: the session is over.
		throw new Problem(401, 'You are signed out. Reload the page to sign in again.');
	}
	return body;
}

export const reader = () => ask('reader');

export const entries = (filters, cursor, limit = 60, options) => ask('entries', { ...filters, cursor, limit }, options);

export const entry = (id) => ask(`entries/${encodeURIComponent(id)}`);

// By parameters: web servers refuse slashes in parts of a path, and ids have some.
export const target = (type, id) => ask('entries', { targetType: type, targetId: id, limit: 100 });

export const statistics = (filters, options) => ask('statistics', filters, options);

export const suggestions = (attribute, prefix, options) => ask('suggestions', { attribute, prefix }, options);

export const ledger = () => ask('ledger');

export const progress = () => ask('verification/progress');

// What changes something shows the application's own token, where it wants one. As a parameter: Spring Security's csrf.spa()
// takes what is in the header for the cookie's value, which this is not.
const changing = (method, csrf) => ({ method, body: csrf ? new URLSearchParams({ [csrf.parameter]: csrf.token }) : undefined });

export const verify = (csrf) => ask('verification', {}, changing('POST', csrf));

export const cancel = (csrf) => ask('verification', {}, changing('DELETE', csrf));

export const exportUrl = (filters, format) => `api/export${query({ ...filters, format })}`;

export const liveUrl = (filters) => `api/live${query(filters)}`;
